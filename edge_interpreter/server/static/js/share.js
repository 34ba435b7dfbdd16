/** How others get in: address, QR code, links to displays, and the transcript to take away. */

import { call, get, roomPath } from "./api.js";
import { byId, element, toast } from "./dom.js";
import { text } from "./i18n.js";
import { canRead, fillSelect } from "./languages.js";
import { problemText } from "./problems.js";

const DISPLAYS = [
  ["wall", "wall", "listen"],
  ["overlay", "overlay", "listen"],
  ["kiosk", "kiosk", "speak"],
  ["face", "face", "speak"],
];

const isLoopback = (address) => /^(localhost|127\..*|\[::1\])$/.test(new URL(address).hostname);

export class Share {
  constructor({ room, info }) {
    this.room = room;
    this.info = info;
    for (const input of document.querySelectorAll("[name=role]")) input.addEventListener("change", () => this.show());
    byId("copy").addEventListener("click", () => this.#copy());
    byId("download").addEventListener("click", () => this.#download());
    byId("transcript-card").hidden = !info.transcripts;
    fillSelect(byId("transcript-language"), canRead(), { special: ["original"], chosen: ["original"] });
    byId("displays").replaceChildren(
      ...DISPLAYS.map(([page, key, role]) =>
        element("li", {}, element("button", { class: "button compact", type: "button", onclick: () => this.#display(page, role) }, text(key))),
      ),
    );
  }

  /** Show the address and code for the role chosen; speakers get the secure address. */
  async show() {
    const role = document.querySelector("[name=role]:checked").value;
    const secure = role === "speak";
    try {
      const links = await get(roomPath(this.room, `/link?role=${role}`));
      byId("link").value = secure ? (links.secure_url ?? links.url) : links.url;
      const image = await (await call(roomPath(this.room, `/qr.svg?role=${role}&secure=${secure}`))).text();
      byId("code").src = `data:image/svg+xml,${encodeURIComponent(image)}`;
      byId("code").alt = text("qr_code");
      byId("code").hidden = false;
      byId("share-help").textContent = this.#help(secure, links);
    } catch (error) {
      byId("code").hidden = true;
      byId("share-help").textContent = problemText({ code: error.code, text: error.message });
    }
  }

  #help(secure, links) {
    if (isLoopback(links.url)) return text("share_local");
    if (!secure) return text("share_listen");
    if (!links.secure_url) return text("share_no_https");
    return text(this.info.local_authority ? "share_speak_certificate" : "share_speak");
  }

  async #copy() {
    try {
      await navigator.clipboard.writeText(byId("link").value);
      toast(text("copied"));
    } catch {
      // Only secure pages may write to the clipboard: leave it selected to be copied by hand.
      byId("link").select();
      toast(text("copy_by_hand"));
    }
  }

  async #display(page, role) {
    // Opened before waiting, or the browser takes it for an unwanted window.
    const opened = window.open("about:blank");
    try {
      const token = await this.#displayToken(role);
      const address = `/${page}?room=${this.room}${token ? `#token=${token}` : ""}`;
      if (opened) opened.location = address;
      else location.assign(address);
    } catch (error) {
      opened?.close();
      toast(problemText({ code: error.code, text: error.message }));
    }
  }

  // A display gets a token of its own, never the operator's.
  async #displayToken(role) {
    const { url } = await get(roomPath(this.room, `/link?role=${role}`));
    return new URLSearchParams(new URL(url).hash.slice(1)).get("token") ?? "";
  }

  async #download() {
    const [language, format] = [byId("transcript-language").value, byId("transcript-format").value];
    try {
      const answer = await call(roomPath(this.room, `/transcript?language=${language}&format=${format}`));
      const address = URL.createObjectURL(await answer.blob());
      const link = element("a", { href: address, download: `${this.room}.${language}.${format}` });
      link.click();
      setTimeout(() => URL.revokeObjectURL(address), 10000);
    } catch (error) {
      toast(problemText({ code: error.code, text: error.message }));
    }
  }
}
