/** Lines above the transcript that say what holds now: connection, pause, lag, sound. */

import { byId, element, icon } from "./dom.js";

const shown = new Map();

/** Show or change the banner `key`; `words` null takes it away. `detail` is not read out. */
export function setBanner(key, words, { kind = "", sign = "info", action = null, press = null, detail = "" } = {}) {
  const before = shown.get(key);
  const same = before?.words === words;
  if (same) before.detail.textContent = detail;
  if (same || (words === null && !before)) return;
  before?.line.remove();
  shown.delete(key);
  if (words === null) return;
  const line = element("div", { class: `notice ${kind}`, "data-banner": key }, icon(sign), element("span", {}, words));
  const quiet = element("span", { "aria-hidden": "true", class: "numbers" }, detail);
  line.append(quiet);
  if (action) line.append(element("button", { class: "button compact", type: "button", onclick: press }, action));
  byId("banners").append(line);
  shown.set(key, { line, words, detail: quiet });
}

export function clearBanners() {
  for (const key of [...shown.keys()]) setBanner(key, null);
}
