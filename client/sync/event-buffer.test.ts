import { expect, test } from "bun:test";
import { factOf } from "./decode-event.ts";
import { TenantLog } from "./event-buffer.ts";
import type { BoardState } from "./snapshots.ts";
import { taskIn } from "./task-table.ts";
import { boardState, idOf, message, task } from "./testing/things.ts";

const ONE = idOf(101);
const at = (seq: number, epoch = "e1") => ({ epoch, seq });
const renamed = (seq: number, title = `v${seq}`) =>
  factOf(message(seq, "TASK_UPDATED", task(ONE, { title, version: seq })));
const deleted = (seq: number) => factOf(message(seq, "TASK_DELETED", task(ONE)));
const read = (seq: number, fields: Partial<BoardState> = {}) =>
  boardState([task(ONE, { title: `read at ${seq}`, version: seq })], { position: at(seq), ...fields });

const logWith = (base: number, ...facts: ReturnType<typeof renamed>[]) => {
  const log = new TenantLog();
  log.start(at(base));
  log.push(facts);
  return log;
};
const taken = (log: TenantLog, held: BoardState | undefined, state: BoardState) => {
  const verdict = log.judge(held, state);
  if (verdict.kind !== "taken" || verdict.state.kind !== "board") throw new Error(verdict.kind);
  return verdict.state;
};

test("C2 an older read is brought up by the events kept since", () => {
  const state = taken(logWith(10, renamed(11), renamed(12)), undefined, read(11));
  expect(taskIn(state.tasks, ONE)?.title).toBe("v12");
  expect(state.position).toEqual(at(12));
});

test("C2 an older read does not bring back what was deleted since", () => {
  expect(taken(logWith(10, renamed(11), deleted(12)), undefined, read(10)).tasks.byId.size).toBe(0);
});

test("a read that the kept events do not reach is refused", () => {
  expect(logWith(10, renamed(11)).judge(undefined, read(9))).toEqual({ kind: "refused", why: "out-of-reach" });
  expect(logWith(10).judge(undefined, read(9))).toEqual({ kind: "refused", why: "behind-cut" });
});

test("a read ahead of the events is taken as it is, and they change nothing when they come", () => {
  const log = logWith(10);
  const state = taken(log, undefined, read(15));
  expect(taskIn(state.tasks, ONE)?.title).toBe("read at 15");
  log.push([renamed(11)]);
  expect(log.fold(state)).toBe(state);
});

test("a state ahead of the events is not replaced by a read behind it", () => {
  expect(logWith(10, renamed(11)).judge(read(15), read(12))).toEqual({ kind: "kept" });
});

test("after a cut a read begun before it is refused, and one that does not reach the cut", () => {
  const log = logWith(10, renamed(11));
  log.cut(at(20, "e2"), 1);
  expect(log.judge(read(11), read(30, { position: at(30, "e2"), begun: 0 }))).toMatchObject({ why: "before-cut" });
  expect(log.judge(read(11), read(19, { position: at(19, "e2"), begun: 1 }))).toMatchObject({ why: "behind-cut" });
  expect(log.judge(read(11), read(30, { begun: 1 }))).toMatchObject({ why: "other-epoch" });
});

test("after a cut the read replaces the state even if it is lower than before", () => {
  const log = logWith(100, renamed(101));
  log.cut(at(20, "e2"), 1);
  const state = taken(log, read(101), read(20, { position: at(20, "e2"), begun: 1 }));
  expect(state.position).toEqual(at(20, "e2"));
});

test("no event is folded onto a state of before a cut", () => {
  const log = logWith(10, renamed(11));
  const state = read(11);
  expect(log.isCurrent(state)).toBe(true);
  log.cut(at(11), 1);
  expect(log.isCurrent(state)).toBe(false);
  expect(log.holds(state, at(12))).toBe(false);
});

test("without events of its own the newer of two reads stays", () => {
  const log = new TenantLog();
  expect(log.judge(read(12), read(11))).toEqual({ kind: "kept" });
  expect(log.judge(read(11), read(12)).kind).toBe("taken");
});

test("an event that does not follow is not taken", () => {
  const log = logWith(10, renamed(12), renamed(11), renamed(11));
  expect(log.head).toEqual(at(11));
});

test("old events are let go, and what they would have brought up is refused", () => {
  const log = logWith(0);
  log.push(Array.from({ length: 5_000 }, (_, index) => renamed(index + 1)));
  expect(log.judge(undefined, read(10)).kind).toBe("refused");
  expect(taskIn(taken(log, undefined, read(4_990)).tasks, ONE)?.title).toBe("v5000");
});
