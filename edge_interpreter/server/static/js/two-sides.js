/** Two sides at one device: one microphone, one loudspeaker, one of them speaks at a time. */

import { canHear, canRead } from "./languages.js";
import { Microphone } from "./microphone.js";
import { Player } from "./player.js";
import { Side } from "./side.js";
import { audioContext } from "./sound.js";

/** Languages that can be both recognised and translated into. */
export function conversationLanguages() {
  const heard = new Set(canHear().map((one) => one.tag));
  return canRead()
    .map((one) => one.tag)
    .filter((tag) => heard.has(tag));
}

/** A room of their own: what two people say at a desk concerns no other. */
export function privateRoom(kind) {
  const letters = crypto.getRandomValues(new Uint8Array(10));
  return `${kind}-${[...letters].map((byte) => (byte % 36).toString(36)).join("")}`;
}

export class TwoSides {
  /** `places`: two elements; `onActivity()`, `onEnd(state)` when the room cannot be used. */
  constructor({ places, onActivity = () => {}, onEnd = () => {} }) {
    const microphone = new Microphone(audioContext);
    this.player = new Player({ context: audioContext });
    this.microphone = microphone;
    this.voice = true;
    const handlers = {
      onActivity,
      onTalk: (side) => this.#speakAlone(side),
      onPick: (side, tag) => this.#pick(side, tag),
      onState: (state) => {
        if (state.name === "ended" && state.code !== "left") onEnd(state);
      },
    };
    const languages = conversationLanguages();
    this.sides = places.map((place) => new Side({ place, microphone, player: this.player, languages, handlers }));
  }

  get talking() {
    return this.sides.some((side) => side.talk.on);
  }

  get languages() {
    return this.sides.map((side) => side.language);
  }

  /** Begin in `room` with two languages. */
  async begin(room, languages) {
    this.room = room;
    this.player.clear();
    await Promise.all(this.sides.map((side, index) => side.join(room, languages[index], this.voice)));
  }

  end() {
    for (const side of this.sides) {
      side.leave();
      side.clear();
    }
    this.player.clear();
  }

  setVoice(on) {
    this.voice = on;
    if (!on) this.player.clear();
    for (const side of this.sides) side.connection?.change({ audio: on });
  }

  handsFree(on) {
    for (const side of this.sides) side.talk.release();
    return this.sides[0].handsFree(on);
  }

  #speakAlone(speaking) {
    for (const side of this.sides) if (side !== speaking) side.talk.release();
  }

  async #pick(side, tag) {
    const other = this.sides.find((one) => one !== side);
    // Choosing the language of the other side swaps the two.
    if (other.language === tag) await other.join(this.room, side.language, this.voice);
    await side.join(this.room, tag, this.voice);
    this.onLanguages?.();
  }
}
