import { expect, test } from "bun:test";
import { NetworkFailure } from "../../browser/api-client.ts";
import { settle } from "../../realtime/testing/sim-clock.ts";
import { browser, problem } from "../testing/outbox-browser.ts";
import { creating, idOf, renaming } from "../testing/things.ts";
import type { Outbox } from "./outbox.ts";

const [ONE, TWO] = [idOf(101), idOf(102)];
const DAY_MS = 86_400_000;

const shownIn = ({ pending }: Outbox) => pending.map(({ key }) => key);

test("a change is on the device before it is sent, by one writing where nothing is ahead of it", async () => {
  const { clock, device, sent, open } = browser();
  const { box } = await open("a");
  device.writeDelay = 100;
  box.add(renaming(ONE, "A"), "A");
  await clock.pass(40);
  expect(sent).toEqual([]);
  await clock.pass(20);
  expect(sent.map(({ key }) => key)).toEqual(["key1"]);
  expect(device.pending.map(({ key, sentAt }) => [key, sentAt !== null])).toEqual([["key1", true]]);
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
  expect(device.pending).toEqual([]);
  expect(box.pending).toEqual([]);
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
  expect([a.box.pending, b.box.pending]).toEqual([[], []]);
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
  expect([a.box.rejections, b.box.rejections]).toEqual([[], []]);
  await at(1).end(1);
  expect([a.box.pending, b.box.pending]).toEqual([[], []]);
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
  expect(sent.map(({ mutation }) => mutation.input["title"])).toEqual(["first", "second"]);
});

test("a refusal is told in every tab, after a reload too, until somebody puts it away", async () => {
  const { clock, device, at, open } = browser();
  const a = await open("a");
  const b = await open("b");
  b.box.add(renaming(ONE, "Lost words"), "The title");
  await clock.pass(20);
  await at(0).end(problem(403, "FORBIDDEN"));
  expect(a.box.pending).toEqual([]);
  expect([a, b].map(({ box }) => box.rejections.length)).toEqual([1, 1]);
  a.close();
  b.close();
  const c = await open("c");
  expect(c.box.rejections).toMatchObject([
    {
      title: "The title",
      mutations: [{ input: { title: "Lost words" } }],
      problem: { code: "FORBIDDEN", status: 403 },
    },
  ]);
  c.box.dismiss(c.box.rejections[0]?.id ?? "");
  await clock.pass(20);
  expect(device.rejections).toEqual([]);
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
  expect(b.box.rejections).toEqual([]);
  expect(device.rejections).toEqual([]);
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
  expect(sent.slice(2).map(({ tab, mutation }) => [tab, mutation.op])).toEqual([["b", "create"]]);
  expect(box.rejections).toMatchObject([{ title: "Old", problem: { code: "OUTDATED" } }]);
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
  expect(box.rejections).toMatchObject([{ title: "First", problem: { code: "OUTDATED" } }]);
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
  expect(box.storageError).toBeInstanceOf(Error);
  await at(0).end(1);
  expect(box.pending).toEqual([]);
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
  expect(b.box.rejections).toHaveLength(1);
  expect(b.box.pending).toEqual([]);
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
  a.box.announceWipe();
  await clock.pass(20);
  expect(b.box.pending).toEqual([]);
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
  expect(box.pending).toEqual([]);
});

test("a change that another window hears of first is shown until one's own has heard of it too", async () => {
  const { clock, here, at, open } = browser();
  here.cursor = 4;
  const a = await open("a");
  const b = await open("b");
  a.box.add(renaming(ONE, "A"), "A");
  await clock.pass(20);
  b.box.confirmByEvent("key1", { epoch: "e1", seq: 5 });
  await clock.pass(20);
  expect(a.box.pending).toMatchObject([{ committedAt: { epoch: "e1", seq: 5 } }]);
  await at(0).end(new NetworkFailure("lost"));
  expect(a.box.pending).toMatchObject([{ committedAt: { epoch: "e1", seq: 5 } }]);
});
