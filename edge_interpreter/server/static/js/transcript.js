/** The transcript on the page: what Captions knows, as elements, with the newest in sight. */

import { hueOf } from "./colour.js";
import { element, icon } from "./dom.js";
import { formatNumber, formatTime, text } from "./i18n.js";
import { localName, markLanguage } from "./languages.js";

const SAME_TURN_MS = 60000;
const MOST_LINES = 600;
const NEAR_END = 80;

export class TranscriptView {
  constructor({ log, live, scroller, jump, empty }) {
    Object.assign(this, { log, live, scroller, jump, empty });
    this.said = new Map();
    this.liveTurns = new Map();
    this.self = null;
    this.following = true;
    scroller.addEventListener("scroll", () => this.#scrolled(), { passive: true });
    new ResizeObserver(() => this.#follow()).observe(scroller);
    jump.addEventListener("click", () => {
      this.following = true;
      this.#follow("smooth");
    });
  }

  clear() {
    this.log.replaceChildren();
    this.live.replaceChildren();
    this.said.clear();
    this.liveTurns.clear();
    this.turn = null;
    this.empty.hidden = false;
  }

  show(changes) {
    for (const { kind, entry } of changes) this[`_${kind}`](entry);
    if (changes.length > 0) {
      this.empty.hidden = this.log.children.length > 0 || this.liveTurns.size > 0;
      this.#follow();
    }
  }

  /** Underline the utterance whose translation is heard now (null: none). */
  markSpoken(utterance) {
    for (const [id, place] of this.said) place.classList.toggle("spoken", id === utterance);
  }

  /** A line across the transcript. */
  divide(words) {
    this.turn = null;
    this.#append(element("li", { class: "note divider" }, words));
    this.#follow();
  }

  _final(entry) {
    const place = this.#said(entry);
    place.classList.add("fresh");
    this.said.set(entry.utterance, place);
    this.#turnFor(entry).append(place);
    while (this.said.size > MOST_LINES) this.#dropOldest();
  }

  _replaced(entry) {
    const place = this.#said(entry);
    this.said.get(entry.utterance)?.replaceWith(place);
    this.said.set(entry.utterance, place);
  }

  _live(entry) {
    let turn = this.liveTurns.get(entry.utterance);
    if (!turn) {
      turn = turnElement("div", entry, this.#name(entry));
      this.liveTurns.set(entry.utterance, turn);
      this.live.append(turn);
    }
    turn.querySelector(".lines").replaceChildren(liveWords(entry));
  }

  _live_end(entry) {
    this.liveTurns.get(entry.utterance)?.remove();
    this.liveTurns.delete(entry.utterance);
  }

  _note(entry) {
    this.turn = null;
    const quiet = entry.note === "skipped" && entry.withheld;
    const sign = icon(quiet ? "info" : "warning");
    this.#append(element("li", { class: quiet ? "note quiet" : "note" }, sign, element("span", {}, text(noteKey(entry), noteValues(entry)))));
  }

  #append(line) {
    this.log.append(line);
    while (this.log.children.length > MOST_LINES) this.log.firstChild.remove();
  }

  #dropOldest() {
    const [oldest, place] = this.said.entries().next().value;
    this.said.delete(oldest);
    const turn = place.closest(".turn");
    place.remove();
    if (turn && !turn.querySelector(".said")) turn.remove();
  }

  #turnFor(entry) {
    const last = this.turn;
    if (last && last.speaker === entry.speaker && entry.time - last.time < SAME_TURN_MS) {
      last.time = entry.time;
      return last.lines;
    }
    const turn = turnElement("li", entry, this.#name(entry));
    turn.querySelector(".who").append(element("time", { datetime: new Date(entry.time).toISOString() }, formatTime(entry.time)));
    this.#append(turn);
    this.turn = { speaker: entry.speaker, time: entry.time, lines: turn.querySelector(".lines") };
    return this.turn.lines;
  }

  #name(entry) {
    const name = entry.name || text("somebody");
    return entry.speaker === this.self ? text("you_named", { name }) : name;
  }

  #said(entry) {
    const words = element("p", { class: "text" }, entry.text);
    const shownAs = entry.fidelity === "untranslated" ? entry.source_language : entry.language;
    markLanguage(words, shownAs);
    const place = element("div", { class: "said", "data-utterance": entry.utterance }, words);
    if (entry.original && entry.fidelity !== "same" && entry.fidelity !== "untranslated") {
      const original = element("p", { class: "original" }, entry.original);
      markLanguage(original, entry.source_language);
      place.append(original);
    }
    const marks = marksOf(entry);
    if (marks.length > 0) place.append(element("div", { class: "marks" }, ...marks));
    return place;
  }

  #scrolled() {
    const { scrollTop, scrollHeight, clientHeight } = this.scroller;
    this.following = scrollHeight - scrollTop - clientHeight < NEAR_END;
    this.jump.hidden = this.following;
  }

  #follow(behavior = "instant") {
    if (this.following) this.scroller.scrollTo({ top: this.scroller.scrollHeight, behavior });
  }
}

/** A round sign with the first letter of a name. */
export function avatar(identifier, name) {
  const letter = [...name.trim()][0] ?? "·";
  const place = element("span", { class: "avatar", "aria-hidden": "true" }, letter.toUpperCase());
  place.style.setProperty("--hue", hueOf(identifier));
  return place;
}

function turnElement(tag, entry, name) {
  const turn = element(
    tag,
    { class: "turn", "data-speaker": entry.speaker },
    avatar(entry.speaker, entry.name || "?"),
    element("div", {}, element("div", { class: "who" }, element("b", {}, name)), element("div", { class: "lines" })),
  );
  turn.style.setProperty("--hue", hueOf(entry.speaker));
  return turn;
}

function liveWords({ language, stable, unstable }) {
  const words = element("p", { class: "text" }, stable);
  if (language) markLanguage(words, language);
  if (unstable) words.append(element("span", { class: "unstable", lang: language }, unstable));
  if (!stable && !unstable) words.append(text("speaking"));
  words.append(element("span", { class: "dots", "aria-hidden": "true" }, element("i"), element("i"), element("i")));
  return words;
}

function marksOf(entry) {
  const marks = [];
  const chip = (kind, sign, ...words) => marks.push(element("span", { class: `chip ${kind}` }, icon(sign), element("span", {}, ...words)));
  if (entry.fidelity === "marked") {
    const missing = element("b", {}, entry.missing.join(" · "));
    markLanguage(missing, entry.source_language);
    chip("warn", "warning", `${text("missing")} `, missing);
  }
  if (entry.fidelity === "untranslated") chip("warn", "languages", text("untranslated", { language: localName(entry.source_language) }));
  if (entry.noVoice) chip("", "sound-off", text("not_spoken"));
  return marks;
}

/** Which text says what did not come. */
export function noteKey(entry) {
  if (entry.note === "gap") return "gap";
  if (entry.note === "lost") return "sound_lost";
  if (entry.withheld) return "not_understood";
  return entry.lane === "caption" ? "not_translated" : "not_recognised";
}

/** What fills that text in. */
export function noteValues(entry) {
  const seconds = formatNumber((entry.lostMs ?? 0) / 1000, 1);
  return { name: entry.name || text("somebody"), count: entry.count ?? 0, seconds };
}
