/**
 * Speech made shorter at the same pitch: overlap-add where the waveform fits best (WSOLA,
 * Verhelst and Roelands 1993).
 */

const FRAME_S = 0.03;
const SEARCH_S = 0.008;

/** `samples` (Float32Array) at `rate` Hz, `speed` times faster; speed ≥ 1. */
export function stretch(samples, rate, speed) {
  const frame = 2 * Math.round((rate * FRAME_S) / 2);
  const hop = frame / 2;
  const search = Math.round(rate * SEARCH_S);
  if (speed <= 1 || samples.length < 4 * frame) return samples;
  const frames = Math.floor((samples.length - frame - search) / (hop * speed));
  const kept = [];
  const rise = Float32Array.from({ length: hop }, (_, i) => 0.5 - 0.5 * Math.cos((Math.PI * i) / hop));
  let fading = null;
  let expected = 0;
  for (let n = 0; n < frames; n += 1) {
    const at = n === 0 ? 0 : bestMatch(samples, expected, Math.round(n * hop * speed), search, hop);
    kept.push(crossfade(fading, samples.subarray(at, at + hop), rise));
    expected = at + hop;
    fading = samples.subarray(expected, expected + hop);
  }
  // What is left is too short for a step: it follows unchanged, so that nothing is cut off.
  kept.push(crossfade(fading, samples.subarray(expected), rise));
  return joined(kept);
}

function crossfade(fading, coming, rise) {
  const out = Float32Array.from(coming);
  if (fading) {
    for (let i = 0; i < rise.length; i += 1) out[i] = coming[i] * rise[i] + fading[i] * (1 - rise[i]);
  }
  return out;
}

function joined(parts) {
  const out = new Float32Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}

function bestMatch(samples, expected, ideal, search, length) {
  let best = ideal;
  let most = -Infinity;
  for (let at = Math.max(0, ideal - search); at <= ideal + search; at += 2) {
    let sum = 0;
    for (let i = 0; i < length; i += 4) sum += samples[expected + i] * samples[at + i];
    if (sum > most) [most, best] = [sum, at];
  }
  return best;
}
