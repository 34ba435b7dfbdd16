/** The settings of a room: looks, captions, speaking, name. */

import { byId, element } from "./dom.js";
import { INTERFACES, interfaceTag, text } from "./i18n.js";
import { canHear, fillSelect } from "./languages.js";
import { choices, remember } from "./memory.js";
import { Microphone } from "./microphone.js";
import { changeInterface } from "./page.js";
import { applyTheme } from "./theme.js";

const chosen = (name) => document.querySelector(`[name="${name}"]:checked`)?.value;

function choose(name, value) {
  const input = document.querySelector(`[name="${name}"][value="${value}"]`);
  if (input) input.checked = true;
}

export class Preferences {
  constructor(session) {
    this.session = session;
    this.#looks();
    this.#captions();
    this.#speaking();
    byId("name").addEventListener("change", () => this.#name());
    document.addEventListener("texts", () => this.fill());
  }

  fill() {
    byId("interface").replaceChildren(
      ...Object.entries(INTERFACES).map(([tag, name]) => element("option", { value: tag, lang: tag }, name)),
    );
    byId("interface").value = interfaceTag();
    fillSelect(byId("speaks"), canHear(), { special: ["auto"], chosen: [this.session.you?.speaks] });
    this.#devices();
  }

  /** After every `you` message. */
  show(you) {
    byId("with-original").checked = you.with_original;
    byId("transcript").classList.toggle("originals-off", !you.with_original);
    byId("partials").checked = you.partials;
    byId("speaks").value = you.speaks;
    byId("speaking-settings").hidden = you.role === "listen" || you.speaks === "none";
    if (document.activeElement !== byId("name")) byId("name").value = you.name;
  }

  #looks() {
    byId("type-size").value = choices.typeSize ?? 1;
    byId("type-size").addEventListener("input", (event) => {
      remember({ typeSize: Number(event.target.value) });
      applyTheme();
    });
    choose("theme", choices.theme ?? "auto");
    byId("settings").addEventListener("change", () => {
      if (chosen("theme") === (choices.theme ?? "auto")) return;
      remember({ theme: chosen("theme") });
      applyTheme();
    });
    byId("interface").addEventListener("change", (event) => {
      remember({ interface: event.target.value });
      changeInterface(event.target.value);
    });
  }

  #captions() {
    byId("with-original").addEventListener("change", (event) => {
      remember({ originals: event.target.checked });
      this.session.change({ with_original: event.target.checked });
    });
    byId("partials").addEventListener("change", (event) => {
      remember({ partials: event.target.checked });
      this.session.change({ partials: event.target.checked });
    });
  }

  #speaking() {
    const { session } = this;
    choose("talk-mode", choices.talkMode ?? "hold");
    session.talk.mode = choices.talkMode ?? "hold";
    for (const input of document.querySelectorAll("[name=talk-mode]")) {
      input.addEventListener("change", () => {
        remember({ talkMode: input.value });
        session.talk.setMode(input.value);
      });
    }
    byId("speaks").addEventListener("change", (event) => {
      remember({ speaks: event.target.value });
      session.change({ speaks: event.target.value });
    });
    session.talk.microphone.device = choices.device ?? "";
    byId("device").addEventListener("change", (event) => {
      remember({ device: event.target.value });
      session.talk.setDevice(event.target.value);
    });
    navigator.mediaDevices?.addEventListener?.("devicechange", () => this.#devices());
    byId("settings-button").addEventListener("click", () => this.#devices());
  }

  async #devices() {
    const devices = await Microphone.devices().catch(() => []);
    const named = devices.filter((device) => device.label);
    byId("device").replaceChildren(
      element("option", { value: "" }, text("microphone_default")),
      ...named.map((device) => element("option", { value: device.deviceId }, device.label)),
    );
    byId("device").value = choices.device ?? "";
    if (byId("device").selectedIndex < 0) byId("device").value = "";
  }

  #name() {
    const name = byId("name").value.trim();
    remember({ name });
    if (name) this.session.change({ name });
  }
}
