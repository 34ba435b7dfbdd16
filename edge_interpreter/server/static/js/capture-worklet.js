/** Runs in the audio thread: microphone → mono → 16 kHz → blocks of 20 ms, 16-bit, with a level. */

import { Resampler } from "./resampler.js";

const BLOCK = 320;

class Capture extends AudioWorkletProcessor {
  constructor() {
    super();
    this.resampler = new Resampler(sampleRate, 16000);
    this.block = new Int16Array(BLOCK);
    this.filled = 0;
    this.peak = 0;
    this.running = true;
    this.port.onmessage = () => {
      this.running = false;
    };
  }

  process([input]) {
    if (input.length > 0) this.take(this.resampler.process(this.mono(input)));
    return this.running;
  }

  mono(channels) {
    if (channels.length === 1) return channels[0];
    const sum = new Float32Array(channels[0].length);
    for (const channel of channels) {
      for (let i = 0; i < sum.length; i += 1) sum[i] += channel[i] / channels.length;
    }
    return sum;
  }

  take(samples) {
    for (const sample of samples) {
      const clipped = Math.max(-1, Math.min(1, sample));
      this.peak = Math.max(this.peak, Math.abs(clipped));
      this.block[this.filled] = Math.round(clipped * 32767);
      this.filled += 1;
      if (this.filled === BLOCK) this.flush();
    }
  }

  flush() {
    const sound = this.block.buffer;
    this.port.postMessage({ sound, peak: this.peak }, [sound]);
    this.block = new Int16Array(BLOCK);
    this.filled = 0;
    this.peak = 0;
  }
}

registerProcessor("capture", Capture);
