import { expect, test } from "bun:test";
import type { ProblemCode } from "../../../shared/problem.ts";
import { type ApiAnswer, ApiProblem, NetworkFailure } from "../../browser/api-client.ts";
import { SimClock, settle } from "../../realtime/testing/sim-clock.ts";
import type { Intent, IntentKind } from "../mutations.ts";
import { BOARD_ID, creating, DOING, idOf, moving, renaming, TODO } from "../testing/things.ts";
import { Outbox } from "./outbox.ts";
import type { Entry } from "./pending-mutation.ts";

const ONE = idOf(101);
const TWO = idOf(102);
const THREE = idOf(103);
const OTHER_BOARD_ID = idOf(9);

type Sent = {
  readonly intent: Intent;
  readonly key: string;
  readonly answer: (seq: number) => Promise<void>;
  readonly fail: (error: Error) => Promise<void>;
};

const outbox = () => {
  const clock = new SimClock();
  const sent: Sent[] = [];
  const here = { clock, sent, cursor: 0, signedOut: 0 };
  let count = 0;
  const box = new Outbox({
    send: (intent, key) => {
      const { promise, resolve, reject } = Promise.withResolvers<ApiAnswer<unknown>>();
      sent.push({
        intent,
        key,
        answer: (seq) => {
          resolve({ status: 200, data: { seq }, position: { epoch: "e1", seq }, etag: null });
          return settle();
        },
        fail: (error) => {
          reject(error);
          return settle();
        },
      });
      return promise;
    },
    isHeld: ({ reached }: Entry) => reached === null || reached.seq <= here.cursor,
    changed: () => {},
    answered: () => {},
    signedOut: () => {
      here.signedOut += 1;
    },
    clock,
    random: () => 0,
    newId: () => {
      count += 1;
      return `key${count}`;
    },
    prepare: (intent) => intent,
    rebase: async (intent) => intent,
    unverified: () => {},
    wiped: () => {},
  });
  box.open(null);
  return Object.assign(here, { box });
};

const remove = (id: string): Intent => ({ kind: "task.delete", boardId: BOARD_ID, id });
const problem = (status: number, code: ProblemCode, retryAfter: number | null = null) =>
  new ApiProblem(code, status, "no", [], retryAfter);
const at = (sent: readonly Sent[], index: number): Sent => {
  const each = sent.at(index);
  if (each === undefined) throw new Error(`nothing was sent as number ${index}`);
  return each;
};

test("C4 a request is repeated under the same key until it is answered", async () => {
  const { box, sent, clock } = outbox();
  box.add(renaming(ONE, "A"), "A");
  await at(sent, 0).fail(new NetworkFailure("nothing"));
  await clock.pass(10_000);
  await at(sent, 1).fail(problem(503, "UNAVAILABLE"));
  await clock.pass(10_000);
  await at(sent, 2).fail(problem(409, "IDEMPOTENCY_KEY_IN_USE"));
  await clock.pass(10_000);
  expect(sent.map(({ key }) => key)).toEqual(["key1", "key1", "key1", "key1"]);
});

test("a wait that the server asks for is kept", async () => {
  const { box, sent, clock } = outbox();
  box.add(renaming(ONE, "A"), "A");
  await at(sent, 0).fail(problem(429, "RATE_LIMITED", 7));
  await clock.pass(6_999);
  expect(sent).toHaveLength(1);
  await clock.pass(1);
  expect(sent).toHaveLength(2);
});

test("what follows from an earlier change waits for its answer, what does not goes beside it", async () => {
  const { box, sent } = outbox();
  box.add(creating(ONE), "New");
  box.add(renaming(ONE, "A"), "A");
  box.add(renaming(TWO, "B"), "B");
  expect(sent.map(({ intent }) => intent.kind)).toEqual(["task.create", "task.update"]);
  await at(sent, 0).answer(1);
  expect(sent).toHaveLength(3);
});

test("a column is deleted when all that was moved out of it has arrived elsewhere, and what comes after waits for it", async () => {
  const { box, sent } = outbox();
  box.add(moving(ONE, DOING), "A");
  box.add(moving(TWO, DOING), "B");
  box.add({ kind: "column.delete", boardId: BOARD_ID, id: TODO }, "To do");
  box.add(renaming(THREE, "C"), "C");
  const kinds = () => sent.map(({ intent }) => intent.kind);
  expect(kinds()).toEqual(["task.move"]);
  await at(sent, 0).answer(1);
  expect(kinds()).toEqual(["task.move", "task.move"]);
  await at(sent, 1).answer(2);
  expect(kinds()).toEqual(["task.move", "task.move", "column.delete"]);
  await at(sent, 2).answer(3);
  expect(kinds()).toEqual(["task.move", "task.move", "column.delete", "task.update"]);
});

test("a column is not deleted when what was to be moved out of it stayed, and both can be done again", async () => {
  const { box, sent } = outbox();
  box.add(moving(ONE, DOING), "A");
  box.add({ kind: "column.delete", boardId: BOARD_ID, id: TODO }, "To do");
  box.add({ kind: "column.delete", boardId: OTHER_BOARD_ID, id: idOf(13) }, "Elsewhere");
  await at(sent, 0).fail(problem(403, "FORBIDDEN"));
  const kinds: IntentKind[] = ["task.move", "column.delete"];
  expect(box.refusals.map(({ intents }) => intents.map(({ kind }) => kind))).toEqual([kinds]);
  expect(box.entries.map(({ title }) => title)).toEqual(["Elsewhere"]);
  box.retry(box.refusals[0]?.id ?? "");
  await at(sent, 2).answer(1);
  expect(sent.map(({ intent }) => intent.kind)).toEqual(["task.move", "column.delete", ...kinds]);
});

test("an answered change is shown until the confirmed state holds it", async () => {
  const here = outbox();
  here.box.add(renaming(ONE, "A"), "A");
  await at(here.sent, 0).answer(5);
  here.cursor = 4;
  here.box.prune();
  expect(here.box.entries.map(({ status, held }) => [status, held])).toEqual([["answered", false]]);
  here.cursor = 5;
  here.box.prune();
  expect(here.box.entries).toEqual([]);
});

test("the echo of one's own change ends its being shown before the answer comes", async () => {
  const here = outbox();
  here.box.add(renaming(ONE, "A"), "A");
  here.box.echo("key1", { epoch: "e1", seq: 5 });
  here.cursor = 6;
  here.box.prune();
  expect(here.box.entries.map(({ held }) => held)).toEqual([true]);
  await at(here.sent, 0).answer(5);
  expect(here.box.entries).toEqual([]);
});

test("a change whose answer was lost is settled by its echo and not sent again", async () => {
  const here = outbox();
  here.box.add(renaming(ONE, "A"), "A");
  await at(here.sent, 0).fail(new NetworkFailure("lost"));
  here.cursor = 5;
  here.box.echo("key1", { epoch: "e1", seq: 5 });
  here.box.prune();
  await here.clock.pass(60_000);
  expect(here.sent).toHaveLength(1);
  expect(here.box.entries).toEqual([]);
});

test("a refused change is taken back with its reason, and can be done again under another key", async () => {
  const { box, sent } = outbox();
  box.add(renaming(ONE, "A"), "The title");
  await at(sent, 0).fail(problem(403, "FORBIDDEN"));
  expect(box.entries).toEqual([]);
  const [refusal] = box.refusals;
  expect(refusal).toMatchObject({ title: "The title", problem: { code: "FORBIDDEN" } });
  box.retry(refusal?.id ?? "");
  expect(box.refusals).toEqual([]);
  expect(at(sent, 1).intent).toEqual(at(sent, 0).intent);
  expect(at(sent, 1).key).not.toBe(at(sent, 0).key);
});

test("a refused creation takes along what was to be done to what it would have made", async () => {
  const { box, sent } = outbox();
  box.add(creating(ONE), "New");
  box.add(renaming(ONE, "A"), "New");
  box.add(renaming(TWO, "B"), "Two");
  await at(sent, 0).fail(problem(422, "INVALID"));
  expect(box.entries.map(({ intent }) => "id" in intent && intent.id)).toEqual([TWO]);
  expect(box.refusals.map(({ intents }) => intents.length)).toEqual([2]);
  box.retry(box.refusals[0]?.id ?? "");
  expect(sent.slice(2).map(({ intent }) => intent.kind)).toEqual(["task.create"]);
});

test("deleting what is gone already is no refusal", async () => {
  const { box, sent } = outbox();
  box.add(remove(ONE), "One");
  await at(sent, 0).fail(problem(404, "NOT_FOUND"));
  expect(box.refusals).toEqual([]);
  expect(box.entries).toEqual([]);
});

test("without a session the changes wait for one", async () => {
  const here = outbox();
  here.box.add(renaming(ONE, "A"), "A");
  await at(here.sent, 0).fail(problem(401, "UNAUTHENTICATED"));
  expect(here.signedOut).toBe(1);
  expect(here.box.entries).toHaveLength(1);
  here.box.wake();
  expect(here.sent).toHaveLength(2);
});

test("a request that the server breaks on does not hold up the others for ever", async () => {
  const { box, sent, clock } = outbox();
  box.add(renaming(ONE, "A"), "A");
  for (let tries = 0; tries < 5; tries += 1) {
    await at(sent, -1).fail(problem(500, "INTERNAL"));
    await clock.pass(60_000);
  }
  expect(box.refusals).toHaveLength(1);
});

test("who called hears of a refusal instead of the list", async () => {
  const { box, sent } = outbox();
  const heard: string[] = [];
  const caller = { answered: () => heard.push("answered"), refused: ({ message }: Error) => heard.push(message) };
  box.add(creating(ONE), "New", caller);
  await at(sent, 0).fail(problem(403, "FORBIDDEN"));
  expect(heard).toEqual(["no"]);
  expect(box.refusals).toEqual([]);
});

test("nothing of one person's is sent or answered after clearing", async () => {
  const { box, sent, clock } = outbox();
  box.add(creating(ONE), "New");
  box.add(renaming(ONE, "A"), "A");
  box.clear();
  await at(sent, 0).answer(1);
  await clock.pass(60_000);
  expect(sent).toHaveLength(1);
  expect(box.entries).toEqual([]);
});
