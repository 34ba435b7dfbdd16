/**
 * Captions that roll up line by line inside a window of a few lines, and can all be read.
 *
 * When more comes than the window holds, it moves on by one line at a time, at reading speed, and
 * faster the more is waiting; nothing is ever jumped over.
 */

const READING_CPS = 16;
const WAITING_LETTERS_PER_CPS = 12;
const MOST_CPS = 45;
const LEAST_LINE_MS = 350;
const MOST_LINE_MS = 3000;

export class RollUp {
  /** `viewport` has a fixed number of lines; its only child `content` moves inside. */
  constructor(viewport, content) {
    this.viewport = viewport;
    this.content = content;
    this.offset = 0;
    this.nextAt = 0;
    this.timer = null;
    new ResizeObserver(() => this.#jumpToEnd()).observe(viewport);
  }

  /** Change the content with `change()` (append, replace); the window follows. */
  update(change) {
    const shownBefore = Math.min(this.#height(), this.offset + this.#window());
    change();
    const shown = Math.min(this.#height(), this.offset + this.#window());
    const fresh = Math.max(0, (shown - shownBefore) / this.#line());
    this.nextAt = Math.max(performance.now() + fresh * this.#pace(), this.nextAt);
    this.#step();
  }

  clear() {
    this.content.replaceChildren();
    this.#moveTo(0);
    this.nextAt = 0;
  }

  get waiting() {
    return Math.max(0, Math.round((this.#height() - this.#window() - this.offset) / this.#line()));
  }

  #step() {
    clearTimeout(this.timer);
    if (this.#height() - this.#window() < this.offset) this.#moveTo(this.#height() - this.#window());
    if (this.waiting === 0) {
      this.#forget();
      return;
    }
    const now = performance.now();
    if (now >= this.nextAt) {
      this.#moveTo(this.offset + this.#line());
      this.nextAt = now + this.#pace();
    }
    this.timer = setTimeout(() => this.#step(), Math.max(16, this.nextAt - now));
  }

  /** Milliseconds that one line stays the newest. */
  #pace() {
    const letters = this.content.textContent.length / Math.max(1, this.#height() / this.#line());
    const rate = Math.min(MOST_CPS, READING_CPS + (letters * this.waiting) / WAITING_LETTERS_PER_CPS);
    return Math.min(MOST_LINE_MS, Math.max(LEAST_LINE_MS, (1000 * letters) / rate));
  }

  /** Take away what left the window long ago. */
  #forget() {
    let first = this.content.firstElementChild;
    while (first && first.nextElementSibling && first.nextElementSibling.offsetTop <= this.offset - this.#window()) {
      const gone = first.nextElementSibling.offsetTop - first.offsetTop;
      first.remove();
      this.#moveTo(this.offset - gone, false);
      first = this.content.firstElementChild;
    }
  }

  #moveTo(offset, smooth = true) {
    this.offset = Math.max(0, offset);
    this.content.classList.toggle("jump", !smooth);
    this.content.style.transform = `translateY(${-this.offset}px)`;
    if (!smooth) this.content.getBoundingClientRect();
  }

  #jumpToEnd() {
    this.#moveTo(this.#height() - this.#window(), false);
  }

  #height() {
    return this.content.offsetHeight;
  }

  #window() {
    return this.viewport.clientHeight;
  }

  #line() {
    return Number.parseFloat(getComputedStyle(this.content).lineHeight) || 1;
  }
}
