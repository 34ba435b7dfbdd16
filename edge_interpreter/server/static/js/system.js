/** How the whole box is doing: load, what is withheld, models and devices; GET /api/status. */

import { get } from "./api.js";
import { Chart } from "./chart.js";
import { byId, element } from "./dom.js";
import { formatNumber, text } from "./i18n.js";

const EVERY_MS = 1000;
const MINUTES = 5;
const SECONDS = 60;

const sum = (counts) => Object.values(counts).reduce((a, b) => a + b, 0);
const percent = (value) => `${formatNumber(value)} %`;
/** Figures with a unit or a slash keep their order in pages from right to left. */
const figure = (words) => element("bdi", { dir: "ltr" }, words);
const megabytes = (bytes) => figure(`${formatNumber(bytes / 1e6)} MB`);

export class System {
  /** `charts`: those of the room, for the table: `lag`, `dropped`. The box is that of the room. */
  constructor({ room, charts, describe }) {
    this.room = room;
    this.load = new Chart(byId("chart-load"), { style: "line", least: 100, format: percent, describe });
    this.withheld = new Chart(byId("chart-withheld"), { style: "bars", least: 4, format: (value) => formatNumber(value), describe });
    this.charts = charts;
    this.before = null;
  }

  /** Look every second for as long as somebody sees it; only who may operate all rooms does. */
  async start() {
    if (this.timer) return;
    this.timer = setInterval(() => document.visibilityState === "visible" && this.#look(), EVERY_MS);
    await this.#look();
  }

  async #look() {
    if (this.asking) return;
    this.asking = true;
    try {
      this.show(await get(`/api/status?room=${this.room}`));
    } catch (error) {
      if (error.code !== "network" && error.code !== "rate_limited") this.#stop();
    } finally {
      this.asking = false;
    }
  }

  #stop() {
    clearInterval(this.timer);
    byId("system").hidden = true;
  }

  show(status) {
    byId("system").hidden = false;
    this.#state(status);
    this.#figures(status);
    this.#draw(status);
    this.#reasons(status.utterances);
    this.#once("models", status.models, () => byId("system-models").replaceChildren(...status.models.map(modelRow)));
    this.#devices(status.machine);
    if (byId("charts-table").open) this.#table();
    this.before = status;
  }

  #state(status) {
    const words = status.stuck.length
      ? text("box.stuck", { engines: status.stuck.join(", ") })
      : text(status.ready ? "box.ready" : "box.not_ready");
    const place = byId("system-state");
    if (place.textContent !== words) place.textContent = words;
    place.dataset.good = String(status.ready);
  }

  #figures({ work, machine, calls }) {
    const factor = work.real_time_factor;
    byId("figure-rtf").textContent = factor === null ? "–" : formatNumber(factor, 2);
    byId("figure-memory").replaceChildren(megabytes(sum(machine.resident_bytes)));
    byId("figure-calls").replaceChildren(calls ? figure(`${formatNumber(calls.active)} / ${formatNumber(calls.limit)}`) : "–");
  }

  #draw(status) {
    const { before } = this;
    if (!before) return;
    const seconds = status.time - before.time;
    const cpu = status.machine.cpu_s - before.machine.cpu_s;
    // A process that ended takes its share of the sum with it.
    if (seconds > 0) this.load.add(Math.max(0, Math.min(100, (100 * cpu) / seconds / status.machine.cores)));
    this.withheld.add(Math.max(0, sum(status.utterances.withheld) - sum(before.utterances.withheld)));
  }

  #reasons({ dropped, withheld, skipped }) {
    const rows = [
      ...Object.entries(withheld).map(([reason, count]) => [text("box.withheld"), reason, count]),
      ...Object.entries(dropped).map(([reason, count]) => [text("dropped"), reason, count]),
      ...Object.entries(skipped).map(([reason, count]) => [text("box.part"), reason, count]),
    ];
    byId("system-no-reasons").hidden = rows.length > 0;
    byId("system-reasons-table").hidden = rows.length === 0;
    this.#once("reasons", rows, () => byId("system-reasons").replaceChildren(...rows.map(reasonRow)));
  }

  #devices({ microphones, graphics_processors: graphics, resident_bytes: resident }) {
    const lines = [
      [text("box.microphones"), microphones ? formatNumber(microphones) : text("box.none")],
      [text("box.graphics"), graphics ? formatNumber(graphics) : text("box.none")],
      ...Object.entries(resident).map(([process, bytes]) => [`${text("box.memory")} (${process})`, megabytes(bytes)]),
    ];
    this.#once("devices", [microphones, graphics, resident], () =>
      byId("system-devices").replaceChildren(...lines.map(([name, value]) => element("div", {}, element("dt", {}, name), element("dd", {}, value)))),
    );
  }

  /** The charts in numbers, a row a minute: the most of delay and load, the sum of the others. */
  #table() {
    const most = (values) => (values.length ? Math.max(...values) : 0);
    const total = (values) => values.reduce((a, b) => a + b, 0);
    const columns = [
      [this.charts.lag, most, 1],
      [this.charts.dropped, total, 0],
      [this.load, most, 0],
      [this.withheld, total, 0],
    ];
    const rows = Array.from({ length: MINUTES }, (_, ago) =>
      element(
        "tr",
        {},
        element("th", { scope: "row" }, formatNumber(ago)),
        ...columns.map(([chart, reduce, digits]) => element("td", { class: "count" }, formatNumber(reduce(minute(chart.values, ago)), digits))),
      ),
    );
    byId("charts-rows").replaceChildren(...rows);
  }

  /** What did not change stays as it is, so that it can be selected and read out in peace. */
  #once(name, value, draw) {
    const key = JSON.stringify(value);
    this.shown ??= {};
    if (this.shown[name] === key) return;
    this.shown[name] = key;
    draw();
  }
}

const minute = (values, ago) => values.slice(Math.max(0, values.length - (ago + 1) * SECONDS), Math.max(0, values.length - ago * SECONDS));

function reasonRow([kind, reason, count]) {
  const key = `reason.${reason}`;
  const words = text(key);
  return element(
    "tr",
    {},
    element("td", {}, words === key ? reason : words, element("div", { class: "small soft" }, kind)),
    element("td", { class: "count" }, formatNumber(count)),
  );
}

function modelRow(model) {
  const licence = element("div", { class: "small soft" }, model.licence ?? text("box.licence_unknown"));
  const threads = model.threads ? text("box.threads", { count: model.threads }) : text("box.all_cores");
  const place = [model.device, model.compute_type].filter(Boolean).join(", ");
  const state = model.running ? text(model.warm ? "box.warm" : "box.cold") : text("box.stopped");
  const loaded = model.loaded_s === null ? null : element("div", { class: "small soft" }, text("box.loaded_in", { seconds: formatNumber(model.loaded_s, 1) }));
  const name = element("td", {}, element("b", {}, model.model), licence);
  if (model.non_commercial) {
    const instead = model.alternative ? ` (${text("box.alternative", { model: model.alternative })})` : "";
    name.append(element("div", { class: "small warning" }, text("box.non_commercial") + instead));
  }
  return element(
    "tr",
    { "data-model": model.model },
    element("td", {}, text(`box.role.${model.role}`), model.languages.length ? element("div", { class: "small soft" }, model.languages.join(", ")) : null),
    name,
    element("td", {}, place || "–", element("div", { class: "small soft" }, threads)),
    element("td", {}, element("span", { class: model.running ? "" : "bad" }, state), loaded),
  );
}
