/**
 * Streaming resampling of mono samples to 16 kHz by a polyphase Kaiser-windowed sinc.
 *
 * About 70 dB of stop band: what lies above 8 kHz does not fold back into speech. The context's
 * rate cannot be chosen (Firefox refuses a microphone in a context of another rate).
 */

const ZERO_CROSSINGS = 32;
const KAISER_BETA = 7;
const ROLL_OFF = 0.94;

function bessel0(x) {
  let sum = 1;
  let term = 1;
  for (let k = 1; k < 40; k += 1) {
    term *= (x / (2 * k)) ** 2;
    sum += term;
  }
  return sum;
}

function gcd(a, b) {
  return b === 0 ? a : gcd(b, a % b);
}

export class Resampler {
  constructor(rateIn, rateOut = 16000) {
    const divisor = gcd(rateIn, rateOut);
    this.up = rateOut / divisor;
    this.down = rateIn / divisor;
    const cutoff = Math.min(1, rateOut / rateIn) * ROLL_OFF;
    this.half = Math.ceil(ZERO_CROSSINGS / Math.min(1, rateOut / rateIn));
    this.phases = Array.from({ length: this.up }, (_, phase) => this.#taps(phase / this.up, cutoff));
    this.held = new Float32Array(this.half);
    // Position of the next output sample, counted in 1/up of an input sample from held[half - 1].
    this.position = 0;
  }

  #taps(fraction, cutoff) {
    const taps = new Float32Array(2 * this.half);
    let sum = 0;
    for (let i = 0; i < taps.length; i += 1) {
      const x = i - (this.half - 1) - fraction;
      const ideal = x === 0 ? cutoff : Math.sin(Math.PI * cutoff * x) / (Math.PI * x);
      const edge = Math.max(0, 1 - (x / this.half) ** 2);
      taps[i] = (ideal * bessel0(KAISER_BETA * Math.sqrt(edge))) / bessel0(KAISER_BETA);
      sum += taps[i];
    }
    return taps.map((tap) => tap / sum);
  }

  /** The samples that `block` completes (Float32Array in, Float32Array out). */
  process(block) {
    const samples = new Float32Array(this.held.length + block.length);
    samples.set(this.held);
    samples.set(block, this.held.length);
    const width = 2 * this.half;
    const out = [];
    let start = Math.floor(this.position / this.up);
    while (start + width <= samples.length) {
      const taps = this.phases[this.position % this.up];
      let sum = 0;
      for (let i = 0; i < width; i += 1) sum += samples[start + i] * taps[i];
      out.push(sum);
      this.position += this.down;
      start = Math.floor(this.position / this.up);
    }
    const used = Math.min(start, samples.length);
    this.held = samples.slice(used);
    this.position -= used * this.up;
    return Float32Array.from(out);
  }
}
