/**
 * Interface texts from /static/texts/TAG.json, chosen from the browser's languages.
 *
 * A text is a string with `{names}` to fill in, or an object of plural forms (`one`, `other`, …,
 * the keys of Intl.PluralRules) chosen by `{count}`.
 */

export const INTERFACES = {
  en: "English",
  es: "Español",
  fr: "Français",
  de: "Deutsch",
  it: "Italiano",
  pt: "Português",
  ar: "العربية",
  zh: "中文",
  ja: "日本語",
};
const RIGHT_TO_LEFT = new Set(["ar"]);

let texts = {};
let tag = "en";

/** The first of `wanted` (BCP-47) that there are texts for, else English. */
export function chooseInterface(wanted) {
  for (const candidate of wanted) {
    const base = (candidate ?? "").toLowerCase().split("-")[0];
    if (base in INTERFACES) return base;
  }
  return "en";
}

export async function loadTexts(chosen) {
  const files = await Promise.all([...new Set(["en", chosen])].map(readTexts));
  texts = Object.assign({}, ...files);
  tag = chosen;
  document.documentElement.lang = chosen;
  document.documentElement.dir = textDirection(chosen);
}

/** The direction of an interface language. */
export const textDirection = (language) => (RIGHT_TO_LEFT.has(language) ? "rtl" : "ltr");

export async function readTexts(chosen) {
  const answer = await fetch(`/static/texts/${chosen}.json`);
  return answer.ok ? answer.json() : {};
}

export const interfaceTag = () => tag;

export function text(key, values = {}) {
  return fill(texts[key], key, values, tag);
}

/** A list of texts. */
export const list = (key) => texts[key] ?? [];

/** A text of another interface language, from what readTexts gave. */
export function fill(form, key, values, language) {
  let found = form ?? key;
  if (typeof found === "object") {
    const rule = new Intl.PluralRules(language).select(values.count ?? 0);
    found = found[rule] ?? found.other;
  }
  return found.replaceAll(/\{(\w+)\}/g, (whole, name) => {
    const value = values[name];
    if (value === undefined) return whole;
    return typeof value === "number" ? new Intl.NumberFormat(language).format(value) : value;
  });
}

const TARGETS = {
  text: (place, value) => {
    place.textContent = value;
  },
  label: (place, value) => place.setAttribute("aria-label", value),
  hint: (place, value) => place.setAttribute("title", value),
  placeholder: (place, value) => place.setAttribute("placeholder", value),
};

/** Fill in `data-text`, `data-label`, `data-hint` and `data-placeholder`. */
export function applyTexts(root = document) {
  for (const [name, set] of Object.entries(TARGETS)) {
    for (const place of root.querySelectorAll(`[data-${name}]`)) set(place, text(place.dataset[name]));
  }
}

/** The browser's own variety of the interface's language: it knows how times are written. */
const region = () => (navigator.languages ?? []).find((one) => one.split("-")[0] === tag) ?? tag;

export function formatTime(time) {
  return new Intl.DateTimeFormat(region(), { hour: "2-digit", minute: "2-digit" }).format(time);
}

export function formatNumber(value, digits = 0) {
  const options = { minimumFractionDigits: digits, maximumFractionDigits: digits };
  return new Intl.NumberFormat(tag, options).format(value);
}
