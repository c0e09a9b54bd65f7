import { expect, test } from "bun:test";
import type { ProblemCode } from "../../../shared/problem.ts";
import { type ApiAnswer, ApiProblem, NetworkFailure } from "../../browser/api-client.ts";
import { SimClock, settle } from "../../realtime/testing/sim-clock.ts";
import type { Mutation } from "../mutation.ts";
import { creating, DOING, idOf, moving, removing, removingColumn, renaming, SCHEMA, TODO } from "../testing/things.ts";
import { Outbox } from "./outbox.ts";
import type { PendingMutation } from "./pending-mutation.ts";

const ONE = idOf(101);
const TWO = idOf(102);
const THREE = idOf(103);
const OTHER_BOARD_ID = idOf(9);

type Sent = {
  readonly mutation: Mutation;
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
    schema: SCHEMA,
    send: (mutation, key) => {
      const { promise, resolve, reject } = Promise.withResolvers<ApiAnswer<unknown>>();
      sent.push({
        mutation,
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
    isConfirmed: ({ committedAt }: PendingMutation) => committedAt === null || committedAt.seq <= here.cursor,
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
    prepare: (mutation) => mutation,
    rebase: async (mutation) => mutation,
    unverified: () => {},
    wiped: () => {},
  });
  box.open(null);
  return Object.assign(here, { box });
};

const kindOf = ({ mutation }: Pick<Sent, "mutation">) => `${mutation.entity}.${mutation.op}`;
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
  expect(sent.map(kindOf)).toEqual(["task.create", "task.update"]);
  await at(sent, 0).answer(1);
  expect(sent).toHaveLength(3);
});

test("a column is deleted when all that was moved out of it has arrived elsewhere, and what comes after waits for it", async () => {
  const { box, sent } = outbox();
  box.add(moving(ONE, DOING), "A");
  box.add(moving(TWO, DOING), "B");
  box.add(removingColumn(TODO), "To do");
  box.add(renaming(THREE, "C"), "C");
  const kinds = () => sent.map(kindOf);
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
  box.add(removingColumn(TODO), "To do");
  box.add({ ...removingColumn(idOf(13)), scope: { board: OTHER_BOARD_ID } }, "Elsewhere");
  await at(sent, 0).fail(problem(403, "FORBIDDEN"));
  const kinds = ["task.move", "column.delete"];
  expect(box.rejections.map(({ mutations }) => mutations.map((mutation) => kindOf({ mutation })))).toEqual([kinds]);
  expect(box.pending.map(({ title }) => title)).toEqual(["Elsewhere"]);
  box.retry(box.rejections[0]?.id ?? "");
  await at(sent, 2).answer(1);
  expect(sent.map(kindOf)).toEqual(["task.move", "column.delete", ...kinds]);
});

test("an answered change is shown until the confirmed state holds it", async () => {
  const here = outbox();
  here.box.add(renaming(ONE, "A"), "A");
  await at(here.sent, 0).answer(5);
  here.cursor = 4;
  here.box.dropConfirmed();
  expect(here.box.pending.map(({ status, isConfirmed }) => [status, isConfirmed])).toEqual([["answered", false]]);
  here.cursor = 5;
  here.box.dropConfirmed();
  expect(here.box.pending).toEqual([]);
});

test("the echo of one's own change ends its being shown before the answer comes", async () => {
  const here = outbox();
  here.box.add(renaming(ONE, "A"), "A");
  here.box.confirmByEvent("key1", { epoch: "e1", seq: 5 });
  here.cursor = 6;
  here.box.dropConfirmed();
  expect(here.box.pending.map(({ isConfirmed }) => isConfirmed)).toEqual([true]);
  await at(here.sent, 0).answer(5);
  expect(here.box.pending).toEqual([]);
});

test("a change whose answer was lost is settled by its echo and not sent again", async () => {
  const here = outbox();
  here.box.add(renaming(ONE, "A"), "A");
  await at(here.sent, 0).fail(new NetworkFailure("lost"));
  here.cursor = 5;
  here.box.confirmByEvent("key1", { epoch: "e1", seq: 5 });
  here.box.dropConfirmed();
  await here.clock.pass(60_000);
  expect(here.sent).toHaveLength(1);
  expect(here.box.pending).toEqual([]);
});

test("a refused change is taken back with its reason, and can be done again under another key", async () => {
  const { box, sent } = outbox();
  box.add(renaming(ONE, "A"), "The title");
  await at(sent, 0).fail(problem(403, "FORBIDDEN"));
  expect(box.pending).toEqual([]);
  const [refusal] = box.rejections;
  expect(refusal).toMatchObject({ title: "The title", problem: { code: "FORBIDDEN" } });
  box.retry(refusal?.id ?? "");
  expect(box.rejections).toEqual([]);
  expect(at(sent, 1).mutation).toEqual(at(sent, 0).mutation);
  expect(at(sent, 1).key).not.toBe(at(sent, 0).key);
});

test("a refused creation takes along what was to be done to what it would have made", async () => {
  const { box, sent } = outbox();
  box.add(creating(ONE), "New");
  box.add(renaming(ONE, "A"), "New");
  box.add(renaming(TWO, "B"), "Two");
  await at(sent, 0).fail(problem(422, "INVALID"));
  expect(box.pending.map(({ mutation }) => mutation.id)).toEqual([TWO]);
  expect(box.rejections.map(({ mutations }) => mutations.length)).toEqual([2]);
  box.retry(box.rejections[0]?.id ?? "");
  expect(sent.slice(2).map(kindOf)).toEqual(["task.create"]);
});

test("deleting what is gone already is no refusal", async () => {
  const { box, sent } = outbox();
  box.add(removing(ONE), "One");
  await at(sent, 0).fail(problem(404, "NOT_FOUND"));
  expect(box.rejections).toEqual([]);
  expect(box.pending).toEqual([]);
});

test("without a session the changes wait for one", async () => {
  const here = outbox();
  here.box.add(renaming(ONE, "A"), "A");
  await at(here.sent, 0).fail(problem(401, "UNAUTHENTICATED"));
  expect(here.signedOut).toBe(1);
  expect(here.box.pending).toHaveLength(1);
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
  expect(box.rejections).toHaveLength(1);
});

test("who called hears of a refusal instead of the list", async () => {
  const { box, sent } = outbox();
  const heard: string[] = [];
  const caller = { answered: () => heard.push("answered"), refused: ({ message }: Error) => heard.push(message) };
  box.add(creating(ONE), "New", caller);
  await at(sent, 0).fail(problem(403, "FORBIDDEN"));
  expect(heard).toEqual(["no"]);
  expect(box.rejections).toEqual([]);
});

test("nothing of one person's is sent or answered after clearing", async () => {
  const { box, sent, clock } = outbox();
  box.add(creating(ONE), "New");
  box.add(renaming(ONE, "A"), "A");
  box.clear();
  await at(sent, 0).answer(1);
  await clock.pass(60_000);
  expect(sent).toHaveLength(1);
  expect(box.pending).toEqual([]);
});
