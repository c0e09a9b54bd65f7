import type { Fetch } from "./api-client.ts";

/** A network that drops packets reports nothing, so a request counts as unanswered after this long. */
const REQUEST_TIMEOUT_MS = 20_000;
/** An upload takes as long as the line needs. */
const UPLOAD_TIMEOUT_MS = 5 * 60_000;

/** An event stream never ends by itself; its reader detects silence. */
const isEventStream = (headers: RequestInit["headers"]): boolean =>
  new Headers(headers).get("accept") === "text/event-stream";

/** `fetch` that aborts after a timeout, except for event streams. */
export const fetchWithTimeout: Fetch = (url, init) => {
  if (isEventStream(init.headers)) return fetch(url, init);
  const timeout = AbortSignal.timeout(init.body instanceof FormData ? UPLOAD_TIMEOUT_MS : REQUEST_TIMEOUT_MS);
  const signal = init.signal ? AbortSignal.any([init.signal, timeout]) : timeout;
  return fetch(url, { ...init, signal });
};
