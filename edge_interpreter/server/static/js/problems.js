/** Errors and ends of connections, in the language of the interface. */

import { text } from "./i18n.js";

/** `code` as in docs/protocol.md or from Connection; `english`: the server's own words. */
export function problemText({ code, text: english }) {
  const key = `error.${code}`;
  const words = text(key);
  return words === key ? english || text("error.network") : words;
}
