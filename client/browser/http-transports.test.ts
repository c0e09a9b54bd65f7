import { expect, test } from "bun:test";
import type { StreamEnd } from "../realtime/ports.ts";
import { createApiClient } from "./api-client.ts";
import { streamByHttp } from "./http-transports.ts";

/** Reads one response to its end and returns the calls of its handlers. */
const readStream = async (answer: () => Promise<Response>) => {
  const urls: string[] = [];
  const calls: string[] = [];
  const { promise, resolve } = Promise.withResolvers<StreamEnd>();
  const api = createApiClient({
    fetch: (url) => {
      urls.push(url);
      return answer();
    },
  });
  streamByHttp(api, async () => () => calls.push("slot released"))(
    "t",
    { epoch: "e1", seq: 4 },
    {
      onOpen: (head) => calls.push(`open ${head?.seq}`),
      onEvent: ({ event }) => calls.push(event),
      onComment: () => calls.push("comment"),
      onEnd: resolve,
    },
  );
  const end = await promise;
  await Promise.resolve();
  return { urls, calls, end };
};

const STREAM = { "content-type": "text/event-stream; charset=utf-8", "artel-position": "e1:7" };

test("a stream is requested from a position and reports the head, its events and its end", async () => {
  const { urls, calls, end } = await readStream(
    async () => new Response("event: connected\ndata: {}\n\n", { headers: STREAM }),
  );
  expect(urls).toEqual(["/api/events/stream?tenantId=t&since=e1%3A4"]);
  expect(calls).toEqual(["open 7", "connected", "slot released"]);
  expect(end).toEqual({ kind: "ended" });
});

test("a byte order mark and a retry field do not hide the first event", async () => {
  const { calls } = await readStream(
    async () => new Response("\uFEFFevent: connected\nretry: 100\ndata: {}\n\n", { headers: STREAM }),
  );
  expect(calls).toContain("connected");
});

test("a refusal by Artel, an answer of a proxy and no answer are told apart", async () => {
  const problem = { type: "about:blank", title: "no", status: 404, detail: "no", code: "NOT_FOUND", requestId: "r" };
  expect((await readStream(async () => Response.json(problem, { status: 404 }))).end).toEqual({
    kind: "refused",
    status: 404,
    code: "NOT_FOUND",
  });
  expect((await readStream(async () => new Response("<h1>", { status: 502 }))).end).toEqual({
    kind: "refused",
    status: 502,
    code: null,
  });
  expect((await readStream(async () => new Response("<h1>sign in</h1>"))).end).toEqual({
    kind: "refused",
    status: 200,
    code: null,
  });
  expect((await readStream(() => Promise.reject(new TypeError("no")))).end).toEqual({ kind: "unreachable" });
});

test("without a free slot nothing is requested", async () => {
  const { promise, resolve } = Promise.withResolvers<StreamEnd>();
  const api = createApiClient({ fetch: () => Promise.reject(new Error("requested")) });
  const nothing = () => {};
  streamByHttp(api, async () => null)("t", null, {
    onOpen: nothing,
    onEvent: nothing,
    onComment: nothing,
    onEnd: resolve,
  });
  expect(await promise).toEqual({ kind: "full" });
});

test("a closed stream calls no handler", async () => {
  const { promise, resolve } = Promise.withResolvers<Response>();
  const calls: string[] = [];
  const record = (name: string) => () => void calls.push(name);
  const close = streamByHttp(createApiClient({ fetch: () => promise }), async () => () => {})("t", null, {
    onOpen: record("open"),
    onEvent: record("event"),
    onComment: record("comment"),
    onEnd: record("end"),
  });
  await Promise.resolve();
  close();
  resolve(new Response("data: x\n\n", { headers: STREAM }));
  await new Promise<void>((done) => void setImmediate(done));
  expect(calls).toEqual([]);
});
