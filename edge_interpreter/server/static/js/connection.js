/**
 * A client of the WebSocket protocol, version 1 (docs/protocol.md); nothing here needs a page.
 *
 * `handlers.message(message, sound)` gets every message (`sound`: ArrayBuffer of a `speech`),
 * `handlers.state(state)` gets `{name, code, text, retryAt}` with the name `connecting`, `open`,
 * `waiting` (until `retryAt`, a `Date.now()` time) or `ended` (no attempt will follow).
 * `url(room)` is the address of the WebSocket.
 */

const FIRST_WAIT_MS = 1000;
const LONGEST_WAIT_MS = 15000;
const SILENCE_MS = 12000;
const ANSWER_MS = 8000;
/** Sound that may wait in the socket: 2 s at 16 kHz. More is thrown away and counted. */
const MAX_BUFFERED = 64000;
const FINAL_CODES = new Set([1000, 1009, 4400, 4401, 4403, 4404, 4410, 4411, 4412, 4426]);
const REMEMBERED = ["name", "speaks", "wants", "captions", "audio", "partials", "with_original", "hear_self"];

export class Connection {
  constructor({ url, hello, handlers, socket = (address) => new WebSocket(address) }) {
    this.url = url;
    this.hello = { type: "hello", protocol: 1, ...hello };
    this.handlers = handlers;
    this.makeSocket = socket;
    this.state = { name: "ended" };
    this.soundLostBytes = 0;
    this.attempts = 0;
    this.pings = 0;
    this.before = null;
  }

  open() {
    clearTimeout(this.retryTimer);
    this.welcomed = false;
    this.speech = null;
    this.lastError = null;
    this.reconnectAfter = undefined;
    this.#become({ name: "connecting" });
    const socket = this.makeSocket(this.url(this.hello.room));
    socket.binaryType = "arraybuffer";
    socket.onopen = () => socket.send(JSON.stringify(this.hello));
    socket.onmessage = (event) => this.#take(event.data);
    socket.onclose = (event) => this.#closed(socket, event.code);
    this.socket = socket;
    this.#watch();
  }

  /** Leave for good. */
  close() {
    this.#hangUp();
    this.#become({ name: "ended", code: "left" });
  }

  /** Go to another room, which may be on another box; back to this one where that lets nobody in. */
  move(room) {
    if (!this.welcomed) return false;
    const { room: name, resume, last_sequence } = this.hello;
    this.#hangUp();
    this.before = { room: name, resume, last_sequence };
    Object.assign(this.hello, { room, resume: "", last_sequence: 0 });
    this.open();
    return true;
  }

  /** Try again at once if the next attempt is still to come (the network is back). */
  retryNow() {
    if (this.state.name === "waiting") this.open();
    else if (this.state.name === "open") this.#ping();
  }

  /** Whether the message could be handed to the socket. */
  send(message) {
    if (!this.socket || this.socket.readyState !== 1) return false;
    this.socket.send(JSON.stringify(message));
    return true;
  }

  /** Sound to the server; false where it was thrown away. */
  sendSound(block) {
    if (!this.welcomed || this.socket?.readyState !== 1) return false;
    if (this.socket.bufferedAmount > MAX_BUFFERED) {
      this.soundLostBytes += block.byteLength;
      return false;
    }
    this.socket.send(block);
    return true;
  }

  change(settings) {
    Object.assign(this.hello, settings);
    return this.welcomed && this.send({ type: "settings", ...settings });
  }

  #hangUp() {
    clearTimeout(this.retryTimer);
    clearTimeout(this.watchTimer);
    this.send({ type: "bye" });
    const socket = this.socket;
    this.socket = null;
    if (socket) {
      socket.onclose = socket.onmessage = null;
      socket.close(1000);
    }
  }

  #take(data) {
    this.#watch();
    if (typeof data !== "string") {
      const header = this.speech;
      this.speech = null;
      if (header) this.handlers.message(header, data);
      return;
    }
    const message = JSON.parse(data);
    if (message.type === "speech") {
      this.speech = message;
      return;
    }
    this.#remember(message);
    this.handlers.message(message, null);
  }

  #remember(message) {
    if (message.type === "welcome") {
      this.welcomed = true;
      this.attempts = 0;
      this.before = null;
      this.hello.room = message.room.name;
      this.hello.resume = message.resume;
      if (!message.resumed) this.hello.last_sequence = message.sequence;
      this.#become({ name: "open", resumed: message.resumed });
    } else if (message.type === "you") {
      for (const key of REMEMBERED) this.hello[key] = message[key];
    } else if (message.type === "caption" || message.type === "skipped") {
      this.hello.last_sequence = Math.max(this.hello.last_sequence ?? 0, message.sequence);
    } else if (message.type === "error" && message.fatal) {
      this.lastError = message;
      if (message.retry_after_s !== null) this.reconnectAfter = message.retry_after_s;
    } else if (message.type === "kicked") {
      this.lastError = { code: "kicked", text: "" };
    } else if (message.type === "closing") {
      this.lastError = { code: message.reason, text: "" };
      this.reconnectAfter = message.reconnect_after_s ?? undefined;
    }
  }

  #closed(socket, code) {
    if (socket !== this.socket) return;
    clearTimeout(this.watchTimer);
    this.socket = null;
    this.welcomed = false;
    const cause = { code: this.lastError?.code ?? (code === 1000 ? "closed" : "network"), text: this.lastError?.text ?? "" };
    if (FINAL_CODES.has(code) && this.before) {
      Object.assign(this.hello, this.before);
      this.before = null;
      this.handlers.message({ type: "error", ...cause, fatal: false }, null);
      this.open();
      return;
    }
    if (FINAL_CODES.has(code) && this.reconnectAfter === undefined) {
      this.#become({ name: "ended", ...cause });
      return;
    }
    const wait = this.#wait();
    this.retryTimer = setTimeout(() => this.open(), wait);
    this.#become({ name: "waiting", ...cause, retryAt: Date.now() + wait });
  }

  #wait() {
    const doubled = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** this.attempts);
    this.attempts += 1;
    const least = (this.reconnectAfter ?? 0) * 1000;
    return Math.max(least, doubled * 0.7) + Math.random() * doubled * 0.3;
  }

  // A dead network closes no socket: silence is answered with a question, then with an end.
  #watch() {
    clearTimeout(this.watchTimer);
    this.watchTimer = setTimeout(() => this.#ping(), SILENCE_MS);
  }

  #ping() {
    clearTimeout(this.watchTimer);
    if (this.welcomed) this.send({ type: "ping", id: (this.pings += 1) });
    const socket = this.socket;
    this.watchTimer = setTimeout(() => {
      if (socket !== this.socket || !socket) return;
      socket.onclose = socket.onmessage = null;
      socket.close();
      this.#closed(socket, 1006);
    }, ANSWER_MS);
  }

  #become(state) {
    this.state = state;
    this.handlers.state(state);
  }
}
