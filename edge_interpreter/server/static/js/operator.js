/** The operator's page: /operator?room=main#token=… */

import { keepOptions, option, webSocketAddress } from "./address.js";
import { call, currentToken, roomPath, setToken } from "./api.js";
import { setBanner } from "./banners.js";
import { Captions } from "./captions.js";
import { Chart } from "./chart.js";
import { Connection } from "./connection.js";
import { byId, element, setIcon, toast } from "./dom.js";
import { formatNumber, text } from "./i18n.js";
import { nativeName } from "./languages.js";
import { retryWhenBack, startPage } from "./page.js";
import { PeopleTable } from "./people.js";
import { problemText } from "./problems.js";
import { RoomList } from "./rooms.js";
import { Share } from "./share.js";
import { connectionState } from "./status.js";
import { System } from "./system.js";
import { TranscriptView } from "./transcript.js";

const LAG_BAD_MS = 4000;
const ACCESS_CODES = ["token_required", "token_invalid", "token_expired", "forbidden", "no_such_room"];

class Board {
  constructor(room, info) {
    this.captions = new Captions({ limit: 100 });
    this.preview = new TranscriptView({
      log: byId("preview"),
      live: byId("preview-live"),
      scroller: byId("preview-scroller"),
      jump: byId("preview-jump"),
      empty: byId("preview-empty"),
    });
    this.people = new PeopleTable({
      onMute: (participant, on) => this.connection.send({ type: "operator_mute", participant, on }),
      onRemove: ({ participant, name }) =>
        ask(text("remove_question", { name }), text("remove"), () => this.connection.send({ type: "operator_remove", participant })),
    });
    const seconds = (value) => `${formatNumber(value, value < 10 && value % 1 ? 1 : 0)} s`;
    const describe = (now, most) => text("chart_text", { now: formatNumber(now, 1), most: formatNumber(most, 1) });
    this.lag = new Chart(byId("chart-lag"), { style: "line", least: 2, format: seconds, describe });
    this.dropped = new Chart(byId("chart-dropped"), { style: "bars", least: 4, format: (value) => formatNumber(value), describe });
    this.system = new System({ room, charts: { lag: this.lag, dropped: this.dropped }, describe });
    this.share = new Share({ room, info });
    this.rooms = new RoomList({ room, confirm: ask });
    byId("pause").addEventListener("click", () => this.connection.send({ type: "operator_pause", on: !this.paused }));
    this.connection = new Connection({
      url: webSocketAddress,
      hello: { room, token: currentToken(), role: "operate", name: text("operator"), wants: "original" },
      handlers: { message: (message) => this.#take(message), state: (state) => this.#stateChanged(state) },
    });
    this.connection.open();
    retryWhenBack(() => this.connection);
  }

  #take(message) {
    switch (message.type) {
      case "welcome":
        this.#welcomed(message);
        break;
      case "room_state":
        this.#roomState(message.room);
        break;
      case "roster":
        byId("figure-people").textContent = formatNumber(message.total);
        this.people.show(message, this.self);
        break;
      case "operator_status":
        this.#status(message);
        break;
      case "error":
        if (!message.fatal) toast(problemText(message));
        break;
    }
    this.preview.show(this.captions.take(message));
  }

  #welcomed(message) {
    const first = byId("board").hidden;
    this.self = message.participant;
    this.droppedBefore = null;
    byId("access").hidden = true;
    byId("board").hidden = false;
    byId("pause").disabled = false;
    this.#roomState(message.room);
    this.connection.send({ type: "operator_watch", on: true });
    if (!first && !message.resumed) this.preview.divide(text("not_resumed"));
    if (!first) return;
    this.share.show();
    this.rooms.show();
    this.system.start();
  }

  #roomState(room) {
    this.paused = room.paused;
    byId("room-title").textContent = room.title || room.name;
    setIcon(byId("pause"), room.paused ? "play" : "pause");
    byId("pause").lastChild.textContent = text(room.paused ? "start_interpreting" : "pause_interpreting");
    byId("pause").dataset.paused = String(room.paused);
    setBanner("paused", room.paused ? text("paused") : null, { kind: "warn", sign: "pause" });
  }

  #status(status) {
    const dropped = sum(status.utterances.dropped);
    byId("figure-lag").replaceChildren(formatNumber(status.lag_ms / 1000, 1), element("small", {}, " s"));
    byId("figure-lag").dataset.bad = String(status.lag_ms > LAG_BAD_MS || status.overloaded);
    byId("figure-done").textContent = formatNumber(sum(status.utterances.done));
    byId("figure-dropped").textContent = formatNumber(dropped);
    byId("figure-dropped").dataset.bad = String(dropped > 0);
    this.lag.add(status.lag_ms / 1000);
    this.dropped.add(Math.max(0, dropped - (this.droppedBefore ?? dropped)));
    this.droppedBefore = dropped;
    this.people.levels(status.levels);
    this.#demand(status.captions, status.speech);
    setBanner("overload", status.overloaded ? text("overloaded") : null, { kind: "bad", sign: "warning" });
  }

  #demand(captions, speech) {
    const tags = [...new Set([...Object.keys(captions), ...Object.keys(speech)])];
    tags.sort((a, b) => (captions[b] ?? 0) - (captions[a] ?? 0));
    const cell = (count) => element("td", { class: "count" }, count ? formatNumber(count) : "–");
    byId("demand").replaceChildren(
      ...tags.map((tag) => element("tr", {}, element("td", { lang: tag }, tag === "original" ? text("as_spoken") : nativeName(tag)), cell(captions[tag]), cell(speech[tag]))),
    );
  }

  #stateChanged(state) {
    connectionState(state, () => this.connection.retryNow());
    byId("pause").disabled = state.name !== "open";
    if (state.name !== "ended") return;
    if (ACCESS_CODES.includes(state.code)) askForAccess(problemText(state));
    else setBanner("ended", problemText(state), { kind: "bad", sign: "warning", action: text("retry_now"), press: () => location.reload() });
  }
}

const sum = (counts) => (typeof counts === "number" ? counts : Object.values(counts ?? {}).reduce((a, b) => a + b, 0));

/** Ask before doing what cannot be undone. */
function ask(question, action, run) {
  const dialog = byId("confirm");
  byId("confirm-text").textContent = question;
  byId("confirm-yes").textContent = action;
  dialog.returnValue = "no";
  dialog.onclose = () => dialog.returnValue === "yes" && run();
  dialog.showModal();
}

function askForAccess(problem) {
  byId("board").hidden = true;
  byId("access").hidden = false;
  byId("access-problem").hidden = !problem;
  byId("access-problem").textContent = problem;
  byId("access-room").value = room;
  byId("access-token").focus();
}

const { info } = await startPage({ title: "operator" });
const room = option("room", info.default_room);
byId("pause").append(element("span"));

byId("access-form").addEventListener("submit", async (event) => {
  event.preventDefault();
  const chosen = byId("access-room").value.trim() || room;
  const token = byId("access-token").value.trim();
  setToken(token);
  try {
    await call(roomPath(chosen, "/participants"));
  } catch (error) {
    askForAccess(problemText({ code: error.code, text: error.message }));
    return;
  }
  keepOptions({ room: chosen });
  location.hash = `token=${token}`;
  location.reload();
});

if (currentToken()) new Board(room, info);
else askForAccess("");
