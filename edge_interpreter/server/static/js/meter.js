/** A level meter: −60 to 0 dBFS, falling slowly, and the words that go with it. */

const FLOOR_DB = -60;
const FALL_DB = 1.2;

export class Meter {
  constructor(place) {
    this.place = place;
    this.shown = FLOOR_DB;
    this.told = 0;
  }

  /** `level`: peak in dBFS of the last block. */
  show(level) {
    this.shown = Math.max(FLOOR_DB, level, this.shown - FALL_DB);
    this.place.style.setProperty("--level", ((this.shown - FLOOR_DB) / -FLOOR_DB).toFixed(3));
    this.place.classList.toggle("loud", this.shown > -6 && this.shown <= -1);
    this.place.classList.toggle("clipped", this.shown > -1);
    const now = performance.now();
    if (now - this.told < 1000) return;
    this.told = now;
    this.place.setAttribute("aria-valuenow", Math.round(this.shown));
  }

  rest() {
    this.shown = FLOOR_DB;
    this.place.style.setProperty("--level", "0");
    this.place.classList.remove("loud", "clipped");
  }
}
