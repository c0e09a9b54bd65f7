import { expect, test } from "bun:test";
import { browser } from "../testing/outbox-browser.ts";
import { creating, idOf, renaming } from "../testing/things.ts";

const [ONE, TWO] = [idOf(101), idOf(102)];

test("mutations in storage that did not answer are sent once it answers", async () => {
  const { clock, device, sent, open } = browser();
  const first = await open("a");
  first.box.add(renaming(ONE, "A"), "A");
  await clock.pass(20);
  first.close();
  sent.length = 0;
  device.isBroken = true;
  const { box } = await open("b");
  expect(box.pending).toEqual([]);
  device.isBroken = false;
  await clock.pass(20_000);
  expect(sent.map(({ tab, key }) => [tab, key])).toEqual([["b", "key1"]]);
});

test("the leader sends a mutation whose tab ended before it could tell the leader", async () => {
  const { clock, device, sent, open } = browser();
  await open("a");
  const b = await open("b");
  device.lostWrites = 0;
  b.box.add(renaming(ONE, "B"), "B");
  b.end();
  await clock.pass(20);
  expect([device.pending.length, sent.length]).toEqual([1, 0]);
  await open("c");
  await clock.pass(20);
  expect(sent.map(({ tab, key }) => [tab, key])).toEqual([["a", "key1"]]);
});

test("a mutation that depends on one outside of storage is not left to the leader, which does not know that one", async () => {
  const { clock, device, sent, at, open } = browser();
  await open("a");
  const b = await open("b");
  device.isFull = true;
  b.box.add(creating(ONE), "New");
  await clock.pass(20);
  device.isFull = false;
  b.box.add(renaming(ONE, "Named"), "New");
  b.box.add(renaming(TWO, "Other"), "Other");
  await clock.pass(20);
  expect(sent.map(({ tab, key }) => [tab, key])).toEqual([
    ["b", "key1"],
    ["a", "key3"],
  ]);
  await at(0).end(1);
  expect(sent.slice(2).map(({ tab, key }) => [tab, key])).toEqual([["b", "key2"]]);
});

test("a tab that reads an answered mutation from storage learns from the others that it is answered", async () => {
  const { clock, device, sent, at, open } = browser();
  const a = await open("a");
  a.box.add(renaming(ONE, "A"), "A");
  await clock.pass(20);
  const [stored] = device.pending;
  await at(0).end(1);
  // As if the tab that got the answer had ended before it removed the mutation.
  if (stored !== undefined) device.pending.push(stored);
  const { box } = await open("b");
  await clock.pass(20);
  expect(box.pending).toEqual([]);
  expect(device.pending).toEqual([]);
  expect(sent).toHaveLength(1);
});
