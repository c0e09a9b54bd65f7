import { expect, test } from "bun:test";
import type { ServerSentEvent } from "./ports.ts";
import { createSseParser } from "./sse-parser.ts";

const TEXT =
  ':\n\nevent: connected\nid: e1:4\ndata: {"seq":4}\n\r\n:heartbeat\n\nevent: heartbeat\r\ndata: {"seq":4}\r\n\r\nretry: 100\ndata: a\ndata: b\n\nevent: empty\n\nevent: cut\ndata: x';

const parse = (size: number) => {
  const events: ServerSentEvent[] = [];
  const comments: string[] = [];
  const feed = createSseParser({
    onEvent: (event) => events.push(event),
    onComment: (text) => comments.push(text),
  });
  for (let from = 0; from < TEXT.length; from += size) feed(TEXT.slice(from, from + size));
  return { events, comments };
};

test("server-sent events are read alike however they are cut into pieces", () => {
  const whole = parse(TEXT.length);
  expect(whole).toEqual({
    events: [
      { event: "connected", data: '{"seq":4}' },
      { event: "heartbeat", data: '{"seq":4}' },
      { event: "message", data: "a\nb" },
    ],
    comments: ["", "heartbeat"],
  });
  for (const size of [1, 2, 3, 7]) expect(parse(size)).toEqual(whole);
});
