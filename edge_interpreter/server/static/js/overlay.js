/**
 * Captions over a picture (OBS: a browser source), transparent:
 * /overlay?room=main&language=fr&lines=2&size=5&at=bottom&box=1&names=0&colour=%23ffffff&hide=8
 *
 * `size` is a share of the height in %, `hide` the seconds after which old words go away.
 */

import { numberOption, option } from "./address.js";
import { Display } from "./display.js";
import { byId } from "./dom.js";
import { text } from "./i18n.js";
import { canRead, markLanguage, preferred } from "./languages.js";
import { startPage } from "./page.js";
import { problemText } from "./problems.js";

const { info } = await startPage({ title: "overlay" });
const room = option("room", info.default_room);
const overlay = byId("overlay");
const hideMs = 1000 * numberOption("hide", 8, 1, 600);
let connectedOnce = false;
let timer = null;

overlay.style.setProperty("--lines", numberOption("lines", 2, 1, 4));
overlay.style.setProperty("--size", numberOption("size", 5, 2, 20));
overlay.dataset.at = option("at", "bottom");
overlay.dataset.box = option("box", "1");
if (/^#[0-9a-f]{6}$/i.test(option("colour", ""))) overlay.style.setProperty("--fore", option("colour"));
overlay.classList.add("silent");
const language = option("language") ?? preferred(canRead()) ?? "original";
if (language !== "original") markLanguage(overlay, language);

const display = new Display({
  viewport: byId("window"),
  room,
  language,
  name: text("overlay_name"),
  names: option("names", "0") === "1",
  onRoom: () => {},
  onActivity: shown,
  onState: showState,
});

function shown() {
  overlay.classList.remove("silent");
  clearTimeout(timer);
  timer = setTimeout(hide, hideMs);
}

function hide() {
  if (display.roll.waiting > 0) {
    shown();
    return;
  }
  overlay.classList.add("silent");
  timer = setTimeout(() => display.clear(), 500);
}

// Viewers of the picture shall see no trouble of ours, except while it is being set up.
function showState(state) {
  connectedOnce ||= state.name === "open";
  byId("trouble").hidden = connectedOnce || state.name === "connecting";
  if (!byId("trouble").hidden) byId("trouble").textContent = problemText(state);
}
