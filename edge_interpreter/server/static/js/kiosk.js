/**
 * A kiosk: /kiosk?staff=en&languages=fr,es,ar&reset=60&layout=beside
 *
 * A visitor touches their language, speaks with the staff, and goes away: after `reset` seconds
 * without speech or touch the page asks once and then forgets everything. Each conversation has a
 * room of its own unless ?room= names one.
 */

import { numberOption, option } from "./address.js";
import { byId, element } from "./dom.js";
import { chooseInterface, fill, INTERFACES, interfaceTag, readTexts, textDirection } from "./i18n.js";
import { markLanguage, nativeName, preferred } from "./languages.js";
import { microphoneLack } from "./microphone.js";
import { keepAwake, retryWhenBack, startPage } from "./page.js";
import { problemText } from "./problems.js";
import { wakeSound } from "./sound.js";
import { conversationLanguages, privateRoom, TwoSides } from "./two-sides.js";

const ASK_S = 15;
const GREETING_MS = 4000;

const { info } = await startPage({ title: "kiosk" });
const resetS = numberOption("reset", 60, 5, 3600);
const languages = conversationLanguages();
const staff = option("staff") ?? preferred(languages.map((tag) => ({ tag })));
const offered = (option("languages")?.split(",") ?? languages).filter((tag) => tag !== staff && languages.includes(tag));
const texts = Object.fromEntries(await Promise.all(Object.keys(INTERFACES).map(async (tag) => [tag, await readTexts(tag)])));
const said = (tag, key, values = {}) => {
  const chosen = chooseInterface([tag]);
  return fill(texts[chosen][key], key, values, chosen);
};

const sides = new TwoSides({
  places: [byId("near"), byId("far")],
  onActivity: active,
  onEnd: (state) => {
    reset();
    trouble(problemText(state));
  },
});
let visitor = null;
let idleTimer = null;
let asking = null;

function trouble(words) {
  byId("trouble").hidden = !words;
  byId("trouble").textContent = words ?? "";
}

function tiles() {
  byId("tiles").replaceChildren(
    ...offered.map((tag) => {
      const tile = element("button", { class: "tile", type: "button", onclick: () => begin(tag) }, nativeName(tag));
      markLanguage(tile, tag);
      return tile;
    }),
  );
}

async function begin(tag) {
  visitor = tag;
  wakeSound();
  document.documentElement.requestFullscreen?.().catch(() => {});
  trouble(null);
  byId("attract").hidden = true;
  byId("sides").hidden = false;
  byId("sides").dataset.layout = option("layout", "beside");
  const finish = [...new Set([said(tag, "finish"), said(staff, "finish")])];
  byId("finish-text").replaceChildren(...finish.map((words) => element("span", {}, words)));
  const room = option("room") ?? (info.on_demand ? privateRoom("kiosk") : info.default_room);
  active();
  await sides.begin(room, [tag, staff]);
}

/** Forget everything and wait for the next visitor. */
function reset() {
  clearTimeout(idleTimer);
  stopAsking();
  visitor = null;
  sides.end();
  byId("sides").hidden = true;
  byId("attract").hidden = false;
}

function active() {
  clearTimeout(idleTimer);
  stopAsking();
  if (visitor) idleTimer = setTimeout(ask, resetS * 1000);
}

function ask() {
  // Somebody holds the button: they are here.
  if (sides.talking && !sides.sides.some((side) => side.talk.silent)) {
    active();
    return;
  }
  let left = Math.min(ASK_S, resetS);
  const show = () => {
    byId("still-text").textContent = said(visitor, "still_text", { seconds: left });
  };
  markLanguage(byId("still"), visitor);
  byId("still-title").textContent = said(visitor, "still_there");
  byId("still-yes").textContent = said(visitor, "still_yes");
  show();
  byId("still").showModal();
  asking = setInterval(() => {
    left -= 1;
    if (left <= 0) reset();
    else show();
  }, 1000);
}

function stopAsking() {
  clearInterval(asking);
  if (byId("still").open) byId("still").close();
}

/** Greet in each language in turn. */
function greet(index = 0) {
  const greetings = [...new Set(offered.map((tag) => chooseInterface([tag])))];
  const tag = greetings[index % greetings.length] ?? interfaceTag();
  const place = byId("greeting").parentElement;
  place.classList.add("changing");
  setTimeout(() => {
    place.lang = tag;
    place.dir = textDirection(tag);
    byId("greeting").textContent = said(tag, "kiosk_welcome");
    byId("touch").textContent = said(tag, "kiosk_touch");
    byId("kiosk-promise").textContent = said(tag, "promise");
    byId("kept").textContent = said(tag, "kept");
    place.classList.remove("changing");
  }, 400);
  setTimeout(() => greet(index + 1), GREETING_MS);
}

tiles();
greet();
for (const event of ["pointerdown", "keydown"]) {
  // An open question is answered by its own button: closing it earlier would send the touch on
  // to what lies underneath.
  addEventListener(event, () => byId("still").open || active(), true);
}
byId("finish").addEventListener("click", reset);
byId("still-yes").addEventListener("click", active);
byId("still").addEventListener("cancel", active);
for (const side of sides.sides) retryWhenBack(() => side.connection);
const lack = microphoneLack();
if (lack) trouble(said(interfaceTag(), `microphone.${lack}`));
keepAwake();
