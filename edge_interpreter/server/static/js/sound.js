/** The page's one AudioContext, made at first use and woken by the next touch of the page. */

let context = null;
const listeners = new Set();

export function audioContext() {
  if (!context) {
    context = new AudioContext({ latencyHint: "interactive" });
    context.onstatechange = () => listeners.forEach((listener) => listener(context.state));
  }
  return context;
}

/** Call from a click or key: browsers allow sound only then. */
export async function wakeSound() {
  if (!globalThis.AudioContext) return false;
  try {
    await Promise.race([audioContext().resume(), new Promise((done) => setTimeout(done, 300))]);
  } catch {
    return false;
  }
  return audioContext().state === "running";
}

export function onSoundState(listener) {
  listeners.add(listener);
}

export const soundSupported = Boolean(globalThis.AudioContext);
