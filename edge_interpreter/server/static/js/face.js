/** Face to face: /face?a=en&b=fr&layout=opposite (or beside); a room of its own unless ?room= */

import { keepOptions, option } from "./address.js";
import { byId, setIcon, toast } from "./dom.js";
import { microphoneHelp } from "./join.js";
import { preferred } from "./languages.js";
import { choices, remember } from "./memory.js";
import { microphoneLack } from "./microphone.js";
import { keepAwake, retryWhenBack, startPage } from "./page.js";
import { problemText } from "./problems.js";
import { wakeSound } from "./sound.js";
import { conversationLanguages, privateRoom, TwoSides } from "./two-sides.js";

const { info } = await startPage({ title: "face" });
const languages = conversationLanguages();
const sides = new TwoSides({ places: [byId("near"), byId("far")], onEnd: (state) => toast(problemText(state), 20) });
const room = option("room") ?? (info.on_demand ? privateRoom("face") : info.default_room);
let layout = option("layout", choices.faceLayout ?? "opposite");

function startLanguages() {
  const near = option("a") ?? preferred(languages.map((tag) => ({ tag })));
  const far = option("b") ?? choices.faceOther ?? languages.find((tag) => tag !== near);
  return [near, far === near ? languages.find((tag) => tag !== near) : far];
}

function showLayout() {
  byId("sides").dataset.layout = layout;
  keepOptions({ layout });
}

function showVoice() {
  setIcon(byId("voice"), sides.voice ? "sound" : "sound-off");
  byId("voice").setAttribute("aria-pressed", String(sides.voice));
}

byId("turn").addEventListener("click", () => {
  layout = layout === "opposite" ? "beside" : "opposite";
  remember({ faceLayout: layout });
  showLayout();
});
byId("voice").addEventListener("click", () => {
  wakeSound();
  sides.setVoice(!sides.voice);
  showVoice();
});
byId("clear").addEventListener("click", () => sides.sides.forEach((side) => side.clear()));
byId("hands-free").addEventListener("click", async (event) => {
  const on = event.currentTarget.getAttribute("aria-pressed") !== "true";
  wakeSound();
  event.currentTarget.setAttribute("aria-pressed", String(on));
  byId("sides").classList.toggle("hands-free", on);
  await sides.handsFree(on);
});
sides.onLanguages = () => {
  const [near, far] = sides.languages;
  remember({ faceOther: far });
  keepOptions({ a: near, b: far });
};

showLayout();
showVoice();
const lack = microphoneLack();
byId("lack").hidden = !lack;
if (lack) byId("lack").replaceChildren(...microphoneHelp(lack, info));
for (const side of sides.sides) retryWhenBack(() => side.connection);
keepAwake();
await sides.begin(room, startLanguages());
