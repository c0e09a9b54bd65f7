import { expect, test } from "bun:test";
import { decodeEvent } from "./decode-event.ts";
import { EventBuffer } from "./event-buffer.ts";
import type { Snapshot } from "./snapshot.ts";
import { boardState, idOf, message, SCHEMA, task, taskIn, tasksOf } from "./testing/things.ts";

const ONE = idOf(101);
const at = (seq: number, epoch = "e1") => ({ epoch, seq });
const renamed = (seq: number, title = `v${seq}`) =>
  decodeEvent(SCHEMA, message(seq, "TASK_UPDATED", task(ONE, { title, version: seq })));
const deleted = (seq: number) => decodeEvent(SCHEMA, message(seq, "TASK_DELETED", task(ONE)));
const read = (seq: number, fields: Partial<Snapshot> = {}) =>
  boardState([task(ONE, { title: `read at ${seq}`, version: seq })], { position: at(seq), ...fields });

const bufferWith = (base: number, ...events: ReturnType<typeof renamed>[]) => {
  const buffer = new EventBuffer(SCHEMA);
  buffer.start(at(base));
  buffer.push(events);
  return buffer;
};
const accepted = (buffer: EventBuffer, current: Snapshot | undefined, snapshot: Snapshot) => {
  const reconciled = buffer.reconcile(current, snapshot);
  if (reconciled.kind !== "accepted") throw new Error(reconciled.kind);
  return reconciled.snapshot;
};

test("C2 an older read is brought up by the events after it", () => {
  const state = accepted(bufferWith(10, renamed(11), renamed(12)), undefined, read(11));
  expect(taskIn(state, ONE)?.title).toBe("v12");
  expect(state.position).toEqual(at(12));
});

test("C2 an older read does not bring back what was deleted since", () => {
  expect(tasksOf(accepted(bufferWith(10, renamed(11), deleted(12)), undefined, read(10))).size).toBe(0);
});

test("a read that the buffered events do not reach is stale", () => {
  expect(bufferWith(10, renamed(11)).reconcile(undefined, read(9))).toEqual({ kind: "stale", why: "out-of-reach" });
  expect(bufferWith(10).reconcile(undefined, read(9))).toEqual({ kind: "stale", why: "behind-reset" });
});

test("a read ahead of the events is taken as it is, and they change nothing when they come", () => {
  const buffer = bufferWith(10);
  const state = accepted(buffer, undefined, read(15));
  expect(taskIn(state, ONE)?.title).toBe("read at 15");
  buffer.push([renamed(11)]);
  expect(buffer.reconcile(undefined, state)).toEqual({ kind: "accepted", snapshot: state });
});

test("a state ahead of the events is not replaced by a read behind it", () => {
  expect(bufferWith(10, renamed(11)).reconcile(read(15), read(12))).toEqual({ kind: "superseded" });
});

test("after a reset a read begun before it is stale, and so is one behind its base", () => {
  const buffer = bufferWith(10, renamed(11));
  buffer.reset(at(20, "e2"), 1);
  expect(buffer.reconcile(read(11), read(30, { position: at(30, "e2"), generation: 0 }))).toMatchObject({
    why: "before-reset",
  });
  expect(buffer.reconcile(read(11), read(19, { position: at(19, "e2"), generation: 1 }))).toMatchObject({
    why: "behind-reset",
  });
  expect(buffer.reconcile(read(11), read(30, { generation: 1 }))).toMatchObject({ why: "other-epoch" });
});

test("after a reset the read replaces the state even if it is lower than before", () => {
  const buffer = bufferWith(100, renamed(101));
  buffer.reset(at(20, "e2"), 1);
  const state = accepted(buffer, read(101), read(20, { position: at(20, "e2"), generation: 1 }));
  expect(state.position).toEqual(at(20, "e2"));
});

test("no event is applied to a snapshot from before a reset", () => {
  const buffer = bufferWith(10, renamed(11));
  const state = read(11);
  expect(buffer.isCurrent(state)).toBe(true);
  buffer.reset(at(11), 1);
  expect(buffer.isCurrent(state)).toBe(false);
  expect(buffer.reaches(state, at(12))).toBe(false);
});

test("without events of its own the newer of two reads stays", () => {
  const buffer = new EventBuffer(SCHEMA);
  expect(buffer.reconcile(read(12), read(11))).toEqual({ kind: "superseded" });
  expect(buffer.reconcile(read(11), read(12)).kind).toBe("accepted");
});

test("an event that does not follow is not taken", () => {
  const buffer = bufferWith(10, renamed(12), renamed(11), renamed(11));
  expect(buffer.head).toEqual(at(11));
});

test("old events are let go, and what they would have brought up is refused", () => {
  const buffer = bufferWith(0);
  buffer.push(Array.from({ length: 5_000 }, (_, index) => renamed(index + 1)));
  expect(buffer.reconcile(undefined, read(10)).kind).toBe("stale");
  expect(taskIn(accepted(buffer, undefined, read(4_990)), ONE)?.title).toBe("v5000");
});
