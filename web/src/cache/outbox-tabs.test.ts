import { expect, test } from "bun:test";
import type { ProblemCode } from "../../../shared/problem.ts";
import { type ApiAnswer, ApiProblem, NetworkFailure } from "../lib/api-client.ts";
import { SimClock, settle } from "../realtime/testing/sim-clock.ts";
import type { Intent } from "./intents.ts";
import { Outbox } from "./outbox.ts";
import { SimBrowser } from "./testing/sim-device.ts";
import { creating, idOf, renaming, USER_ID } from "./testing/things.ts";

const [ONE, TWO] = [idOf(101), idOf(102)];
const DAY_MS = 86_400_000;

const problem = (status: number, code: ProblemCode) => new ApiProblem(code, status, "no");

type Sent = {
  readonly tab: string;
  readonly key: string;
  readonly intent: Intent;
  readonly end: (what: number | Error) => Promise<void>;
};

/** One browser with the tabs of one person. */
const browser = () => {
  const clock = new SimClock();
  const device = new SimBrowser(clock, () => 0.5);
  const sent: Sent[] = [];
  let count = 0;
  const here = { cursor: Number.POSITIVE_INFINITY };
  /** `version`: at which one this tab has the task of a text. */
  const open = async (tab: string, { isAllowed = true, version = 1 } = {}) => {
    const { port, end, look } = device.openTab();
    const box = new Outbox({
      send: (intent, key) => {
        const { promise, resolve, reject } = Promise.withResolvers<ApiAnswer<unknown>>();
        const finish = async (what: number | Error) => {
          if (what instanceof Error) reject(what);
          else resolve({ status: 200, data: what, position: { epoch: "e1", seq: what }, etag: null });
          await settle();
          await clock.pass(20);
        };
        sent.push({ tab, key, intent, end: finish });
        return promise;
      },
      prepare: (intent) => (intent.kind === "task.update" ? { ...intent, ifVersion: version } : intent),
      rebase: async (intent) => (intent.kind === "task.update" ? { ...intent, ifVersion: version + 10 } : "conflict"),
      isHeld: ({ reached }) => reached === null || reached.seq <= here.cursor,
      changed: () => {},
      answered: () => {},
      signedOut: () => {},
      unverified: () => {},
      wiped: () => box.clear(),
      clock,
      random: () => 0,
      newId: () => {
        count += 1;
        return `key${count}`;
      },
    });
    box.allow(isAllowed);
    box.open((await port.open(clock)).outbox(USER_ID));
    await clock.pass(20);
    const close = () => {
      end();
      box.clear();
    };
    return { box, end, look, close };
  };
  const at = (index: number): Sent => {
    const each = sent.at(index);
    if (each === undefined) throw new Error(`nothing was sent as number ${index}`);
    return each;
  };
  return { clock, device, sent, here, at, open };
};
/** What is written instead of another text. */
const rewriting = (id: string): Intent => ({ ...renaming(id, "New"), base: { title: "Old" } });
const versionsOf = (sent: readonly Sent[]) =>
  sent.map(({ tab, intent }) => [tab, intent.kind === "task.update" && intent.ifVersion]);
const shownIn = ({ entries }: Outbox) => entries.map(({ key }) => key);

test("a change is on the device before it is sent", async () => {
  const { clock, device, sent, open } = browser();
  const { box } = await open("a");
  device.writeDelay = 100;
  box.add(renaming(ONE, "A"), "A");
  await clock.pass(40);
  expect(sent).toEqual([]);
  await clock.pass(100);
  expect(sent.map(({ key }) => key)).toEqual(["key1"]);
  expect(device.entries.map(({ key, sentAt }) => [key, sentAt !== null])).toEqual([["key1", true]]);
});

test("C4 what a page left unanswered is sent by the next one, in its order and under its key", async () => {
  const { clock, device, sent, at, open } = browser();
  const first = await open("a");
  first.box.add(creating(ONE), "New");
  first.box.add(renaming(ONE, "A"), "New");
  await clock.pass(20);
  first.close();
  const { box } = await open("b");
  expect(shownIn(box)).toEqual(["key1", "key2"]);
  expect(sent.map(({ tab, key }) => [tab, key])).toEqual([
    ["a", "key1"],
    ["b", "key1"],
  ]);
  await at(1).end(1);
  await at(2).end(2);
  expect(device.entries).toEqual([]);
  expect(box.entries).toEqual([]);
});

test("of two tabs one sends, and both show what either of them does", async () => {
  const { clock, sent, at, open } = browser();
  const a = await open("a");
  const b = await open("b");
  b.box.add(renaming(ONE, "B"), "B");
  await clock.pass(20);
  expect(sent.map(({ tab }) => tab)).toEqual(["a"]);
  expect([shownIn(a.box), shownIn(b.box)]).toEqual([["key1"], ["key1"]]);
  await at(0).end(1);
  expect([a.box.entries, b.box.entries]).toEqual([[], []]);
});

test("when the tab that sends dies, another one goes on under the same key", async () => {
  const { clock, sent, open } = browser();
  const a = await open("a");
  const b = await open("b");
  b.box.add(renaming(ONE, "B"), "B");
  await clock.pass(20);
  a.end();
  await clock.pass(20);
  expect(sent.map(({ tab, key }) => [tab, key])).toEqual([
    ["a", "key1"],
    ["b", "key1"],
  ]);
});

test("the tab that is looked at sends, and a refusal that the other one hears late is not believed", async () => {
  const { clock, sent, at, open } = browser();
  const a = await open("a");
  const b = await open("b");
  a.box.add(renaming(ONE, "A"), "A");
  await clock.pass(20);
  b.look();
  await clock.pass(20);
  expect(sent.map(({ tab }) => tab)).toEqual(["a", "b"]);
  await at(0).end(problem(403, "FORBIDDEN"));
  expect([a.box.refusals, b.box.refusals]).toEqual([[], []]);
  await at(1).end(1);
  expect([a.box.entries, b.box.entries]).toEqual([[], []]);
});

test("changes of two tabs on one thing are sent in the order of their making", async () => {
  const { clock, sent, at, open } = browser();
  const a = await open("a");
  const b = await open("b");
  b.box.add(renaming(ONE, "first"), "");
  await clock.pass(20);
  a.box.add(renaming(ONE, "second"), "");
  await clock.pass(20);
  expect(sent).toHaveLength(1);
  await at(0).end(1);
  expect(sent.map(({ intent }) => intent.kind === "task.update" && intent.change.title)).toEqual(["first", "second"]);
});

test("a refusal is told in every tab, after a reload too, until somebody puts it away", async () => {
  const { clock, device, at, open } = browser();
  const a = await open("a");
  const b = await open("b");
  b.box.add(renaming(ONE, "Lost words"), "The title");
  await clock.pass(20);
  await at(0).end(problem(403, "FORBIDDEN"));
  expect(a.box.entries).toEqual([]);
  expect([a, b].map(({ box }) => box.refusals.length)).toEqual([1, 1]);
  a.close();
  b.close();
  const c = await open("c");
  expect(c.box.refusals).toMatchObject([
    { title: "The title", intents: [{ change: { title: "Lost words" } }], problem: { code: "FORBIDDEN", status: 403 } },
  ]);
  c.box.dismiss(c.box.refusals[0]?.id ?? "");
  await clock.pass(20);
  expect(device.refusals).toEqual([]);
});

test("who waits in another tab for the answer hears it there", async () => {
  const { clock, device, at, open } = browser();
  await open("a");
  const b = await open("b");
  const heard: string[] = [];
  const caller = { answered: (data: unknown) => heard.push(`answer ${data}`), refused: () => heard.push("refused") };
  b.box.add(creating(ONE), "", caller);
  b.box.add(creating(TWO), "", caller);
  await clock.pass(20);
  await at(0).end(7);
  await at(1).end(problem(403, "FORBIDDEN"));
  await clock.pass(20);
  expect(heard).toEqual(["answer 7", "refused"]);
  expect(b.box.refusals).toEqual([]);
  expect(device.refusals).toEqual([]);
});

test("C4 what the server may have had and forgotten is told instead of sent once more", async () => {
  const { clock, at, sent, open } = browser();
  const a = await open("a");
  a.box.add(renaming(ONE, "A"), "Old");
  a.box.add(creating(TWO), "Made");
  await clock.pass(20);
  await at(0).end(new NetworkFailure("the answer was lost"));
  a.close();
  await clock.pass(8 * DAY_MS);
  const { box } = await open("b");
  expect(sent.slice(2).map(({ tab, intent }) => [tab, intent.kind])).toEqual([["b", "task.create"]]);
  expect(box.refusals).toMatchObject([{ title: "Old", problem: { code: "OUTDATED" } }]);
});

test("what was never sent is sent however old it is", async () => {
  const { clock, at, sent, open } = browser();
  const a = await open("a");
  a.box.add(renaming(TWO, "A"), "");
  await clock.pass(20);
  await at(0).end(new NetworkFailure("offline"));
  a.box.add(renaming(ONE, "B"), "");
  await clock.pass(20);
  a.close();
  await clock.pass(30 * DAY_MS);
  await open("b");
  expect(sent.slice(1).map(({ key }) => key)).toEqual(["key2"]);
});

test("what only waited for another change was never sent", async () => {
  const { clock, sent, open } = browser();
  const a = await open("a");
  a.box.add(renaming(ONE, "first"), "First");
  a.box.add(renaming(ONE, "second"), "Second");
  await clock.pass(20);
  a.close();
  await clock.pass(8 * DAY_MS);
  const { box } = await open("b");
  expect(box.refusals).toMatchObject([{ title: "First", problem: { code: "OUTDATED" } }]);
  expect(sent.map(({ tab, key }) => [tab, key])).toEqual([
    ["a", "key1"],
    ["b", "key2"],
  ]);
});

test("a device that takes no more does not hold changes up, and says that it forgets them", async () => {
  const { clock, device, at, open } = browser();
  const { box } = await open("a");
  device.isFull = true;
  box.add(renaming(ONE, "A"), "A");
  await clock.pass(20);
  expect(box.isForgetful).toBe(true);
  await at(0).end(1);
  expect(box.entries).toEqual([]);
});

test("what only this page holds is sent by it, also beside a tab that sends the others", async () => {
  const { clock, device, sent, at, open } = browser();
  await open("a");
  const b = await open("b");
  b.box.add(renaming(ONE, "first"), "");
  await clock.pass(20);
  device.isFull = true;
  b.box.add(renaming(ONE, "second"), "");
  b.box.add(renaming(TWO, "other"), "");
  await clock.pass(20);
  expect(sent.map(({ tab, key }) => [tab, key])).toEqual([
    ["a", "key1"],
    ["b", "key3"],
  ]);
  await at(0).end(1);
  expect(sent.slice(2).map(({ tab, key }) => [tab, key])).toEqual([["b", "key2"]]);
  await at(1).end(new NetworkFailure("lost"));
  await at(2).end(problem(403, "FORBIDDEN"));
  await clock.pass(5_000);
  await at(3).end(2);
  expect(b.box.refusals).toHaveLength(1);
  expect(b.box.entries).toEqual([]);
});

test("nobody's changes are sent before it is certain who is here", async () => {
  const { clock, sent, open } = browser();
  const first = await open("a");
  first.box.add(renaming(ONE, "A"), "A");
  await clock.pass(20);
  first.close();
  sent.length = 0;
  const { box } = await open("b", { isAllowed: false });
  box.wake();
  box.add(renaming(TWO, "B"), "B");
  await clock.pass(20);
  expect(sent).toEqual([]);
  expect(shownIn(box)).toEqual(["key1", "key2"]);
  box.allow(true);
  await clock.pass(20);
  expect(sent.map(({ key }) => key)).toEqual(["key1", "key2"]);
});

test("signing out in one tab takes the changes from the other", async () => {
  const { clock, open } = browser();
  const a = await open("a");
  const b = await open("b");
  b.box.add(renaming(ONE, "A"), "A");
  await clock.pass(20);
  a.box.tellWiped();
  await clock.pass(20);
  expect(b.box.entries).toEqual([]);
});

test("what was answered while a new tab was reading the device does not stay in that tab", async () => {
  const { clock, device, at, open } = browser();
  const a = await open("a");
  a.box.add(renaming(ONE, "A"), "A");
  await clock.pass(20);
  device.writeDelay = 100;
  const opening = open("b");
  await settle();
  await at(0).end(1);
  const { box } = await opening;
  await clock.pass(200);
  expect(box.entries).toEqual([]);
});

test("a change that another window hears of first is shown until one's own has heard of it too", async () => {
  const { clock, here, at, open } = browser();
  here.cursor = 4;
  const a = await open("a");
  const b = await open("b");
  a.box.add(renaming(ONE, "A"), "A");
  await clock.pass(20);
  b.box.echo("key1", { epoch: "e1", seq: 5 });
  await clock.pass(20);
  expect(a.box.entries).toMatchObject([{ reached: { epoch: "e1", seq: 5 } }]);
  await at(0).end(new NetworkFailure("lost"));
  expect(a.box.entries).toMatchObject([{ reached: { epoch: "e1", seq: 5 } }]);
});

test("a change that is answered while the device is read does not come back", async () => {
  const { clock, device, sent, at, open } = browser();
  const a = await open("a");
  const b = await open("b");
  b.box.add(renaming(ONE, "A"), "A");
  await clock.pass(20);
  device.writeDelay = 100;
  b.look();
  await settle();
  a.look();
  await settle();
  await at(0).end(1);
  await clock.pass(500);
  expect(sent.filter(({ tab }) => tab === "a")).toHaveLength(1);
  expect([a.box.entries, b.box.entries]).toEqual([[], []]);
});

test("C4 the tab that takes over sends the very request that the other one sent under the key", async () => {
  const { clock, sent, open } = browser();
  const a = await open("a", { version: 1 });
  const b = await open("b", { version: 2 });
  b.box.add(rewriting(ONE), "A");
  await clock.pass(20);
  a.end();
  await clock.pass(20);
  expect(versionsOf(sent)).toEqual([
    ["a", 1],
    ["b", 1],
  ]);
});

test("C4 of two tabs that begin to send a change at once both send the same request", async () => {
  const { clock, device, sent, open } = browser();
  const a = await open("a", { version: 1 });
  const b = await open("b", { version: 2 });
  a.box.add(rewriting(ONE), "A");
  device.writeDelay = 100;
  await clock.pass(10);
  device.writeDelay = 1;
  b.look();
  await clock.pass(200);
  expect(sent.map(({ tab }) => tab).toSorted()).toEqual(["a", "b"]);
  expect(new Set(sent.map(({ intent }) => JSON.stringify(intent))).size).toBe(1);
});

test("C4 what was sent on a later version is sent so by the tab that takes over", async () => {
  const { clock, sent, at, open } = browser();
  const a = await open("a", { version: 1 });
  await open("b", { version: 2 });
  a.box.add(rewriting(ONE), "A");
  await clock.pass(20);
  await at(0).end(problem(412, "VERSION_MISMATCH"));
  a.end();
  await clock.pass(20);
  expect(versionsOf(sent)).toEqual([
    ["a", 1],
    ["a", 11],
    ["b", 11],
  ]);
});
