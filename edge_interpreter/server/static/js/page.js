/** What every page does first: texts, colours, the server's name, languages. */

import { option } from "./address.js";
import { get } from "./api.js";
import { element, icon, placeIcons } from "./dom.js";
import { applyTexts, chooseInterface, interfaceTag, loadTexts, text } from "./i18n.js";
import { setLanguages } from "./languages.js";
import { choices } from "./memory.js";
import { applyTheme, setBranding } from "./theme.js";

const RETRY_MS = 3000;

/** Load all that a page needs; waits and says so while the server cannot be reached. */
export async function startPage({ title = "" } = {}) {
  applyTheme();
  await loadTexts(chooseInterface([option("interface"), choices.interface, ...(navigator.languages ?? [])]));
  applyTexts();
  placeIcons();
  const [info, languages] = await keepTrying(() => Promise.all([get("/api/info"), get("/api/languages")]));
  setLanguages(languages.languages);
  setBranding(info.branding);
  placeBrand(info.branding);
  for (const place of document.querySelectorAll("[data-kept]")) place.hidden = !info.transcripts;
  document.title = [title && text(title), info.branding.title].filter(Boolean).join(" · ");
  ready();
  return { info, languages: languages.languages, notices: languages.notices };
}

function ready() {
  document.documentElement.dataset.ready = "";
}

async function keepTrying(attempt) {
  const sign = element("div", { class: "unreachable notice warn", role: "alert" }, icon("warning"), text("unreachable"));
  for (;;) {
    try {
      const result = await attempt();
      sign.remove();
      return result;
    } catch {
      document.body.prepend(sign);
      ready();
      await new Promise((done) => setTimeout(done, RETRY_MS));
    }
  }
}

function placeBrand(branding) {
  for (const place of document.querySelectorAll("[data-brand]")) {
    const logo = branding.logo
      ? element("img", { src: branding.logo, alt: "" })
      : element("img", { src: "/static/icon.svg", alt: "" });
    place.replaceChildren(logo, element("span", {}, branding.title));
  }
  for (const place of document.querySelectorAll("[data-contact]")) {
    place.textContent = branding.contact;
    place.hidden = !branding.contact;
  }
}

/** Change the language of the interface without losing the page. */
export async function changeInterface(chosen) {
  await loadTexts(chosen);
  applyTexts();
  document.dispatchEvent(new CustomEvent("texts", { detail: interfaceTag() }));
}

/** Keep the screen on while the page is seen, where the browser can. */
export function keepAwake() {
  const hold = () => {
    if (document.visibilityState === "visible") navigator.wakeLock?.request("screen").catch(() => {});
  };
  document.addEventListener("visibilitychange", hold);
  hold();
}

/** Tell a connection when trying again makes sense. */
export function retryWhenBack(connection) {
  addEventListener("online", () => connection()?.retryNow());
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "visible") connection()?.retryNow();
  });
}
