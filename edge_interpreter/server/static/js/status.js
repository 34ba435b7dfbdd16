/** The state of the connection, at the top of a room. */

import { setBanner } from "./banners.js";
import { byId } from "./dom.js";
import { text } from "./i18n.js";
import { problemText } from "./problems.js";

let countdown = null;

/** Show a state of Connection; `retry()` is offered while it waits. */
export function connectionState(state, retry) {
  clearInterval(countdown);
  const place = byId("state");
  place.dataset.state = state.name;
  place.textContent = text(`state.${state.name}`);
  if (state.name !== "waiting") {
    setBanner("connection", null);
    return;
  }
  const show = () => {
    const seconds = Math.max(1, Math.ceil((state.retryAt - Date.now()) / 1000));
    const cause = state.code === "network" ? text("connection_lost") : problemText(state);
    setBanner("connection", cause, {
      detail: text("retry_in", { seconds }),
      kind: "warn",
      sign: "warning",
      action: text("retry_now"),
      press: retry,
    });
  };
  show();
  countdown = setInterval(show, 1000);
}
