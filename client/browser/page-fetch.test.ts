import { afterEach, expect, spyOn, test } from "bun:test";
import { z } from "zod";
import { createApiClient, NetworkFailure } from "./api-client.ts";
import { pageFetch } from "./page-fetch.ts";

const timeouts = spyOn(AbortSignal, "timeout");
afterEach(() => void timeouts.mockReset());

/** A server that takes requests and never answers. */
const silent = () => Bun.serve({ port: 0, fetch: () => new Promise<Response>(() => {}) });

test("a request that is swallowed ends as one that was not answered", async () => {
  const server = silent();
  const deadline = new AbortController();
  timeouts.mockReturnValue(deadline.signal);
  const asked = createApiClient({ fetch: pageFetch, base: String(server.url).replace(/\/$/, "") }).request({
    method: "GET",
    path: "/me",
    schema: z.unknown(),
  });
  deadline.abort(new DOMException("too long", "TimeoutError"));
  await expect(asked).rejects.toBeInstanceOf(NetworkFailure);
  await server.stop(true);
});

test("a request that is called off ends as that", async () => {
  const server = silent();
  const caller = new AbortController();
  timeouts.mockReturnValue(new AbortController().signal);
  const asked = pageFetch(String(server.url), { signal: caller.signal });
  caller.abort(new Error("called off"));
  await expect(asked).rejects.toThrow("called off");
  await server.stop(true);
});

test("a file has more time than other requests", async () => {
  const server = Bun.serve({ port: 0, fetch: () => new Response("ok") });
  timeouts.mockImplementation(() => new AbortController().signal);
  await pageFetch(String(server.url), { method: "POST", body: new FormData() });
  await pageFetch(String(server.url), { method: "POST", body: "{}" });
  const [file, other] = timeouts.mock.calls.map(([ms]) => ms);
  expect(file).toBeGreaterThan(Number(other));
  await server.stop(true);
});

test("a stream is waited for as long as it lasts", async () => {
  const server = Bun.serve({ port: 0, fetch: () => new Response("data: x\n\n") });
  timeouts.mockReturnValue(AbortSignal.abort());
  const answer = await pageFetch(String(server.url), { headers: { accept: "text/event-stream" } });
  expect(await answer.text()).toContain("data");
  await server.stop(true);
});
