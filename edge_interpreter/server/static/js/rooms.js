/** The rooms of this server: go to one, open one, close one. */

import { call, get, roomPath } from "./api.js";
import { byId, element, icon, toast } from "./dom.js";
import { text } from "./i18n.js";
import { problemText } from "./problems.js";

const AGAIN_MS = 10000;

export class RoomList {
  /** `confirm(words, action)` asks the operator first. */
  constructor({ room, confirm }) {
    this.room = room;
    this.confirm = confirm;
    byId("new-room").addEventListener("submit", (event) => {
      event.preventDefault();
      this.#open();
    });
    setInterval(() => document.visibilityState === "visible" && this.show(), AGAIN_MS);
  }

  /** Only who may operate all rooms sees them. */
  async show() {
    try {
      const rooms = await get(`/api/rooms?room=${this.room}`);
      byId("rooms-card").hidden = false;
      byId("rooms").replaceChildren(...rooms.map((room) => this.#line(room)));
    } catch {
      byId("rooms-card").hidden = true;
    }
  }

  #line(room) {
    const name = room.title || room.name;
    const words = element("span", { class: "grow" });
    if (room.name === this.room) words.append(element("b", {}, name));
    else words.append(element("a", { href: `/operator?room=${room.name}${location.hash}` }, name));
    words.append(element("span", { class: "small soft" }, ` ${text("people_here", { count: room.participants })}`));
    const close = element("button", {
      class: "button compact icon-only plain",
      type: "button",
      "aria-label": text("close_room", { name }),
      title: text("close_room", { name }),
      onclick: () => this.confirm(text("close_room_question", { name }), text("close"), () => this.#close(room.name)),
    }, icon("close"));
    return element("li", {}, words, close);
  }

  async #open() {
    const name = byId("new-room-name").value.trim();
    if (!name) return;
    await this.#try(async () => {
      await call(`/api/rooms?room=${encodeURIComponent(name)}`, { method: "POST", body: { name, preset: byId("new-room-preset").value } });
      byId("new-room-name").value = "";
    });
  }

  async #close(name) {
    await this.#try(() => call(roomPath(name), { method: "DELETE" }));
  }

  async #try(action) {
    try {
      await action();
    } catch (error) {
      toast(problemText({ code: error.code, text: error.message }));
    }
    await this.show();
  }
}
