import { expect, test } from "bun:test";
import { isSequenced } from "../../../shared/protocol/message.ts";
import { formatPosition } from "../../../shared/protocol/position.ts";
import type { StreamHandlers } from "../ports.ts";
import { at, event, T } from "../testing/fake-backend.ts";
import { SimClock } from "../testing/sim-clock.ts";
import { type StreamStatus, TenantStream } from "./event-stream.ts";

/** A stream whose other end is played here; what it handed on, in order. */
const streaming = (since = at(10)) => {
  const clock = new SimClock();
  const opened: { since: string | null; handlers: StreamHandlers; isClosed: boolean }[] = [];
  const handed: (number | string)[] = [];
  const statuses: StreamStatus[] = [];
  const stream = new TenantStream(
    {
      clock,
      random: () => 0.5,
      open: (_, from, handlers) => {
        const line = { since: from === null ? null : formatPosition(from), handlers, isClosed: false };
        opened.push(line);
        return () => {
          line.isClosed = true;
        };
      },
    },
    { tenantId: T, since },
    {
      event: (message) => handed.push(isSequenced(message) ? message.seq : message.action),
      reset: () => handed.push("reset"),
      status: (status) => statuses.push(status),
    },
  );
  const last = () => {
    const line = opened.at(-1);
    if (line === undefined) throw new Error("nothing was opened");
    return line;
  };
  const say = (name: string, data: object) => last().handlers.onEvent({ event: name, data: JSON.stringify(data) });
  const connected = (seq: number, recovered = true) => say("connected", { ...at(seq), recovered });
  return { clock, opened, handed, statuses, stream, last, say, connected };
};

test("R1 R2 events are handed on in order and once, and it comes back from where it was", async () => {
  const { say, connected, last, clock, handed, opened, statuses } = streaming();
  expect(last().since).toBe("e1:10");
  connected(10);
  for (const seq of [11, 11, 12]) say("message", event(seq));
  expect(last().isClosed).toBe(false);
  last().handlers.onEnd({ kind: "ended" });
  await clock.pass(1_000);
  expect(opened).toHaveLength(2);
  expect(last().since).toBe("e1:12");
  connected(12);
  say("message", event(13));
  expect(handed).toEqual([11, 12, 13]);
  expect(statuses.map(({ status }) => status)).toEqual(["open", "connecting", "open"]);
});

test("a hole is not handed on: it asks again from where it was", async () => {
  const { say, connected, last, clock, handed } = streaming();
  connected(10);
  say("message", event(12));
  expect(handed).toEqual([]);
  await clock.pass(1_000);
  expect(last().since).toBe("e1:10");
});

test("a heartbeat that is ahead makes it ask again, and silence for two heartbeats does too", async () => {
  const { say, connected, clock, opened } = streaming();
  connected(10);
  say("heartbeat", at(10));
  await clock.pass(1_000);
  expect(opened).toHaveLength(1);
  say("heartbeat", at(11));
  await clock.pass(1_000);
  expect(opened).toHaveLength(2);
  connected(10);
  await clock.pass(51_000);
  expect(opened).toHaveLength(3);
});

test("a server that can tell no head three times is left, and asked again", async () => {
  const { say, connected, clock, last, opened } = streaming();
  connected(10);
  const beat = (isProven: boolean) => {
    last().handlers.onComment("heartbeat");
    if (isProven) say("heartbeat", at(10));
  };
  for (const isProven of [true, false, false, true, false, false, false]) beat(isProven);
  await clock.pass(1_000);
  expect(opened).toHaveLength(1);
  beat(false);
  await clock.pass(1_000);
  expect(opened).toHaveLength(2);
});

test("a history that was cut off is told once, and the events after it follow", () => {
  const { say, connected, handed } = streaming();
  connected(30, false);
  say("message", event(31));
  expect(handed).toEqual(["reset", 31]);
});

test("an event that cannot be read counts as one that makes the state be read anew", () => {
  const { say, connected, handed } = streaming();
  connected(10);
  say("message", { type: "message", tenantId: T, epoch: "e1", seq: 11, action: 7 });
  say("message", event(12));
  expect(handed).toEqual(["reset", 12]);
});

test("it waits longer after each failure, and a page that is seen again does not wait", async () => {
  const { last, clock, opened, stream } = streaming();
  for (let failure = 0; failure < 5; failure += 1) {
    last().handlers.onEnd({ kind: "unreachable" });
    if (failure < 4) await clock.pass(8_000);
  }
  const { length } = opened;
  await clock.pass(2_000);
  expect(opened).toHaveLength(length);
  stream.wake();
  expect(opened).toHaveLength(length + 1);
});

for (const [status, reason] of [
  [401, "signed-out"],
  [404, "forbidden"],
] as const) {
  test(`an answer of ${status} ends it and says why`, async () => {
    const { last, clock, opened, stream } = streaming();
    last().handlers.onEnd({ kind: "refused", status, code: "X" });
    await clock.pass(600_000);
    expect(opened).toHaveLength(1);
    expect(stream.status).toEqual({ status: "closed", reason });
  });
}

test("it ends with the team, and comes back after a token that has only run out", async () => {
  const ended = streaming();
  ended.connected(10);
  ended.say("unsubscribed", { reason: "deleted" });
  expect(ended.stream.status).toEqual({ status: "closed", reason: "deleted" });
  expect(ended.last().isClosed).toBe(true);
  const expired = streaming();
  expired.connected(10);
  expired.say("unsubscribed", { reason: "expired" });
  expired.last().handlers.onEnd({ kind: "ended" });
  await expired.clock.pass(1_000);
  expect(expired.opened).toHaveLength(2);
});
