import { expect, test } from "bun:test";
import { settle } from "../../realtime/testing/sim-clock.ts";
import type { Mutation } from "../mutation.ts";
import { browser, problem, type Sent } from "../testing/outbox-browser.ts";
import { idOf, renaming } from "../testing/things.ts";

const [ONE, TWO] = [idOf(101), idOf(102)];

/** What is written instead of another text. */
const rewriting = (id: string): Mutation => ({ ...renaming(id, "New"), base: { title: "Old" } });
const versionsOf = (sent: readonly Sent[]) => sent.map(({ tab, mutation }) => [tab, mutation.ifVersion]);

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
  expect([a.box.pending, b.box.pending]).toEqual([[], []]);
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
  expect(new Set(sent.map(({ mutation }) => JSON.stringify(mutation))).size).toBe(1);
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

test("what another version of the page has left is let alone, and the rest goes on", async () => {
  const { clock, device, sent, at, open } = browser();
  const first = await open("a");
  first.box.add(renaming(ONE, "A"), "A");
  first.box.add(renaming(TWO, "B"), "B");
  await clock.pass(20);
  await at(1).end(problem(403, "FORBIDDEN"));
  first.close();
  sent.length = 0;
  const later: Mutation = { ...renaming(ONE, "Folded"), entity: "fold" };
  const [entry] = device.pending;
  const [rejection] = device.rejections;
  if (entry === undefined || rejection === undefined) throw new Error("nothing is kept");
  device.pending.unshift({ ...entry, key: "later", mutation: later, order: 0 });
  device.rejections.unshift({ ...rejection, id: "later", mutations: [later] });
  const { box } = await open("b");
  expect(sent.map(({ key }) => key)).toEqual(["key1"]);
  expect(box.rejections.map(({ id }) => id)).toEqual(["key2"]);
  await at(0).end(1);
  expect(box.pending).toEqual([]);
  expect(device.pending.map(({ key }) => key)).toEqual(["later"]);
});
