/** The REST interface as the pages use it. */

import { token } from "./address.js";

let bearer = token;

export function setToken(value) {
  bearer = value;
}

export const currentToken = () => bearer;

/** `code` as in docs/protocol.md, or "network". */
export class ApiError extends Error {
  constructor(code, text) {
    super(text);
    this.code = code;
  }
}

export async function call(path, { method = "GET", body = null } = {}) {
  const headers = {};
  if (bearer) headers.Authorization = `Bearer ${bearer}`;
  if (body) headers["Content-Type"] = "application/json";
  let answer;
  try {
    answer = await fetch(path, { method, headers, body: body && JSON.stringify(body) });
  } catch {
    throw new ApiError("network", "");
  }
  if (answer.ok) return answer;
  const problem = await answer.json().catch(() => ({}));
  throw new ApiError(problem.code ?? "failed", problem.text ?? answer.statusText);
}

export const get = async (path) => (await call(path)).json();

export const roomPath = (room, rest = "") => `/api/rooms/${encodeURIComponent(room)}${rest}`;
