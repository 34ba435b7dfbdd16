/** The browser's microphone as blocks of 20 ms at 16 kHz (signed 16-bit, ArrayBuffer). */

/** Why this browser gives no microphone here: null, "insecure" or "unsupported". */
export function microphoneLack() {
  if (!globalThis.isSecureContext) return "insecure";
  const capable = navigator.mediaDevices?.getUserMedia && globalThis.AudioWorkletNode;
  return capable ? null : "unsupported";
}

const CAUSES = {
  NotAllowedError: "denied",
  SecurityError: "denied",
  NotFoundError: "missing",
  OverconstrainedError: "missing",
  NotReadableError: "busy",
  AbortError: "busy",
};

/** `cause`: "insecure", "unsupported", "denied", "missing", "busy", "failed" or "stopped". */
export class MicrophoneError extends Error {
  constructor(cause) {
    super(cause);
    this.cause = cause;
  }
}

/** One device; several may listen to it, since some browsers give a page only one stream. */
export class Microphone {
  constructor(context) {
    this.context = context;
    this.listeners = [];
    this.device = "";
    this.stream = this.source = this.node = null;
    this.attempt = 0;
    this.starting = null;
  }

  /** `onBlock(sound)`, `onLevel(peak in dBFS)`, `onLost()` when the device went away. */
  listen(listener) {
    this.listeners.push(listener);
  }

  get running() {
    return this.node !== null;
  }

  /** Ask for the microphone and begin, if it does not run yet. Throws MicrophoneError. */
  async start() {
    if (this.running) return;
    this.starting ??= this.#start().finally(() => {
      this.starting = null;
    });
    await this.starting;
  }

  async #start() {
    const lack = microphoneLack();
    if (lack) throw new MicrophoneError(lack);
    try {
      await this.#connect();
    } catch (error) {
      this.stop();
      throw error instanceof MicrophoneError
        ? error
        : new MicrophoneError(CAUSES[error.name] ?? "failed");
    }
  }

  async #connect() {
    const attempt = (this.attempt += 1);
    const stream = await navigator.mediaDevices.getUserMedia({
      audio: {
        channelCount: 1,
        echoCancellation: true,
        noiseSuppression: true,
        autoGainControl: true,
        ...(this.device ? { deviceId: { ideal: this.device } } : {}),
      },
    });
    const context = this.context();
    context.resume();
    await loadWorklet(context);
    if (attempt !== this.attempt) {
      // Stopped while the person was still being asked.
      for (const track of stream.getTracks()) track.stop();
      throw new MicrophoneError("stopped");
    }
    this.stream = stream;
    this.source = context.createMediaStreamSource(stream);
    this.node = new AudioWorkletNode(context, "capture", { numberOfOutputs: 0 });
    this.node.port.onmessage = ({ data }) => {
      if (this.stream !== stream) return;
      const level = data.peak > 0 ? 20 * Math.log10(data.peak) : -100;
      for (const listener of this.listeners) {
        listener.onLevel(level);
        listener.onBlock(data.sound);
      }
    };
    this.source.connect(this.node);
    stream.getAudioTracks()[0].onended = () => {
      this.stop();
      for (const listener of this.listeners) listener.onLost();
    };
  }

  stop() {
    this.attempt += 1;
    this.node?.port.postMessage("stop");
    this.source?.disconnect();
    for (const track of this.stream?.getTracks() ?? []) {
      track.onended = null;
      track.stop();
    }
    this.stream = this.source = this.node = null;
  }

  /** The microphones there are; names are empty until one was allowed. */
  static async devices() {
    const all = (await navigator.mediaDevices?.enumerateDevices?.()) ?? [];
    return all.filter((device) => device.kind === "audioinput" && device.deviceId !== "default");
  }
}

const loaded = new WeakMap();

function loadWorklet(context) {
  if (!loaded.has(context)) {
    const loading = context.audioWorklet.addModule("/static/js/capture-worklet.js");
    loading.catch(() => loaded.delete(context));
    loaded.set(context, loading);
  }
  return loaded.get(context);
}
