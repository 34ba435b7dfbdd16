/** What this browser remembers: choices for good, and the way back into a room for this tab. */

const KEY = "edge-interpreter";

function read(store, key) {
  try {
    return JSON.parse(globalThis[store].getItem(key)) ?? {};
  } catch {
    return {};
  }
}

function write(store, key, value) {
  try {
    globalThis[store].setItem(key, JSON.stringify(value));
  } catch {
    // Storage may be forbidden; then nothing is remembered.
  }
}

export const choices = read("localStorage", KEY);

export function remember(changes) {
  Object.assign(choices, changes);
  write("localStorage", KEY, choices);
}

export const wayBack = (room) => read("sessionStorage", `${KEY}:${room}`);

export function rememberWayBack(room, value) {
  write("sessionStorage", `${KEY}:${room}`, value);
}
