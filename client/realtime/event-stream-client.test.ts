import { expect, test } from "bun:test";
import { isSequenced } from "../../shared/protocol/message.ts";
import { formatPosition } from "../../shared/protocol/position.ts";
import { EventStreamClient, type EventStreamStatus } from "./event-stream-client.ts";
import type { StreamHandlers } from "./ports.ts";
import { at, event, T } from "./testing/fake-backend.ts";
import { SimClock } from "./testing/sim-clock.ts";

/** A client whose server the test plays; `delivered` records its events and resets in order. */
const streaming = (since = at(10)) => {
  const clock = new SimClock();
  const opened: { since: string | null; handlers: StreamHandlers; isClosed: boolean }[] = [];
  const delivered: (number | string)[] = [];
  const statuses: EventStreamStatus[] = [];
  const client = new EventStreamClient(
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
      onEvent: (message) => delivered.push(isSequenced(message) ? message.seq : message.action),
      onReset: () => delivered.push("reset"),
      onStatus: (status) => statuses.push(status),
    },
  );
  const last = () => {
    const line = opened.at(-1);
    if (line === undefined) throw new Error("nothing was opened");
    return line;
  };
  const emit = (name: string, data: object) => last().handlers.onEvent({ event: name, data: JSON.stringify(data) });
  const connected = (seq: number, recovered = true) => emit("connected", { ...at(seq), recovered });
  return { clock, opened, delivered, statuses, client, last, emit, connected };
};

test("R1 R2 events are delivered in order and once, and the client resumes from its position", async () => {
  const { emit, connected, last, clock, delivered, opened, statuses } = streaming();
  expect(last().since).toBe("e1:10");
  connected(10);
  for (const seq of [11, 11, 12]) emit("message", event(seq));
  expect(last().isClosed).toBe(false);
  last().handlers.onEnd({ kind: "ended" });
  await clock.pass(1_000);
  expect(opened).toHaveLength(2);
  expect(last().since).toBe("e1:12");
  connected(12);
  emit("message", event(13));
  expect(delivered).toEqual([11, 12, 13]);
  expect(statuses.map(({ status }) => status)).toEqual(["open", "connecting", "open"]);
});

test("at a gap nothing is delivered, and the client resumes from its position", async () => {
  const { emit, connected, last, clock, delivered } = streaming();
  connected(10);
  emit("message", event(12));
  expect(delivered).toEqual([]);
  await clock.pass(1_000);
  expect(last().since).toBe("e1:10");
});

test("a heartbeat ahead of the position reconnects, and silence for two heartbeats does too", async () => {
  const { emit, connected, clock, opened } = streaming();
  connected(10);
  emit("heartbeat", at(10));
  await clock.pass(1_000);
  expect(opened).toHaveLength(1);
  emit("heartbeat", at(11));
  await clock.pass(1_000);
  expect(opened).toHaveLength(2);
  connected(10);
  await clock.pass(51_000);
  expect(opened).toHaveLength(3);
});

test("three heartbeats without a head reconnect", async () => {
  const { emit, connected, clock, last, opened } = streaming();
  connected(10);
  const beat = (isProven: boolean) => {
    last().handlers.onComment("heartbeat");
    if (isProven) emit("heartbeat", at(10));
  };
  for (const isProven of [true, false, false, true, false, false, false]) beat(isProven);
  await clock.pass(1_000);
  expect(opened).toHaveLength(1);
  beat(false);
  await clock.pass(1_000);
  expect(opened).toHaveLength(2);
});

test("a history that was cut off causes one reset, and the events after it follow", () => {
  const { emit, connected, delivered } = streaming();
  connected(30, false);
  emit("message", event(31));
  expect(delivered).toEqual(["reset", 31]);
});

test("an undecodable event causes a reset", () => {
  const { emit, connected, delivered } = streaming();
  connected(10);
  emit("message", { type: "message", tenantId: T, epoch: "e1", seq: 11, action: 7 });
  emit("message", event(12));
  expect(delivered).toEqual(["reset", 12]);
});

test("it waits longer after each failure, and waking ends the wait", async () => {
  const { last, clock, opened, client } = streaming();
  for (let failure = 0; failure < 5; failure += 1) {
    last().handlers.onEnd({ kind: "unreachable" });
    if (failure < 4) await clock.pass(8_000);
  }
  const { length } = opened;
  await clock.pass(2_000);
  expect(opened).toHaveLength(length);
  client.wake();
  expect(opened).toHaveLength(length + 1);
});

for (const [status, reason] of [
  [401, "signed-out"],
  [404, "forbidden"],
] as const) {
  test(`an answer of ${status} closes it with a reason`, async () => {
    const { last, clock, opened, client } = streaming();
    last().handlers.onEnd({ kind: "refused", status, code: "X" });
    await clock.pass(600_000);
    expect(opened).toHaveLength(1);
    expect(client.status).toEqual({ status: "closed", reason });
  });
}

test("it closes with the team, and reconnects after a token that only expired", async () => {
  const ended = streaming();
  ended.connected(10);
  ended.emit("unsubscribed", { reason: "deleted" });
  expect(ended.client.status).toEqual({ status: "closed", reason: "deleted" });
  expect(ended.last().isClosed).toBe(true);
  const expired = streaming();
  expired.connected(10);
  expired.emit("unsubscribed", { reason: "expired" });
  expired.last().handlers.onEnd({ kind: "ended" });
  await expired.clock.pass(1_000);
  expect(expired.opened).toHaveLength(2);
});
