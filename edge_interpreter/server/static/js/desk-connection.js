/** The agent's WebSocket, /ws/desk: see docs/telephony.md. Opens again by itself. */

const WAIT_MS = 2000;
const FORBIDDEN = 4403;
const MAX_BUFFERED = 32000;

export class DeskConnection {
  /** `handlers`: `message(message)`, `sound(ArrayBuffer)`, `state("connecting"|"open"|"waiting"|"ended")`. */
  constructor({ url, token, handlers }) {
    Object.assign(this, { url, token, handlers, socket: null });
  }

  open() {
    this.handlers.state("connecting");
    const socket = new WebSocket(this.url);
    socket.binaryType = "arraybuffer";
    socket.onopen = () => socket.send(JSON.stringify({ type: "hello", token: this.token }));
    socket.onmessage = ({ data }) => this.#take(data);
    socket.onclose = ({ code }) => this.#closed(code);
    this.socket = socket;
  }

  send(message) {
    if (this.socket?.readyState === WebSocket.OPEN) this.socket.send(JSON.stringify(message));
  }

  sendSound(block) {
    const socket = this.socket;
    if (socket?.readyState === WebSocket.OPEN && socket.bufferedAmount < MAX_BUFFERED) socket.send(block);
  }

  #take(data) {
    if (typeof data !== "string") {
      this.handlers.sound(data);
      return;
    }
    const message = JSON.parse(data);
    if (message.type === "welcome") this.handlers.state("open");
    this.handlers.message(message);
  }

  #closed(code) {
    this.socket = null;
    if (code === FORBIDDEN) {
      this.handlers.state("ended");
      return;
    }
    this.handlers.state("waiting");
    setTimeout(() => this.open(), WAIT_MS);
  }
}
