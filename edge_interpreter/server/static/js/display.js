/** One language of a room on a screen that nobody touches: rolling captions, no sound. */

import { token, webSocketAddress } from "./address.js";
import { Captions } from "./captions.js";
import { Connection } from "./connection.js";
import { element } from "./dom.js";
import { text } from "./i18n.js";
import { markLanguage } from "./languages.js";
import { retryWhenBack } from "./page.js";
import { RollUp } from "./rollup.js";

const EXPIRE_MS = 5000;

export class Display {
  /**
   * `viewport`: element that becomes the window; `names`: show who speaks; `onState(state)`,
   * `onRoom(room)` and `onActivity()` tell the page.
   */
  constructor({ viewport, room, language, name, names, onState, onRoom, onActivity }) {
    Object.assign(this, { language, names, onActivity });
    this.content = element("div", { class: "roll", role: "log", "aria-live": "polite" });
    viewport.replaceChildren(this.content);
    this.roll = new RollUp(viewport, this.content);
    this.captions = new Captions({ limit: 50 });
    this.places = new Map();
    this.lastSpeaker = null;
    this.connection = new Connection({
      url: webSocketAddress,
      hello: { room, token, name, role: "listen", wants: language },
      handlers: {
        message: (message) => {
          if (message.type === "welcome" || message.type === "room_state") onRoom(message.room);
          if (message.type === "welcome") this.#welcomed(message);
          this.#show(this.captions.take(message));
        },
        state: (state) => {
          if (state.name === "waiting") this.#endLive();
          onState(state);
        },
      },
    });
    this.connection.open();
    retryWhenBack(() => this.connection);
    this.timer = setInterval(() => this.#show(this.captions.expire()), EXPIRE_MS);
  }

  /** Empty the window (after a long silence). */
  clear() {
    this.roll.clear();
    this.places.clear();
    this.lastSpeaker = null;
  }

  close() {
    clearInterval(this.timer);
    this.connection.close();
  }

  // Somebody who comes back to another box, or to one that was restarted, has missed something.
  #welcomed({ resumed }) {
    if (this.entered && !resumed) this.#show([{ kind: "note", entry: {} }]);
    this.entered = true;
  }

  #endLive() {
    this.#show([...this.captions.live.values()].map((entry) => ({ kind: "live_end", entry })));
    this.captions.live.clear();
  }

  #show(changes) {
    const seen = changes.filter(({ kind, entry }) => this.#matters(kind, entry));
    if (seen.length === 0) return;
    this.roll.update(() => {
      for (const { kind, entry } of seen) this.#apply(kind, entry);
    });
    this.onActivity();
  }

  // Words still being spoken are shown only where they are in the language of this screen.
  #matters(kind, entry) {
    if (kind === "live") return entry.language === this.language || this.language === "original";
    if (kind === "live_end") return this.places.has(entry.utterance);
    return kind !== "note" || !entry.withheld;
  }

  #apply(kind, entry) {
    if (kind === "note") {
      this.content.append(element("p", { class: "missing" }, "[ … ]"));
      return;
    }
    const place = this.places.get(entry.utterance);
    if (kind === "live_end") {
      place?.remove();
      this.places.delete(entry.utterance);
      return;
    }
    const line = kind === "live" ? this.#liveLine(entry) : this.#finalLine(entry);
    if (place) place.replaceWith(line);
    else this.content.append(line);
    this.places.set(entry.utterance, line);
    if (this.places.size > 60) this.places.delete(this.places.keys().next().value);
  }

  #liveLine(entry) {
    const line = element("p", { class: "partial" }, entry.stable, entry.unstable);
    markLanguage(line, entry.language);
    return line;
  }

  #finalLine(entry) {
    const line = element("p");
    if (this.names && entry.speaker !== this.lastSpeaker && entry.name) {
      line.append(element("b", { class: "speaker" }, element("bdi", {}, entry.name), ": "));
    }
    this.lastSpeaker = entry.speaker;
    line.append(entry.text);
    if (entry.fidelity === "marked") {
      line.append(" ", element("b", { class: "lost", title: text("missing") }, `[${entry.missing.join(" · ")}]`));
    }
    const untranslated = entry.fidelity === "untranslated";
    if (untranslated) line.classList.add("untranslated");
    markLanguage(line, untranslated ? entry.source_language : entry.language);
    return line;
  }
}
