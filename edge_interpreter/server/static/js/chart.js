/** A live chart on a canvas: one value a second, a line or bars, drawn in the page's colours. */

const SECONDS = 300;
const STEPS = [1, 2, 4, 6];

export class Chart {
  /** `style`: "line" or "bars"; `least`: smallest top of the scale; `format(value)` labels it. */
  constructor(canvas, { style, least, format, describe }) {
    Object.assign(this, { canvas, style, least, format, describe });
    this.values = [];
    new ResizeObserver(() => this.draw()).observe(canvas);
  }

  add(value) {
    this.values.push(value);
    if (this.values.length > SECONDS) this.values.shift();
    this.canvas.setAttribute("aria-label", this.describe(value, Math.max(...this.values)));
    this.draw();
  }

  draw() {
    const { canvas } = this;
    const ratio = devicePixelRatio || 1;
    const [width, height] = [canvas.clientWidth, canvas.clientHeight];
    if (width === 0) return;
    canvas.width = Math.round(width * ratio);
    canvas.height = Math.round(height * ratio);
    const pen = canvas.getContext("2d");
    pen.scale(ratio, ratio);
    const colours = getComputedStyle(canvas);
    const colour = (name) => colours.getPropertyValue(name).trim();
    const type = Number.parseFloat(colours.fontSize) * 0.8125;
    pen.font = `${type}px ${colours.fontFamily}`;
    const top = niceTop(Math.max(this.least, ...this.values));
    const area = { left: Math.max(...[top, top / 2].map((value) => pen.measureText(this.format(value)).width)) + 8, top: type / 2 + 1, width, height: height - type - 4 };
    this.#grid(pen, area, top, colour("--line"), colour("--ink-soft"));
    pen.strokeStyle = pen.fillStyle = colour(this.style === "line" ? "--accent" : "--live");
    if (this.style === "line") this.#line(pen, area, top);
    else this.#bars(pen, area, top);
  }

  #grid(pen, area, top, line, ink) {
    pen.strokeStyle = line;
    pen.fillStyle = ink;
    pen.lineWidth = 1;
    pen.textBaseline = "middle";
    pen.textAlign = "right";
    for (const share of [0, 0.5, 1]) {
      const y = Math.round(this.#y(area, share)) + 0.5;
      pen.beginPath();
      pen.moveTo(area.left, y);
      pen.lineTo(area.width, y);
      pen.stroke();
      pen.fillText(this.format(top * share), area.left - 6, y);
    }
  }

  #y(area, share) {
    return area.top + (area.height - area.top) * (1 - share);
  }

  #x(area, index) {
    const step = (area.width - area.left) / (SECONDS - 1);
    return area.width - (this.values.length - 1 - index) * step;
  }

  #line(pen, area, top) {
    if (this.values.length === 0) return;
    pen.lineWidth = 2;
    pen.lineJoin = "round";
    pen.beginPath();
    this.values.forEach((value, index) => pen.lineTo(this.#x(area, index), this.#y(area, value / top)));
    pen.stroke();
    pen.globalAlpha = 0.12;
    pen.lineTo(area.width, this.#y(area, 0));
    pen.lineTo(this.#x(area, 0), this.#y(area, 0));
    pen.fill();
    pen.globalAlpha = 1;
  }

  #bars(pen, area, top) {
    const wide = Math.max(2, (area.width - area.left) / SECONDS);
    const base = this.#y(area, 0);
    this.values.forEach((value, index) => {
      if (value > 0) pen.fillRect(this.#x(area, index) - wide, this.#y(area, value / top), wide, base - this.#y(area, value / top));
    });
  }
}

/** The next 1, 2, 4 or 6 times a power of ten: half of it is short to write, too. */
export function niceTop(value) {
  const power = 10 ** Math.floor(Math.log10(value));
  const step = STEPS.find((candidate) => candidate * power >= value * 0.9999) ?? 10;
  return step * power;
}
