/** The form before a room: which room, what to read and hear, whether to speak. */

import { isRoomName, keepOptions, option, secureAddress } from "./address.js";
import { currentToken, get, roomPath, setToken } from "./api.js";
import { byId, element, icon } from "./dom.js";
import { formatNumber, INTERFACES, interfaceTag, text } from "./i18n.js";
import { canHear, canRead, fillSelect, hasVoice, localName, nativeName, preferred } from "./languages.js";
import { choices, remember } from "./memory.js";
import { microphoneLack } from "./microphone.js";
import { changeInterface } from "./page.js";
import { soundSupported } from "./sound.js";

const LONG_LIST = 4;

export class JoinForm {
  /** `onJoin({room, name, wants, audio, speaks})` is called from the click itself. */
  constructor({ info, notices, onJoin }) {
    this.info = info;
    this.notices = notices;
    this.onJoin = onJoin;
    const named = option("room", "");
    this.room = isRoomName(named) ? named : (info.default_room ?? "");
    byId("join-room-field").hidden = isRoomName(named);
    byId("join-room").value = this.room;
    byId("join-name").value = choices.name ?? "";
    this.#fill();
    this.#listen();
    if (option("part") === "speak") document.querySelector("[name=part][value=speak]").checked = true;
    document.addEventListener("texts", () => {
      this.#fill();
      this.#look();
    });
  }

  show(problem = "") {
    byId("join").hidden = false;
    byId("join-problem").hidden = !problem;
    byId("join-problem-text").textContent = problem;
    this.#look();
  }

  #fill() {
    const languages = canRead();
    const wants = [byId("join-wants").value, choices.wants, preferred(languages)];
    fillSelect(byId("join-wants"), languages, { special: ["original"], chosen: wants });
    const heard = canHear();
    const speaks = [byId("join-speaks").value, choices.speaks, spokenHere(heard)];
    fillSelect(byId("join-speaks"), heard, { special: ["auto"], chosen: speaks });
    byId("interface-quick").replaceChildren(
      ...Object.entries(INTERFACES).map(([tag, name]) => element("option", { value: tag, lang: tag }, name)),
    );
    byId("interface-quick").value = interfaceTag();
    this.#licences();
    byId("join-audio").checked = choices.audio ?? true;
    this.#changed();
  }

  // What may not be used commercially is said openly, the rest on wish.
  #licences() {
    const restricted = this.notices.filter((notice) => notice.non_commercial);
    byId("join-restricted").textContent = restricted.map((notice) => notice.text).join(" · ");
    byId("join-notices").replaceChildren(...this.notices.map((notice) => element("li", {}, notice.text)));
    byId("join-licences").hidden = this.notices.length === 0;
  }

  #listen() {
    byId("join-form").addEventListener("change", () => this.#changed());
    byId("join-room").addEventListener("change", (event) => {
      this.room = event.target.value.trim().toLowerCase();
      event.target.value = this.room;
      this.#look();
    });
    byId("interface-quick").addEventListener("change", (event) => {
      remember({ interface: event.target.value });
      changeInterface(event.target.value);
    });
    byId("join-form").addEventListener("submit", (event) => {
      event.preventDefault();
      this.#join();
    });
  }

  get #speaking() {
    return document.querySelector("[name=part]:checked").value === "speak";
  }

  #changed() {
    const wants = byId("join-wants").value;
    const voice = hasVoice(wants) && soundSupported;
    byId("join-audio").disabled = !voice;
    byId("join-voice").textContent = this.#voiceHint(wants, voice);
    byId("join-speaking").hidden = !this.#speaking;
    const lack = this.#speaking ? microphoneLack() : null;
    byId("join-microphone").hidden = !lack;
    if (lack) byId("join-microphone").replaceChildren(...microphoneHelp(lack, this.info));
  }

  #voiceHint(wants, voice) {
    if (voice) return byId("join-audio").checked ? text("use_earphones") : "";
    if (wants === "original") return text("captions_as_spoken");
    return text("no_voice", { language: localName(wants) });
  }

  /** What the server says about the room, before anybody joins it. */
  async #look() {
    const room = this.room;
    byId("join-title").textContent = room || text("choose_room");
    byId("join-here").textContent = "";
    byId("join-token-field").hidden = true;
    if (!isRoomName(room)) return;
    try {
      const found = await get(roomPath(room));
      if (room !== this.room) return;
      byId("join-title").textContent = found.title || room;
      byId("join-here").textContent = here(found);
      // A presentation gives its listeners nothing but listening.
      this.#offerSpeaking(found.preset !== "presentation" || currentToken() !== "");
    } catch (error) {
      if (room === this.room) this.#lookFailed(error.code);
    }
  }

  #offerSpeaking(offered) {
    byId("join-part").hidden = !offered;
    if (!offered) document.querySelector("[name=part][value=listen]").checked = true;
    this.#changed();
  }

  #lookFailed(code) {
    byId("join-token-field").hidden = !["token_required", "token_invalid", "token_expired", "forbidden"].includes(code);
    if (code === "no_such_room" && !this.info.on_demand) {
      byId("join-problem").hidden = false;
      byId("join-problem-text").textContent = text("error.no_such_room");
    }
  }

  #join() {
    if (!isRoomName(this.room)) {
      byId("join-room-field").hidden = false;
      byId("join-room").focus();
      return;
    }
    const typed = byId("join-token").value.trim();
    if (typed) setToken(typed);
    const wants = byId("join-wants").value;
    const name = byId("join-name").value.trim();
    const audio = byId("join-audio").checked;
    const speaks = this.#speaking ? byId("join-speaks").value : "none";
    remember({ wants, name, audio, ...(this.#speaking ? { speaks } : {}) });
    keepOptions({ room: this.room });
    byId("join").hidden = true;
    this.onJoin({ room: this.room, token: currentToken(), name, wants, audio, speaks });
  }
}

/** The browser's language if it can be spoken here, else whatever is heard. */
function spokenHere(heard) {
  const own = new Set((navigator.languages ?? []).map((tag) => tag.split("-")[0]));
  const tag = preferred(heard);
  return own.has(tag?.split("-")[0]) ? tag : "auto";
}

function here({ participants, languages }) {
  if (participants === 0) return text("nobody_here");
  const tags = Object.keys(languages);
  const names = tags.slice(0, LONG_LIST).map(nativeName);
  if (tags.length > LONG_LIST) names.push(`+${formatNumber(tags.length - LONG_LIST)}`);
  return [text("people_here", { count: participants }), names.join(", ")].filter(Boolean).join(" · ");
}

/** What to do where the browser gives no microphone, as children of a notice. */
export function microphoneHelp(lack, info) {
  const secure = secureAddress(info.https_port);
  const words = element("div", { class: "grow" }, text(lack === "insecure" ? "insecure" : "microphone_unsupported"));
  const actions = element("div", { class: "actions" });
  if (lack === "insecure" && secure) {
    actions.append(element("a", { class: "button compact", href: secure }, icon("lock"), text("open_secure")));
    if (info.local_authority) {
      actions.append(element("a", { class: "button compact", href: "/certificate" }, text("certificate_help")));
    }
    words.append(actions);
  }
  return [icon("microphone-off"), words];
}
