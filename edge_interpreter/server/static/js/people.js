/** The operator's table of participants, with levels, mute and remove. */

import { byId, element, icon } from "./dom.js";
import { formatNumber, text } from "./i18n.js";
import { Meter } from "./meter.js";
import { languagesOf } from "./roster.js";
import { avatar } from "./transcript.js";

const SILENT_S = 3;

export class PeopleTable {
  /** `onMute(participant, on)`, `onRemove(person)`. */
  constructor({ onMute, onRemove }) {
    Object.assign(this, { onMute, onRemove });
    this.rows = new Map();
  }

  /** A `roster` message; `self` is the operator. */
  show(message, self) {
    const people = message.participants.filter((one) => one.participant !== self);
    const before = this.rows;
    this.rows = new Map();
    for (const person of people) {
      const key = JSON.stringify(person);
      const row = before.get(person.participant);
      this.rows.set(person.participant, row?.key === key ? row : { key, ...this.#row(person) });
    }
    const places = [...this.rows.values()].map((row) => row.place);
    // Rows that stay are not moved: a pressed button keeps its focus.
    const body = byId("people");
    if (places.length !== body.children.length || places.some((place, index) => body.children[index] !== place)) {
      body.replaceChildren(...places);
    }
    const more = message.total - message.participants.length;
    byId("people-more").textContent = more > 0 ? text("more_people", { count: more }) : "";
  }

  /** `levels` of an `operator_status`. */
  levels(levels) {
    for (const { participant, level_dbfs: level, silent_s: silent } of levels) {
      const row = this.rows.get(participant);
      if (!row) continue;
      const heard = silent < SILENT_S;
      row.meter.show(heard ? level : -100);
      row.silence.textContent = heard || silent > 86400 ? "" : text("silent_for", { seconds: formatNumber(silent) });
    }
  }

  #row(person) {
    const bar = element("div", { class: "meter" }, element("span"));
    const silence = element("span", { class: "small soft numbers" });
    const speaks = person.speaks !== "none";
    const name = element("div", { class: "row" }, avatar(person.participant, person.name), element("div", { class: "person" }, person.name));
    const detail = [person.away ? text("away") : languagesOf(person), person.role === "operate" ? text("operator") : ""];
    name.lastChild.append(element("div", { class: "small soft" }, detail.filter(Boolean).join(" · ")));
    const place = element(
      "tr",
      { class: person.away ? "away" : "", "data-participant": person.participant },
      element("td", {}, name),
      element("td", {}, ...(speaks ? [bar, silence] : [])),
      element("td", {}, ...this.#actions(person, speaks)),
    );
    return { place, meter: new Meter(bar), silence };
  }

  #actions(person, speaks) {
    const mute = element("button", {
      class: "button compact icon-only",
      type: "button",
      "aria-pressed": String(person.muted),
      "aria-label": text(person.muted ? "unmute_person" : "mute_person", { name: person.name }),
      title: text(person.muted ? "unmute_person" : "mute_person", { name: person.name }),
      onclick: () => this.onMute(person.participant, !person.muted),
    }, icon(person.muted ? "microphone-off" : "microphone"));
    const remove = element("button", {
      class: "button compact icon-only danger",
      type: "button",
      "aria-label": text("remove_person", { name: person.name }),
      title: text("remove_person", { name: person.name }),
      onclick: () => this.onRemove(person),
    }, icon("remove"));
    return speaks ? [mute, remove] : [remove];
  }
}
