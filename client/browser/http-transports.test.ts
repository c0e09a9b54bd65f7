import { expect, test } from "bun:test";
import { eventReader } from "../realtime/event-source.ts";
import type { ServerSentEvent, StreamEnd } from "../realtime/ports.ts";
import { createApiClient } from "./api-client.ts";
import { streamByHttp } from "./http-transports.ts";

const TEXT =
  ':\n\nevent: connected\nid: e1:4\ndata: {"seq":4}\n\r\n:heartbeat\n\nevent: heartbeat\r\ndata: {"seq":4}\r\n\r\ndata: a\ndata: b\n\nevent: empty\n\nevent: cut\ndata: x';

test("server-sent events are read alike however they are cut into pieces", () => {
  const read = (size: number) => {
    const events: ServerSentEvent[] = [];
    const comments: string[] = [];
    const feed = eventReader({ event: (event) => events.push(event), comment: (text) => comments.push(text) });
    for (let from = 0; from < TEXT.length; from += size) feed(TEXT.slice(from, from + size));
    return { events, comments };
  };
  const whole = read(TEXT.length);
  expect(whole).toEqual({
    events: [
      { event: "connected", data: '{"seq":4}' },
      { event: "heartbeat", data: '{"seq":4}' },
      { event: "message", data: "a\nb" },
    ],
    comments: ["", "heartbeat"],
  });
  for (const size of [1, 2, 3, 7]) expect(read(size)).toEqual(whole);
});

/** What a stream tells of one answer, to its end. */
const told = async (answer: () => Promise<Response>) => {
  const asked: string[] = [];
  const heard: string[] = [];
  const { promise, resolve } = Promise.withResolvers<StreamEnd>();
  const api = createApiClient({
    fetch: (url) => {
      asked.push(url);
      return answer();
    },
  });
  streamByHttp(api, async () => () => heard.push("slot given back"))(
    "t",
    { epoch: "e1", seq: 4 },
    {
      onOpen: (head) => heard.push(`open ${head?.seq}`),
      onEvent: ({ event }) => heard.push(event),
      onComment: () => heard.push("comment"),
      onEnd: resolve,
    },
  );
  const end = await promise;
  await Promise.resolve();
  return { asked, heard, end };
};

const STREAM = { "content-type": "text/event-stream; charset=utf-8", "artel-position": "e1:7" };

test("a stream is asked for from a position, and tells the head, what it says, and its end", async () => {
  const { asked, heard, end } = await told(
    async () => new Response("event: connected\ndata: {}\n\n", { headers: STREAM }),
  );
  expect(asked).toEqual(["/api/events/stream?tenantId=t&since=e1%3A4"]);
  expect(heard).toEqual(["open 7", "connected", "slot given back"]);
  expect(end).toEqual({ kind: "ended" });
});

test("a refusal of Artel's is told from one of something between, and from no answer", async () => {
  const problem = { type: "about:blank", title: "no", status: 404, detail: "no", code: "NOT_FOUND", requestId: "r" };
  expect((await told(async () => Response.json(problem, { status: 404 }))).end).toEqual({
    kind: "refused",
    status: 404,
    code: "NOT_FOUND",
  });
  expect((await told(async () => new Response("<h1>", { status: 502 }))).end).toEqual({
    kind: "refused",
    status: 502,
    code: null,
  });
  expect((await told(async () => new Response("<h1>sign in</h1>"))).end).toEqual({
    kind: "refused",
    status: 200,
    code: null,
  });
  expect((await told(() => Promise.reject(new TypeError("no")))).end).toEqual({ kind: "unreachable" });
});

test("without a connection to spare nothing is asked", async () => {
  const { promise, resolve } = Promise.withResolvers<StreamEnd>();
  const api = createApiClient({ fetch: () => Promise.reject(new Error("asked")) });
  const nothing = () => {};
  streamByHttp(api, async () => null)("t", null, {
    onOpen: nothing,
    onEvent: nothing,
    onComment: nothing,
    onEnd: resolve,
  });
  expect(await promise).toEqual({ kind: "full" });
});

test("a stream that is closed tells nothing more", async () => {
  const { promise, resolve } = Promise.withResolvers<Response>();
  const heard: string[] = [];
  const say = (what: string) => () => void heard.push(what);
  const close = streamByHttp(createApiClient({ fetch: () => promise }), async () => () => {})("t", null, {
    onOpen: say("open"),
    onEvent: say("event"),
    onComment: say("comment"),
    onEnd: say("end"),
  });
  await Promise.resolve();
  close();
  resolve(new Response("data: x\n\n", { headers: STREAM }));
  await new Promise<void>((done) => void setImmediate(done));
  expect(heard).toEqual([]);
});
