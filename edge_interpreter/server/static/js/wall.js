/** Captions on a wall: /wall?room=main&language=fr&second=en&lines=2&size=1&theme=black */

import { keepOptions, numberOption, option } from "./address.js";
import { call, get, roomPath } from "./api.js";
import { Display } from "./display.js";
import { byId } from "./dom.js";
import { chooseInterface, fill, interfaceTag, readTexts, text, textDirection } from "./i18n.js";
import { canRead, fillSelect, markLanguage, nativeName, preferred } from "./languages.js";
import { keepAwake, startPage } from "./page.js";
import { problemText } from "./problems.js";

const QUIET_MS = 90000;
const CONTROLS_MS = 4000;
const THEMES = ["black", "white", "yellow", "navy"];

const { info } = await startPage({ title: "wall" });
const room = option("room", info.default_room);
const languages = canRead();
const settings = {
  language: option("language") ?? preferred(languages) ?? "original",
  second: option("second", ""),
  lines: numberOption("lines", 3, 1, 3),
  size: numberOption("size", 1, 0.5, 1.6),
  theme: THEMES.includes(option("theme")) ? option("theme") : "black",
  names: option("names", "1"),
  code: option("code", "0"),
};
const displays = {};
let quietTimer = null;

function apply() {
  const panes = settings.second ? 2 : 1;
  document.documentElement.dataset.wall = settings.theme;
  byId("wall").dataset.panes = panes;
  for (const [name, value] of [["--lines", settings.lines], ["--size", settings.size], ["--panes", panes]]) {
    document.documentElement.style.setProperty(name, value);
  }
  showLanguage("first", settings.language);
  showLanguage("second", settings.second);
  invite("welcome-first", settings.language);
  invite("welcome-second", settings.second);
  byId("corner").hidden = settings.code !== "1" || !byId("corner").src;
  keepOptions({ ...settings, room });
}

function showLanguage(id, language) {
  const pane = byId(id);
  pane.hidden = !language;
  if (displays[id]?.language === language && displays[id]?.names === (settings.names === "1")) return;
  displays[id]?.close();
  delete displays[id];
  if (!language) return;
  if (language !== "original") markLanguage(pane, language);
  pane.querySelector(".pane-language").textContent = language === "original" ? text("as_spoken") : nativeName(language);
  displays[id] = new Display({
    viewport: pane.querySelector(".window"),
    room,
    language,
    name: text("wall_name"),
    names: settings.names === "1",
    onState: showState,
    onRoom: showRoom,
    onActivity: () => quiet(false),
  });
}

/** The invitation in the language that is read here. */
async function invite(id, language) {
  const shown = language && language !== "original" ? chooseInterface([language]) : interfaceTag();
  const words = await readTexts(shown);
  byId(id).textContent = id === "welcome-second" && !language ? "" : fill(words.follow_on_phone, "", {}, shown);
  byId(id).lang = shown;
  byId(id).dir = textDirection(shown);
}

function showState(state) {
  const ended = state.name === "ended" && state.code !== "left";
  byId("state").hidden = state.name === "open" || state.name === "connecting" || state.code === "left";
  byId("state").textContent = ended ? problemText(state) : text(`state.${state.name}`);
}

function showRoom(found) {
  byId("welcome-title").textContent = found.title || found.name;
  byId("state").hidden = !found.paused;
  if (found.paused) byId("state").textContent = text("paused");
}

/** With nothing said for a while, the screen says how to follow. */
function quiet(now) {
  clearTimeout(quietTimer);
  byId("welcome").hidden = !now;
  if (now) for (const display of Object.values(displays)) display.clear();
  else quietTimer = setTimeout(() => quiet(true), QUIET_MS);
}

async function showCode() {
  try {
    const { url } = await get(roomPath(room, "/link?role=listen"));
    const image = await (await call(roomPath(room, "/qr.svg?role=listen"))).text();
    for (const id of ["welcome-code", "corner"]) byId(id).src = `data:image/svg+xml,${encodeURIComponent(image)}`;
    byId("welcome-code").hidden = false;
    byId("welcome-code").alt = text("qr_code");
    byId("welcome-link").textContent = url.replace(/#.*/, "").replace(/^http:\/\//, "");
    byId("corner").hidden = settings.code !== "1";
  } catch {
    // A room with tokens gives its address to operators only.
    for (const id of ["welcome-first", "welcome-second"]) byId(id).hidden = true;
  }
}

function controls() {
  fillSelect(byId("language"), languages, { special: ["original"], chosen: [settings.language] });
  fillSelect(byId("second-language"), languages, { special: ["none"], chosen: [settings.second, "none"] });
  for (const name of ["lines", "size", "theme"]) byId(name).value = settings[name];
  byId("names").checked = settings.names === "1";
  byId("code").checked = settings.code === "1";
  byId("full").hidden = !document.fullscreenEnabled;
  byId("full").addEventListener("click", () => {
    if (document.fullscreenElement) document.exitFullscreen();
    else document.documentElement.requestFullscreen();
  });
  byId("controls").addEventListener("input", () => {
    const second = byId("second-language").value;
    Object.assign(settings, {
      language: byId("language").value,
      second: second === "none" ? "" : second,
      lines: Number(byId("lines").value),
      size: Number(byId("size").value),
      theme: byId("theme").value,
      names: byId("names").checked ? "1" : "0",
      code: byId("code").checked ? "1" : "0",
    });
    apply();
  });
}

let hideTimer = null;
function touched() {
  document.body.classList.add("touched");
  clearTimeout(hideTimer);
  hideTimer = setTimeout(() => {
    if (byId("controls").matches(":focus-within, :hover")) touched();
    else document.body.classList.remove("touched");
  }, CONTROLS_MS);
}
for (const event of ["pointermove", "pointerdown", "keydown"]) addEventListener(event, touched);

controls();
apply();
quiet(true);
await showCode();
keepAwake();
