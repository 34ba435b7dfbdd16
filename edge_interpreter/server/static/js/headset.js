/** Plays 16 kHz blocks as they come, a little behind, on the page's AudioContext clock. */

const RATE = 16000;
const LEAD_S = 0.1;
const MOST_AHEAD_S = 0.3;

export class Headset {
  constructor(context) {
    this.context = context;
    this.next = 0;
  }

  /** `sound`: 16-bit samples; what comes faster than it can be heard is left out. */
  play(sound) {
    const context = this.context();
    if (context.state !== "running" || sound.byteLength === 0) return;
    const now = context.currentTime;
    if (this.next < now) this.next = now + LEAD_S;
    if (this.next > now + MOST_AHEAD_S) return;
    const samples = Float32Array.from(new Int16Array(sound), (value) => value / 32768);
    const buffer = context.createBuffer(1, samples.length, RATE);
    buffer.copyToChannel(samples, 0);
    const node = context.createBufferSource();
    node.buffer = buffer;
    node.connect(context.destination);
    node.start(this.next);
    this.next += buffer.duration;
  }
}
