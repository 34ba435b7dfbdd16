/** The bottom of a room: talk, chat, language and sound. */

import { byId, openDialog, setIcon, toast } from "./dom.js";
import { text } from "./i18n.js";
import { canRead, fillSelect, hasVoice, language, localName } from "./languages.js";
import { choices, remember } from "./memory.js";
import { Meter } from "./meter.js";
import { wakeSound } from "./sound.js";
import { holdButton, holdKey } from "./talk.js";

/** Whether there is probably a keyboard to hold a key of. */
const keyboard = () => matchMedia("(hover: hover) and (pointer: fine)").matches;

export class Dock {
  constructor(session) {
    this.session = session;
    this.meter = new Meter(byId("meter"));
    this.#talk();
    this.#chat();
    this.#listen();
    byId("speak-too").addEventListener("click", () => this.#speakToo());
    byId("settings-button").addEventListener("click", () => openDialog(byId("settings")));
  }

  fill() {
    fillSelect(byId("wants"), canRead(), { special: ["original"], chosen: [this.session.you?.wants, choices.wants] });
  }

  /** After every `you` message and every change of the microphone. */
  show() {
    const { you, talk } = this.session;
    if (!you) return;
    const mayTalk = you.role !== "listen";
    byId("talk").hidden = !mayTalk || you.speaks === "none";
    byId("chat").hidden = byId("talk").hidden;
    byId("join-in").hidden = !mayTalk || you.speaks !== "none";
    byId("wants").value = you.wants;
    this.#showSound(you);
    this.#showTalk(talk);
  }

  #showSound(you) {
    const voice = hasVoice(you.wants) && you.voice;
    const on = you.audio && voice;
    const button = byId("sound");
    setIcon(button, on ? "sound" : "sound-off");
    button.disabled = !voice;
    button.setAttribute("aria-pressed", String(on));
    const hint = voice ? text(on ? "sound_on" : "sound_off") : text("no_voice", { language: localName(you.wants) });
    button.setAttribute("aria-label", hint);
    button.title = hint;
    byId("volume").disabled = !on;
  }

  #showTalk(talk) {
    const button = byId("talk-button");
    const hold = talk.mode === "hold";
    button.dataset.on = String(talk.on);
    button.dataset.off = String(!talk.on && !hold);
    button.setAttribute("aria-pressed", String(talk.on));
    setIcon(byId("talk-icon"), talk.on || hold ? "microphone" : "microphone-off");
    byId("talk-label").textContent = text(talk.on ? (hold ? "talking" : "microphone_on") : hold ? "hold_to_talk" : "microphone_off");
    byId("talk-hint").textContent = this.#talkHint(talk, hold);
    if (!talk.microphone.running) this.meter.rest();
  }

  #talkHint(talk, hold) {
    if (talk.state === "problem") return text(`microphone.${talk.problem}`);
    if (talk.state === "asking") return text("microphone.asking");
    if (talk.silent) return text("microphone.silent");
    if (hold) return text(talk.on ? "release_to_send" : keyboard() ? "hold_help_key" : "hold_help");
    return text(talk.on ? "open_help" : keyboard() ? "open_off_help_key" : "open_off_help");
  }

  #talk() {
    const { talk } = this.session;
    const hold = () => talk.mode === "hold";
    const down = () => {
      wakeSound();
      if (hold()) talk.press();
      else talk.toggle();
    };
    const up = () => hold() && talk.release();
    holdButton(byId("talk-button"), { down, up });
    holdKey("p", { down, up, allowed: () => !byId("room").hidden && !byId("talk").hidden });
  }

  /** From listening to speaking, in the language one reads unless another was chosen before. */
  #speakToo() {
    const spoken = [choices.speaks, this.session.you.wants, "auto"];
    wakeSound();
    this.session.change({ speaks: spoken.find((tag) => tag === "auto" || language(tag)?.recognise) });
    this.session.talk.prepare();
  }

  #chat() {
    byId("chat").addEventListener("submit", (event) => {
      event.preventDefault();
      const line = byId("chat-line").value.trim();
      if (!line) return;
      if (this.session.say(line)) byId("chat-line").value = "";
      else toast(text("not_connected"));
    });
  }

  #listen() {
    byId("wants").addEventListener("change", (event) => {
      remember({ wants: event.target.value });
      this.session.change({ wants: event.target.value });
    });
    byId("sound").addEventListener("click", async () => {
      const audio = !this.session.you.audio;
      remember({ audio });
      if (audio) await wakeSound();
      this.session.change({ audio });
    });
    const volume = byId("volume");
    volume.value = choices.volume ?? 1;
    this.session.player.volume = Number(volume.value);
    volume.addEventListener("input", () => {
      remember({ volume: Number(volume.value) });
      this.session.player.volume = Number(volume.value);
    });
  }
}
