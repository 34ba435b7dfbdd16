/** What the page's address says: `?room=…&…#token=…`; the token stays out of every log. */

const query = new URLSearchParams(location.search);

export const token = new URLSearchParams(location.hash.slice(1)).get("token") ?? "";

export const option = (name, fallback = null) => query.get(name) ?? fallback;

export function numberOption(name, fallback, least, most) {
  const value = Number.parseFloat(query.get(name) ?? "");
  return Number.isFinite(value) ? Math.min(most, Math.max(least, value)) : fallback;
}

export const isRoomName = (name) => /^[a-z0-9][a-z0-9-]{0,31}$/.test(name);

/** Change options in the address bar without loading the page again; null takes one away. */
export function keepOptions(changes, path = location.pathname) {
  for (const [name, value] of Object.entries(changes)) {
    if (value === null || value === "") query.delete(name);
    else query.set(name, value);
  }
  history.replaceState(null, "", `${path}?${query}${location.hash}`);
}

/** A proxy in front of several boxes finds the right one by the room in the address. */
export const webSocketAddress = (room) => `${location.origin.replace(/^http/, "ws")}/ws?room=${encodeURIComponent(room)}`;

/** This page over HTTPS, or null where the server has none. */
export function secureAddress(httpsPort) {
  if (!httpsPort) return null;
  return `https://${location.hostname}:${httpsPort}${location.pathname}${location.search}${location.hash}`;
}
