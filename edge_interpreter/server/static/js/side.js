/**
 * One of two people at one device: reads, hears and speaks one language.
 *
 * A side is a participant of its own in the room; its texts are in its own language where the
 * interface has them.
 */

import { token, webSocketAddress } from "./address.js";
import { Captions } from "./captions.js";
import { Connection } from "./connection.js";
import { element, icon, setIcon } from "./dom.js";
import { chooseInterface, fill, readTexts } from "./i18n.js";
import { fullName, markLanguage, nativeName } from "./languages.js";
import { Meter } from "./meter.js";
import { wakeSound } from "./sound.js";
import { holdButton, Talk } from "./talk.js";
import { noteKey, noteValues } from "./transcript.js";

const MOST_LINES = 30;

export class Side {
  /** `onActivity()`, `onState(state)`, `onTalk(side)` (about to speak), `onPick(side, tag)`. */
  constructor({ place, microphone, player, languages, handlers }) {
    Object.assign(this, { place, player, languages, handlers });
    this.captions = new Captions({ limit: 60 });
    this.said = new Map();
    this.texts = {};
    this.#build();
    this.talk = new Talk({
      microphone,
      send: (message) => this.connection?.send(message),
      sendSound: (block) => this.#sendSound(block),
      onChange: () => this.#showTalk(),
      onLevel: (level) => (this.talk.on ? this.meter.show(level) : this.meter.rest()),
    });
  }

  /** Join `room` for `language`; `voice`: speak translations aloud. */
  async join(room, language, voice) {
    this.leave();
    this.entered = false;
    this.language = language;
    this.clear();
    const interfaceLanguage = chooseInterface([language]);
    this.texts = await readTexts(interfaceLanguage);
    this.interface = interfaceLanguage;
    markLanguage(this.place, language);
    this.select.value = language;
    this.#showTalk();
    this.hint.textContent = this.text("side_hint");
    this.connection = new Connection({
      url: webSocketAddress,
      hello: { room, token, role: "speak", name: nativeName(language), speaks: language, wants: language, audio: voice },
      handlers: { message: (message, sound) => this.#take(message, sound), state: (state) => this.#stateChanged(state) },
    });
    this.connection.open();
  }

  leave() {
    this.talk.stop();
    this.connection?.close();
    this.connection = null;
  }

  clear() {
    this.captions.clear();
    this.said.clear();
    this.lines.replaceChildren();
    this.hint.hidden = false;
  }

  text(key, values = {}) {
    return fill(this.texts[key], key, values, this.interface);
  }

  /** Hands free: this side's microphone stays open and the language is found for each utterance. */
  async handsFree(on) {
    this.connection?.change({ speaks: on ? "auto" : this.language, hear_self: on });
    this.talk.setMode(on ? "open" : "hold");
    if (on) await this.talk.press();
  }

  #build() {
    this.lines = element("div", { class: "side-lines", role: "log", "aria-live": "polite" });
    this.hint = element("p", { class: "side-hint" });
    this.scroller = element("div", { class: "side-scroller" }, this.hint, this.lines);
    this.trouble = element("p", { class: "side-trouble", role: "status" });
    this.button = element("button", { class: "talk-button", type: "button" }, element("span", {}), element("span", { class: "side-label" }));
    this.bar = element("div", { class: "meter", "aria-hidden": "true" }, element("span"));
    this.meter = new Meter(this.bar);
    this.select = element("select", { class: "input" }, ...this.languages.map((tag) => element("option", { value: tag, lang: tag }, fullName(tag))));
    this.select.addEventListener("change", () => this.handlers.onPick(this, this.select.value));
    const pick = element("label", { class: "pick" }, icon("languages"), this.select);
    const foot = element("div", { class: "side-foot" }, pick, element("div", { class: "side-talk" }, this.button, this.bar));
    this.place.replaceChildren(this.scroller, this.trouble, foot);
    new ResizeObserver(() => this.#toEnd()).observe(this.scroller);
    let wasOn = false;
    holdButton(this.button, {
      down: () => {
        wakeSound();
        wasOn = this.talk.on;
        this.handlers.onTalk(this);
        this.talk.press();
      },
      // A short press stays on until the next one.
      up: (short) => (!short || wasOn) && this.talk.release(),
    });
  }

  // What the loudspeaker says must not be heard as somebody speaking.
  #sendSound(block) {
    if (this.talk.mode === "open" && this.player.waiting > 0) return;
    this.connection?.sendSound(block);
  }

  #take(message, sound) {
    if (message.type === "speech") this.player.add(message, sound);
    if (message.type === "welcome") this.#welcomed(message);
    if (message.type === "you") this.#you(message);
    for (const { kind, entry } of this.captions.take(message)) this.#show(kind, entry);
  }

  #welcomed({ resumed }) {
    if (this.entered && !resumed) this.#note(this.text("not_resumed"));
    this.entered = true;
  }

  #you(message) {
    this.select.setAttribute("aria-label", this.text("language"));
    if (!this.settled) this.talk.connected();
    this.settled = true;
    this.self = message.participant;
  }

  #show(kind, entry) {
    this.handlers.onActivity();
    this.hint.hidden = true;
    if (kind === "live_end") {
      this.said.get(entry.utterance)?.remove();
      this.said.delete(entry.utterance);
    } else if (kind === "note") {
      this.#note(this.text(noteKey(entry), noteValues(entry)));
    } else {
      this.#place(entry.utterance, kind === "live" ? this.#liveLine(entry) : this.#finalLine(entry));
    }
    while (this.lines.children.length > MOST_LINES) this.lines.firstChild.remove();
    this.#toEnd();
  }

  #note(words) {
    this.lines.append(element("p", { class: "line note" }, words));
  }

  #place(utterance, line) {
    const before = this.said.get(utterance);
    if (before) before.replaceWith(line);
    else this.lines.append(line);
    this.said.set(utterance, line);
  }

  #liveLine(entry) {
    const own = entry.language === this.language;
    const words = own ? entry.stable + entry.unstable : "";
    const dots = element("span", { class: "dots" }, element("i"), element("i"), element("i"));
    return element("p", { class: own ? "line own live" : "line live" }, words, dots);
  }

  #finalLine(entry) {
    const own = entry.source_language === this.language;
    const line = element("p", { class: own ? "line own" : "line" }, entry.text);
    if (entry.fidelity === "marked") line.append(" ", element("b", { class: "lost" }, `[${entry.missing.join(" · ")}]`));
    if (entry.fidelity === "untranslated") markLanguage(line, entry.source_language);
    return line;
  }

  #toEnd() {
    this.scroller.scrollTop = this.scroller.scrollHeight;
  }

  #showTalk() {
    const { talk } = this;
    this.button.dataset.on = String(talk.on);
    this.button.setAttribute("aria-pressed", String(talk.on));
    setIcon(this.button.firstChild, "microphone");
    this.button.lastChild.textContent = this.text(talk.on ? "side_listening" : "side_speak");
    this.#trouble(talk.state === "problem" ? `microphone.${talk.problem}` : talk.silent ? "microphone.silent" : null);
    if (!talk.on) this.meter.rest();
  }

  #stateChanged(state) {
    if (state.name !== "open") this.settled = false;
    this.#trouble(state.name === "waiting" ? "connection_lost" : null);
    this.handlers.onState(state);
  }

  #trouble(key) {
    this.trouble.textContent = key ? this.text(key) : "";
  }
}
