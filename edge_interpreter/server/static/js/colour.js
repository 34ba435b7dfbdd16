/** Relative luminance and contrast as WCAG 2 defines them; colours are `#rrggbb`. */

function channels(colour) {
  return [1, 3, 5].map((at) => Number.parseInt(colour.slice(at, at + 2), 16));
}

export function luminance(colour) {
  const [red, green, blue] = channels(colour).map((value) => {
    const share = value / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

export function contrast(one, other) {
  const [low, high] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (high + 0.05) / (low + 0.05);
}

/** Black or white, whichever is read better on `colour`. */
export const readableOn = (colour) =>
  contrast(colour, "#ffffff") >= contrast(colour, "#111418") ? "#ffffff" : "#111418";

/** `colour` moved towards black or white until it has `ratio` against `background`. */
export function readable(colour, background, ratio = 4.5) {
  const goal = luminance(background) > 0.18 ? 0 : 255;
  for (let step = 0; step <= 20; step += 1) {
    const mixed = channels(colour).map((value) => Math.round(value + ((goal - value) * step) / 20));
    const hex = `#${mixed.map((value) => value.toString(16).padStart(2, "0")).join("")}`;
    if (contrast(hex, background) >= ratio) return hex;
  }
  return goal === 0 ? "#000000" : "#ffffff";
}

/** A hue in degrees that stays with a participant. */
export function hueOf(identifier) {
  let hash = 7;
  for (const letter of identifier) hash = (hash * 31 + letter.codePointAt(0)) >>> 0;
  return (hash % 24) * 15;
}
