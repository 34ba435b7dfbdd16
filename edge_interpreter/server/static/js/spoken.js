/** What is said on a call, both sides, one entry an utterance: the original, and its translation. */

import { element } from "./dom.js";
import { text } from "./i18n.js";
import { markLanguage } from "./languages.js";

const LIMIT = 200;

export class Spoken {
  constructor(place) {
    this.place = place;
    this.clear();
  }

  clear() {
    this.entries = new Map();
    this.place.replaceChildren();
  }

  /** `caption`: a message of the server. */
  show(caption) {
    const key = `${caption.side}-${caption.utterance}`;
    // Of words that were said before anybody read along, nothing is shown.
    if (!this.entries.has(key) && ["no_translation", "no_voice"].includes(caption.kind)) return;
    const entry = this.#entry(key, caption.side);
    if (caption.kind === "gap") {
      if (entry.said.textContent && !entry.said.classList.contains("open")) return;
      entry.item.classList.add("gap");
      entry.said.textContent = text("calls.gap");
    } else if (caption.kind === "no_translation") {
      entry.translation.textContent = text("calls.untranslated");
    } else if (caption.kind === "no_voice") {
      const told = caption.note === "untranslated" || entry.translation.textContent === text("calls.untranslated");
      const note = caption.note === "incomplete" ? "reason.incomplete" : "not_spoken";
      if (!told) entry.item.append(element("p", { class: "small soft" }, text(note)));
    } else if (caption.kind === "translation") {
      if (caption.note === "same") return;
      this.#write(entry.translation, caption);
      if (caption.note === "untranslated") entry.translation.textContent = text("calls.untranslated");
    } else {
      entry.said.classList.toggle("open", caption.kind === "partial");
      this.#write(entry.said, caption);
    }
    this.place.scrollTop = this.place.scrollHeight;
  }

  #write(place, caption) {
    place.textContent = caption.text;
    markLanguage(place, caption.language);
  }

  #entry(key, side) {
    if (!this.entries.has(key)) {
      const said = element("p", { class: side === "caller" ? "original" : "" });
      const translation = element("p", { class: side === "caller" ? "" : "original" });
      const item = element("li", { "data-side": side }, element("p", { class: "who" }, text(`calls.${side}`)), said, translation);
      this.place.append(item);
      this.entries.set(key, { item, said, translation });
      if (this.entries.size > LIMIT) this.#forget();
    }
    return this.entries.get(key);
  }

  #forget() {
    const [key, entry] = this.entries.entries().next().value;
    entry.item.remove();
    this.entries.delete(key);
  }
}
