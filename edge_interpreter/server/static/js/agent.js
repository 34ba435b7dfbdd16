/** The agent's page: /agent#token=… */

import { currentToken } from "./api.js";
import { setBanner } from "./banners.js";
import { DeskConnection } from "./desk-connection.js";
import { byId, element, toast } from "./dom.js";
import { Headset } from "./headset.js";
import { formatTime, text } from "./i18n.js";
import { canHear, fillSelect, localName } from "./languages.js";
import { Microphone, MicrophoneError } from "./microphone.js";
import { startPage } from "./page.js";
import { problemText } from "./problems.js";
import { audioContext, wakeSound } from "./sound.js";
import { Spoken } from "./spoken.js";

const SIDES = ["caller", "agent"];

class Desk {
  constructor() {
    this.spoken = new Spoken(byId("spoken"));
    this.headset = new Headset(audioContext);
    this.calls = [];
    this.shown = this.mine = null;
    this.phrases = {};
    this.microphone = new Microphone(audioContext);
    this.microphone.listen({
      onBlock: (sound) => this.mine && this.connection.sendSound(sound),
      onLevel: (level) => byId("level").style.setProperty("--level", Math.max(0, Math.min(1, (level + 60) / 60))),
      onLost: () => setBanner("microphone", text("microphone.lost"), { kind: "bad", sign: "warning" }),
    });
    byId("end").addEventListener("click", () => this.#act("end"));
    byId("mute").addEventListener("click", () => this.#act("mute", { side: "agent", on: !this.muted }));
    for (const side of SIDES) {
      fillSelect(byId(`${side}-language`), canHear(), { special: ["auto"] });
      byId(`${side}-language`).addEventListener("change", ({ target }) => this.#act("speaks", { side, language: target.value }));
    }
    this.connection = new DeskConnection({
      url: `${location.origin.replace(/^http/, "ws")}/ws/desk`,
      token: currentToken(),
      handlers: {
        message: (message) => this.#take(message),
        sound: (sound) => this.headset.play(sound),
        state: (name) => this.#state(name),
      },
    });
    this.connection.open();
  }

  #act(type, fields = {}) {
    if (this.shown) this.connection.send({ type, call: this.shown, ...fields });
  }

  #state(name) {
    byId("state").dataset.state = name;
    byId("state").textContent = text(`state.${name}`);
    byId("desk").hidden = name === "ended" || (name !== "open" && byId("desk").hidden);
    if (name === "ended") askForAccess(text("error.forbidden"));
  }

  #take(message) {
    switch (message.type) {
      case "welcome":
        byId("access").hidden = true;
        byId("desk").hidden = false;
        this.phrases = message.phrases;
        if (this.shown) this.connection.send({ type: "watch", call: this.shown });
        break;
      case "calls":
        this.#list(message);
        break;
      case "caption":
        if (message.call === this.shown) this.spoken.show(message);
        break;
      case "ended":
        this.#over(message.call);
        break;
      case "error":
        toast(problemText(message));
        break;
    }
  }

  #list({ calls, waiting, mine }) {
    this.calls = calls;
    this.mine = mine;
    byId("no-calls").hidden = calls.length > 0;
    const order = [...calls].sort((a, b) => waiting.includes(b.id) - waiting.includes(a.id) || a.started.localeCompare(b.started));
    const focused = document.activeElement?.dataset?.key;
    byId("calls").replaceChildren(...order.map((call) => this.#row(call, waiting.includes(call.id))));
    if (focused) byId("calls").querySelector(`[data-key="${focused}"]`)?.focus();
    this.#head();
  }

  #row(call, waits) {
    const { caller } = call.sides;
    const button = (name, press, look = "") =>
      element("button", { class: `button compact ${look}`, type: "button", "data-key": `${name}-${call.id}`, onclick: press }, text(`calls.${name}`));
    return element(
      "li",
      { "aria-current": String(call.id === this.shown) },
      element("span", { class: "who", dir: "auto" }, caller.number || text("calls.unknown_number")),
      element("span", { class: "small soft" }, `${text(`calls.state.${call.state}`)} · ${localName(caller.language)} · `, element("time", {}, formatTime(new Date(call.started)))),
      element(
        "span",
        { class: "row" },
        waits && !this.mine ? button("take", () => this.#takeCall(call.id), "primary") : null,
        call.id === this.shown ? null : button("watch", () => this.#watch(call.id)),
      ),
    );
  }

  async #takeCall(call) {
    await wakeSound();
    try {
      await this.microphone.start();
    } catch (error) {
      if (!(error instanceof MicrophoneError)) throw error;
      setBanner("microphone", text(`microphone.${error.cause}`), { kind: "bad", sign: "warning" });
      return;
    }
    setBanner("microphone", null);
    this.#show(call);
    this.connection.send({ type: "take", call });
  }

  #watch(call) {
    this.#show(call);
    this.connection.send({ type: "watch", call });
  }

  #show(call) {
    if (call !== this.shown) this.spoken.clear();
    this.shown = call;
    this.#head();
  }

  #over(call) {
    if (call !== this.shown) return;
    toast(text("calls.ended"));
    this.microphone.stop();
    this.shown = null;
    this.#head();
  }

  #head() {
    const call = this.calls.find((one) => one.id === this.shown);
    const mine = Boolean(call) && this.mine === call.id;
    byId("choose").hidden = Boolean(this.shown);
    byId("call-title").textContent = call ? call.sides.caller.number || text("calls.unknown_number") : "";
    for (const id of ["end", "sides"]) byId(id).hidden = !call;
    for (const id of ["mute", "level", "phrases"]) byId(id).hidden = !mine;
    if (!call) return;
    this.muted = call.sides.agent.muted;
    byId("mute").setAttribute("aria-pressed", String(this.muted));
    byId("mute-text").textContent = text(this.muted ? "calls.unmute" : "calls.mute");
    for (const side of SIDES) {
      const select = byId(`${side}-language`);
      if (document.activeElement !== select) select.value = call.sides[side].language;
    }
    this.#phraseButtons(call.sides.agent.language);
  }

  #phraseButtons(language) {
    const place = byId("phrase-buttons");
    if (place.dataset.shown === language) return;
    place.dataset.shown = language;
    const say = (words) => () => this.#act("say", { text: words });
    place.replaceChildren(...(this.phrases[language] ?? []).map((words) => element("button", { class: "button compact", type: "button", lang: language, onclick: say(words) }, words)));
  }
}

function askForAccess(problem) {
  byId("access").hidden = false;
  byId("access-problem").hidden = !problem;
  byId("access-problem").textContent = problem;
  byId("access-token").focus();
}

await startPage({ title: "calls.title" });
byId("access-form").addEventListener("submit", (event) => {
  event.preventDefault();
  location.hash = `token=${byId("access-token").value.trim()}`;
  location.reload();
});
if (currentToken()) new Desk();
else askForAccess("");
