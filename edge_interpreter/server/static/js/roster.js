/** Who is here, and how many want each language. */

import { byId, element, icon } from "./dom.js";
import { formatNumber, text } from "./i18n.js";
import { localName, nativeName } from "./languages.js";
import { avatar } from "./transcript.js";

/** Show a `roster` message; `self`: one's own participant; `speaking`: set of those who speak. */
export function showRoster(message, self, speaking) {
  byId("people-count").textContent = formatNumber(message.total);
  byId("roster").replaceChildren(...message.participants.map((one) => person(one, self, speaking)));
  const more = message.total - message.participants.length;
  byId("roster-more").textContent = more > 0 ? text("more_people", { count: more }) : "";
  const demand = Object.entries(message.languages).sort((a, b) => b[1] - a[1]);
  byId("demand").replaceChildren(
    ...demand.map(([tag, count]) =>
      element("li", {}, element("span", { lang: tag }, nativeName(tag)), element("span", { class: "numbers soft" }, formatNumber(count))),
    ),
  );
}

function person(one, self, speaking) {
  const name = one.participant === self ? text("you_named", { name: one.name }) : one.name;
  const detail = one.away ? text("away") : languagesOf(one);
  const line = element(
    "li",
    { "data-participant": one.participant },
    avatar(one.participant, one.name),
    element("div", { class: "grow" }, element("div", { class: "person" }, name), element("div", { class: "small soft" }, detail)),
  );
  line.classList.toggle("away", one.away);
  line.classList.toggle("speaking", speaking.has(one.participant));
  if (one.speaks !== "none") line.append(sign(one.muted ? "microphone-off" : "microphone", one.muted ? "muted" : "can_speak"));
  return line;
}

function sign(name, key) {
  return element("span", { title: text(key) }, icon(name), element("span", { class: "visually-hidden" }, text(key)));
}

/** "English → French" as far as known. */
export function languagesOf({ speaks, wants }) {
  const arrow = document.documentElement.dir === "rtl" ? "←" : "→";
  const parts = [speaks, wants].filter((tag) => tag !== "none").map(localName);
  if (speaks !== "none" && speaks === wants) return parts[0];
  return parts.length === 0 ? text("listens") : parts.join(` ${arrow} `);
}
