import { afterEach, expect, spyOn, test } from "bun:test";
import { z } from "zod";
import { createApiClient, NetworkFailure } from "./api-client.ts";
import { fetchWithTimeout } from "./fetch-with-timeout.ts";

const timeouts = spyOn(AbortSignal, "timeout");
afterEach(() => void timeouts.mockReset());

/** A server that accepts requests and never answers. */
const silent = () => Bun.serve({ port: 0, fetch: () => new Promise<Response>(() => {}) });

test("a request that gets no answer fails as a network failure", async () => {
  const server = silent();
  const deadline = new AbortController();
  timeouts.mockReturnValue(deadline.signal);
  const request = createApiClient({ fetch: fetchWithTimeout, base: String(server.url).replace(/\/$/, "") }).request({
    method: "GET",
    path: "/me",
    schema: z.unknown(),
  });
  deadline.abort(new DOMException("too long", "TimeoutError"));
  await expect(request).rejects.toBeInstanceOf(NetworkFailure);
  await server.stop(true);
});

test("an aborted request keeps the caller's reason", async () => {
  const server = silent();
  const caller = new AbortController();
  timeouts.mockReturnValue(new AbortController().signal);
  const request = fetchWithTimeout(String(server.url), { signal: caller.signal });
  caller.abort(new Error("aborted"));
  await expect(request).rejects.toThrow("aborted");
  await server.stop(true);
});

test("an upload has more time than other requests", async () => {
  const server = Bun.serve({ port: 0, fetch: () => new Response("ok") });
  timeouts.mockImplementation(() => new AbortController().signal);
  await fetchWithTimeout(String(server.url), { method: "POST", body: new FormData() });
  await fetchWithTimeout(String(server.url), { method: "POST", body: "{}" });
  const [upload, other] = timeouts.mock.calls.map(([ms]) => ms);
  expect(upload).toBeGreaterThan(Number(other));
  await server.stop(true);
});

test("an event stream has no timeout", async () => {
  const server = Bun.serve({ port: 0, fetch: () => new Response("data: x\n\n") });
  timeouts.mockReturnValue(AbortSignal.abort());
  const answer = await fetchWithTimeout(String(server.url), { headers: { accept: "text/event-stream" } });
  expect(await answer.text()).toContain("data");
  await server.stop(true);
});
