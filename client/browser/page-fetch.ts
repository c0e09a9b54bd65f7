import type { Fetch } from "./api-client.ts";

/** A network that swallows requests tells nobody. Beyond, a request counts as not answered, and is sent again under its key. */
const ANSWER_WITHIN_MS = 20_000;
/** A file takes as long as the line takes for it. */
const UPLOAD_WITHIN_MS = 5 * 60_000;

/** Who reads a stream notices its silence; it has no end by itself. */
const isEndless = (headers: RequestInit["headers"]): boolean =>
  new Headers(headers).get("accept") === "text/event-stream";

/** The browser's `fetch` with an end to waiting. */
export const pageFetch: Fetch = (url, init) => {
  if (isEndless(init.headers)) return fetch(url, init);
  const deadline = AbortSignal.timeout(init.body instanceof FormData ? UPLOAD_WITHIN_MS : ANSWER_WITHIN_MS);
  const signal = init.signal ? AbortSignal.any([init.signal, deadline]) : deadline;
  return fetch(url, { ...init, signal });
};
