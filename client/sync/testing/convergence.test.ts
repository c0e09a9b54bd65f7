import { expect, test } from "bun:test";
import { isSnapshot, type Snapshot } from "../snapshot.ts";
import type { Share } from "./sim-client.ts";
import { type Sabotage, simulate } from "./simulation.ts";

/** `SEEDS=100000 bun test ./client/sync/testing/convergence.test.ts` looks further. */
const SEEDS = Number(process.env["SEEDS"] ?? 300);
const FEW = 60;

const diverging = async (seeds: number, sabotage?: Sabotage): Promise<string[]> => {
  const wrong: string[] = [];
  for (let seed = 1; seed <= seeds; seed += 1) {
    const result = await simulate(seed, sabotage);
    if (result !== null) wrong.push(`seed ${seed}: ${result}`);
  }
  return wrong;
};

test("C1 C2 C3 C4 whatever the order of events, reads, changes, faults and reloads, every page ends as the server's state, and no change is lost or acts twice", async () => {
  const wrong = await diverging(SEEDS);
  expect(wrong.slice(0, 3)).toEqual([]);
}, 120_000);

test("the same runs find a cache that takes every read as it comes", async () => {
  const naive: Share = (_, incoming) => incoming;
  expect((await diverging(FEW, { share: naive })).length).toBeGreaterThan(0);
}, 60_000);

test("the same runs find a cache that only rejects older reads", async () => {
  const newer = (held: Snapshot, read: Snapshot) =>
    held.position.epoch !== read.position.epoch || held.position.seq <= read.position.seq;
  const gateAlone: Share = (held, incoming) =>
    isSnapshot(held) && isSnapshot(incoming) && !newer(held, incoming) ? held : incoming;
  expect((await diverging(FEW, { share: gateAlone })).length).toBeGreaterThan(0);
}, 60_000);

test("the same runs find a page that sends a change again under another key", async () => {
  expect((await diverging(FEW, { newKeys: true })).length).toBeGreaterThan(0);
}, 60_000);

test("the same runs find a page that forgets a change before it is answered", async () => {
  expect((await diverging(FEW, { forgets: true })).length).toBeGreaterThan(0);
}, 60_000);
