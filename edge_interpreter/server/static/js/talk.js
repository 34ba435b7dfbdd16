/**
 * Speaking: hold to talk (button or key) or an open microphone, without the looks.
 *
 * `state`: `off` (no microphone yet), `asking`, `ready`, `on` (sound goes out) or `problem`
 * (`problem` is a MicrophoneError cause, or "lost").
 */

/** Sound goes on for this long after the button, so that the last syllable is not cut. */
const TAIL_MS = 180;
const SILENT_DB = -62;
const SILENT_MS = 4000;

export class Talk {
  /** `send(message)`, `sendSound(block)` go to the server; `onChange()`, `onLevel(dB)`. */
  constructor({ microphone, send, sendSound, onChange, onLevel = () => {} }) {
    Object.assign(this, { microphone, send, sendSound, onChange, onLevel });
    this.mode = "hold";
    this.state = "off";
    this.problem = null;
    this.silent = false;
    microphone.listen({
      onBlock: (block) => this.#block(block),
      onLevel: (level) => this.#heard(level),
      onLost: () => this.#become("problem", "lost"),
    });
  }

  get on() {
    return this.state === "on";
  }

  /** Ask for the microphone; false where it cannot be had (see `problem`). */
  async prepare() {
    if (!this.microphone.running) this.#become("asking");
    try {
      await this.microphone.start();
      if (!this.on) this.#become("ready");
      return true;
    } catch (error) {
      if (error.cause === "stopped") this.#become("off");
      else this.#become("problem", error.cause);
      return false;
    }
  }

  async press() {
    if (this.on) return;
    this.wanted = true;
    clearTimeout(this.tail);
    if (!(await this.prepare()) || !this.wanted) return;
    this.quietSince = performance.now();
    this.send(this.mode === "hold" ? { type: "talk", on: true } : { type: "mute", on: false });
    this.#become("on");
  }

  release() {
    this.wanted = false;
    if (!this.on) return;
    this.#become("ready");
    const mode = this.mode;
    this.tailing = true;
    this.tail = setTimeout(() => {
      this.tailing = false;
      this.send(mode === "hold" ? { type: "talk", on: false } : { type: "mute", on: true });
    }, TAIL_MS);
  }

  toggle() {
    if (this.on) this.release();
    else this.press();
  }

  setMode(mode) {
    if (mode === this.mode) return;
    this.release();
    this.mode = mode;
    // After what release() still has to say.
    setTimeout(() => this.#agreeOnMute(), TAIL_MS + 20);
    this.onChange();
  }

  async setDevice(device) {
    this.microphone.device = device;
    if (!this.microphone.running) return;
    this.stop();
    await this.prepare();
  }

  /** Tell a new connection what holds: it knows nothing of the button. */
  connected() {
    if (this.on && this.mode === "hold") this.send({ type: "talk", on: true });
    this.#agreeOnMute();
  }

  stop() {
    this.release();
    this.microphone.stop();
    this.#become("off");
  }

  // With an open microphone the others see whether it is on; a button needs no mute.
  #agreeOnMute() {
    this.send({ type: "mute", on: this.mode === "open" && !this.on });
  }

  #block(block) {
    if (this.on || this.tailing) this.sendSound(block);
  }

  #heard(level) {
    this.onLevel(level);
    if (level > SILENT_DB) this.quietSince = performance.now();
    if (this.silent) this.#checkSilence();
  }

  // By a clock of its own: a sound system that stands still calls nobody.
  #checkSilence() {
    const silent = this.on && performance.now() - this.quietSince > SILENT_MS;
    if (silent === this.silent) return;
    this.silent = silent;
    this.onChange();
  }

  #become(state, problem = null) {
    this.state = state;
    this.problem = problem;
    clearInterval(this.watch);
    if (this.on) this.watch = setInterval(() => this.#checkSilence(), 1000);
    this.silent = false;
    this.onChange();
  }
}

/** Hold a button (mouse, finger, Space or Enter): `down()`, then `up(short)` once. */
export function holdButton(button, handlers) {
  const SHORT_MS = 350;
  let began = 0;
  const down = () => {
    began = performance.now();
    handlers.down();
  };
  const up = () => {
    if (began === 0) return;
    const short = performance.now() - began < SHORT_MS;
    began = 0;
    handlers.up(short);
  };
  button.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    button.setPointerCapture(event.pointerId);
    down();
  });
  for (const end of ["pointerup", "pointercancel", "lostpointercapture"]) button.addEventListener(end, up);
  button.addEventListener("contextmenu", (event) => event.preventDefault());
  button.addEventListener("keydown", (event) => {
    if (![" ", "Enter"].includes(event.key)) return;
    event.preventDefault();
    if (!event.repeat) down();
  });
  button.addEventListener("keyup", (event) => {
    if ([" ", "Enter"].includes(event.key)) up();
  });
  button.addEventListener("blur", up);
}

/** The same with a key of the keyboard, except while text is typed. */
export function holdKey(key, { down, up, allowed }) {
  let held = false;
  const letGo = () => {
    if (held) up();
    held = false;
  };
  addEventListener("keydown", (event) => {
    const typing = event.target.closest?.("input:not([type=range], [type=checkbox], [type=radio]), textarea, select, dialog");
    const plain = !event.ctrlKey && !event.metaKey && !event.altKey;
    if (event.key.toLowerCase() !== key || event.repeat || typing || !plain || !allowed()) return;
    held = true;
    down();
  });
  addEventListener("keyup", (event) => {
    if (event.key.toLowerCase() === key) letGo();
  });
  addEventListener("blur", letGo);
}
