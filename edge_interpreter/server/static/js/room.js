/** The page of a room: joining it, then everything that happens in it. */

import { isRoomName, keepOptions, option, webSocketAddress } from "./address.js";
import { currentToken } from "./api.js";
import { clearBanners, setBanner } from "./banners.js";
import { Captions } from "./captions.js";
import { Connection } from "./connection.js";
import { Dock } from "./dock.js";
import { byId, toast } from "./dom.js";
import { text } from "./i18n.js";
import { JoinForm } from "./join.js";
import { choices, rememberWayBack, wayBack } from "./memory.js";
import { keepAwake, retryWhenBack, startPage } from "./page.js";
import { Microphone } from "./microphone.js";
import { Player } from "./player.js";
import { Preferences } from "./preferences.js";
import { problemText } from "./problems.js";
import { showRoster } from "./roster.js";
import { audioContext, onSoundState, soundSupported, wakeSound } from "./sound.js";
import { connectionState } from "./status.js";
import { Talk } from "./talk.js";
import { TranscriptView } from "./transcript.js";

const EXPIRE_MS = 5000;

class Session {
  constructor() {
    this.captions = new Captions();
    this.view = new TranscriptView({
      log: byId("transcript"),
      live: byId("live"),
      scroller: byId("scroller"),
      jump: byId("jump"),
      empty: byId("empty"),
    });
    this.player = new Player({
      context: audioContext,
      onPlaying: (piece) => this.view.markSpoken(piece?.utterance ?? null),
      onSkipped: (left) => this.#leftOut(left),
    });
    this.talk = new Talk({
      microphone: new Microphone(audioContext),
      send: (message) => this.send(message),
      sendSound: (block) => this.connection?.sendSound(block),
      onChange: () => this.#talkChanged(),
      onLevel: (level) => this.dock.meter.show(level),
    });
    this.dock = new Dock(this);
    this.preferences = new Preferences(this);
    setInterval(() => this.#show(this.captions.expire()), EXPIRE_MS);
    document.addEventListener("texts", () => this.#textsChanged());
  }

  /** `choice` as JoinForm gives it; `back`: a way back into the room, from memory. */
  join(choice, back = {}) {
    this.choice = choice;
    this.room = null;
    this.ready = false;
    const { room, token, name, speaks, wants } = choice;
    this.connection = new Connection({
      url: webSocketAddress,
      hello: {
        room,
        token,
        name,
        speaks,
        wants,
        audio: choice.audio && soundSupported,
        partials: choices.partials ?? true,
        with_original: choices.originals ?? false,
        resume: back.resume ?? "",
        last_sequence: back.since ?? 0,
      },
      handlers: { message: (message, sound) => this.#take(message, sound), state: (state) => this.#stateChanged(state) },
    });
    byId("room").hidden = false;
    byId("room-title").textContent = room;
    this.connection.open();
    if (speaks !== "none") this.talk.prepare();
  }

  leave() {
    this.connection?.close();
  }

  send(message) {
    return this.connection?.send(message) ?? false;
  }

  /** A typed line; the command that leads to another room is carried out here. */
  say(line) {
    const room = /^\/join\s+(\S+)$/i.exec(line)?.[1].toLowerCase() ?? "";
    return isRoomName(room) ? (this.connection?.move(room) ?? false) : this.send({ type: "chat", text: line });
  }

  change(settings) {
    this.connection?.change(settings);
  }

  #take(message, sound) {
    switch (message.type) {
      case "welcome":
        this.#welcomed(message);
        break;
      case "you":
        this.#you(message);
        break;
      case "roster":
        this.roster = message;
        this.#showRoster();
        break;
      case "room_state":
        this.#roomState(message.room);
        break;
      case "speech":
        this.player.add(message, sound);
        this.showSoundState();
        break;
      case "speech_state":
        this.#speechState(message);
        break;
      case "error":
        if (!message.fatal) toast(problemText(message));
        break;
    }
    this.#divideReplay(message);
    this.#show(this.captions.take(message));
  }

  #welcomed(message) {
    const elsewhere = this.room !== null && this.room !== message.room.name;
    const again = this.room !== null && !elsewhere;
    if (this.room === null || elsewhere) this.#newRoom();
    else if (!message.resumed) this.view.divide(text("not_resumed"));
    this.room = message.room.name;
    this.replayed = !again && !message.resumed;
    this.view.self = message.participant;
    this.self = message.participant;
    if (!message.resumed || elsewhere) this.since = message.sequence;
    else this.since ??= wayBack(this.room).since;
    rememberWayBack(this.room, { resume: message.resume, since: this.since, choice: this.choice });
    keepOptions({ room: this.room });
    this.#roomState(message.room);
    this.ready = false;
  }

  #newRoom() {
    this.captions.clear();
    this.view.clear();
    this.player.clear();
  }

  #you(message) {
    this.you = message;
    if (!this.ready) {
      this.ready = true;
      this.dock.fill();
      this.preferences.fill();
      if (message.speaks !== "none") this.talk.connected();
    }
    const byOperator = message.muted && (this.talk.mode === "hold" || this.talk.on);
    setBanner("muted", byOperator ? text("muted_by_operator") : null, { kind: "warn", sign: "microphone-off" });
    if (!message.audio) this.player.clear();
    this.dock.show();
    this.preferences.show(message);
    byId("empty-text").textContent = text(message.speaks === "none" ? "empty_listen" : "empty_speak");
    this.showSoundState();
  }

  #roomState(room) {
    byId("room-title").textContent = room.title || room.name;
    setBanner("kept", room.transcript ? text("kept") : null);
    setBanner("paused", room.paused ? text("paused") : null, { kind: "warn", sign: "pause" });
  }

  #speechState({ mode, behind_ms: behind }) {
    const words = mode === "normal" ? null : text(mode, { seconds: Math.round(behind / 1000) });
    setBanner("lag", words, { sign: mode === "captions_only" ? "text" : "sound" });
  }

  #divideReplay(message) {
    if (message.type !== "caption" || !message.replay || this.replayed) return;
    this.replayed = true;
    this.view.divide(text("said_while_away"));
  }

  #show(changes) {
    this.view.show(changes);
    if (changes.some(({ kind }) => kind.startsWith("live"))) this.#showRoster();
    this.player.duck(this.talk.on && (this.talk.mode === "hold" || this.#speaking().has(this.self)));
  }

  #speaking() {
    return new Set([...this.captions.live.values()].map((entry) => entry.speaker));
  }

  #showRoster() {
    if (this.roster) showRoster(this.roster, this.self, this.#speaking());
  }

  #leftOut(utterances) {
    this.#show(utterances.flatMap((utterance) => this.captions.take({ type: "skipped", lane: "speech", utterance })));
    toast(text("left_out", { count: utterances.length }));
  }

  #talkChanged() {
    this.dock?.show();
    this.player.duck(this.talk.on && this.talk.mode === "hold");
    if (this.talk.microphone.running) this.showSoundState();
  }

  /** Offer to turn sound on where the browser waits for a touch. */
  showSoundState() {
    const blocked = this.you?.audio && this.you.voice && this.player.blocked;
    setBanner("sound", blocked ? text("sound_blocked") : null, {
      sign: "sound-off",
      action: text("turn_on_sound"),
      press: async () => (await wakeSound(), this.showSoundState()),
    });
  }

  #stateChanged(state) {
    if (state.name === "waiting") this.#show([...this.captions.live.values()].map((entry) => ({ kind: "live_end", entry })));
    if (state.name !== "open") this.captions.live.clear();
    connectionState(state, () => this.connection.retryNow());
    if (state.name === "ended") this.#ended(state);
  }

  #ended(state) {
    this.talk.stop();
    this.#newRoom();
    clearBanners();
    byId("room").hidden = true;
    const room = this.room ?? this.choice.room;
    rememberWayBack(room, {});
    this.you = null;
    form.show(state.code === "left" ? "" : problemText(state));
  }

  #textsChanged() {
    this.dock.fill();
    this.dock.show();
    this.#showRoster();
  }
}

const { info, notices } = await startPage();
const session = new Session();
const form = new JoinForm({
  info,
  notices,
  onJoin: (choice) => {
    wakeSound();
    session.join(choice);
  },
});

byId("leave-button").addEventListener("click", () => session.leave());
byId("people-button").addEventListener("click", () => togglePeople());
byId("people-close").addEventListener("click", () => togglePeople(false));

function togglePeople(open = !byId("people").classList.contains("open")) {
  byId("people").classList.toggle("open", open);
  byId("people-button").setAttribute("aria-expanded", String(open));
}

onSoundState(() => session.showSoundState());
retryWhenBack(() => session.connection);
keepAwake();

const back = wayBack(option("room", ""));
if (back.resume) {
  byId("join").hidden = true;
  session.join({ ...back.choice, token: currentToken() || back.choice.token }, back);
} else {
  form.show();
}
