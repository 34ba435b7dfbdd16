/**
 * Plays `speech` in the order in which it comes, one voice at a time, on one AudioContext clock.
 *
 * More than CATCH_UP_S waiting is played a little faster; over MAX_WAITING_S the oldest
 * utterances that have not begun are left out, and `onSkipped(utterances)` says so. While the
 * browser does not allow sound (`blocked`) nothing is kept: no burst follows later.
 */

import { stretch } from "./stretch.js";

const LEAD_S = 0.06;
const BETWEEN_S = 0.12;
const CATCH_UP_S = 4;
const CATCH_UP_SPEED = 1.2;
const MAX_WAITING_S = 15;
const KEEP_S = 4;
const DUCKED = 0.2;

export class Player {
  constructor({ context, onPlaying = () => {}, onSkipped = () => {} }) {
    this.context = context;
    this.onPlaying = onPlaying;
    this.onSkipped = onSkipped;
    this.scheduled = [];
    this.end = 0;
    this.level = 1;
    this.ducked = false;
    this.lastUtterance = null;
  }

  get blocked() {
    return this.context().state !== "running";
  }

  /** Seconds of sound that wait or play. */
  get waiting() {
    return this.scheduled.length === 0 ? 0 : Math.max(0, this.end - this.context().currentTime);
  }

  set volume(level) {
    this.level = level;
    this.#setGain();
  }

  /** Play quietly while somebody speaks into this device. */
  duck(on) {
    this.ducked = on;
    this.#setGain();
  }

  /** `header`: a `speech` message; `sound`: its 16-bit samples. */
  add(header, sound) {
    if (sound.byteLength === 0 || this.blocked) return;
    let samples = Float32Array.from(new Int16Array(sound), (value) => value / 32768);
    if (this.waiting > CATCH_UP_S && header.speed === 1) {
      samples = stretch(samples, header.rate, CATCH_UP_SPEED);
    }
    const buffer = this.context().createBuffer(1, samples.length, header.rate);
    buffer.copyToChannel(samples, 0);
    this.#schedule({ utterance: header.utterance, speaker: header.speaker, buffer });
    if (this.waiting > MAX_WAITING_S) this.#leaveOut();
  }

  clear() {
    for (const piece of this.scheduled.splice(0)) stop(piece.node);
    this.end = 0;
    this.onPlaying(null);
  }

  #schedule(piece) {
    const context = this.context();
    const pause = piece.utterance === this.lastUtterance || this.end === 0 ? 0 : BETWEEN_S;
    this.lastUtterance = piece.utterance;
    piece.start = Math.max(this.end + pause, context.currentTime + LEAD_S);
    this.end = piece.start + piece.buffer.duration;
    piece.node = context.createBufferSource();
    piece.node.buffer = piece.buffer;
    piece.node.connect(this.#output());
    piece.node.onended = () => this.#ended(piece);
    piece.node.start(piece.start);
    this.scheduled.push(piece);
    if (this.scheduled.length === 1) this.onPlaying(piece);
  }

  #ended(piece) {
    const index = this.scheduled.indexOf(piece);
    if (index < 0) return;
    this.scheduled.splice(index, 1);
    this.onPlaying(this.scheduled[0] ?? null);
  }

  #leaveOut() {
    const playing = this.scheduled[0].utterance;
    const begun = this.scheduled.filter((piece) => piece.utterance === playing);
    let rest = this.scheduled.filter((piece) => piece.utterance !== playing);
    for (const piece of rest) stop(piece.node);
    const left = [];
    while (rest.length > 0 && seconds(rest) > KEEP_S) {
      const oldest = rest[0].utterance;
      if (rest.at(-1).utterance === oldest) break;
      left.push(oldest);
      rest = rest.filter((piece) => piece.utterance !== oldest);
    }
    this.scheduled = begun;
    this.end = begun.at(-1).start + begun.at(-1).buffer.duration;
    this.lastUtterance = playing;
    for (const piece of rest) this.#schedule(piece);
    if (left.length > 0) this.onSkipped(left);
  }

  #output() {
    if (!this.gain) {
      this.gain = this.context().createGain();
      this.gain.connect(this.context().destination);
      this.#setGain();
    }
    return this.gain;
  }

  #setGain() {
    if (!this.gain) return;
    const target = this.level * (this.ducked ? DUCKED : 1);
    this.gain.gain.setTargetAtTime(target, this.context().currentTime, 0.04);
  }
}

function seconds(pieces) {
  return pieces.reduce((sum, piece) => sum + piece.buffer.duration, 0);
}

function stop(node) {
  node.onended = null;
  node.stop();
  node.disconnect();
}
