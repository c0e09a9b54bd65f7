import { expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { fromRoot } from "../../scripts/paths.ts";
import { MUTATIONS, type MutationName, mutated } from "./mutations.ts";
import { runSeeds } from "./run-seeds.ts";

const JOBS = 2;
const SEEDS = 600;
const NAMES = Object.keys(MUTATIONS) as MutationName[];

/** Faults that must have been met for the runs to prove anything. */
const HARD_CASES = [
  "apis killed",
  "bus messages doubled",
  "bus messages lost",
  "closes: 4001",
  "databases restored",
  "deaf subscriptions",
  "feed repairs: behind",
  "feed repairs: epoch",
  "feed repairs: gap",
  "joins: not-recovered",
  "joins: recovered",
  "joins: unavailable",
  "logs trimmed",
  "members removed",
  "nodes gone silently",
  "redis emptied",
  "redis restored",
  "relayed: log",
  "sockets cut",
  "sockets stalled",
  "states read anew",
  "streams connected",
  "streams cut",
];

test("C1 C2 C3 C4 R1 R2 S2 in many simulated worlds every page ends level with the database", async () => {
  const { runs, divergences, counts } = await runSeeds({ from: 1, seeds: SEEDS, jobs: JOBS });
  expect(divergences.map(({ seed, violations }) => `bun sim --seed ${seed} --trace: ${violations[0]}`)).toEqual([]);
  expect(runs).toBe(SEEDS);
  expect(HARD_CASES.filter((what) => !counts.has(what))).toEqual([]);
});

test("a seed decides everything: another process takes the same steps, whatever it ran before", async () => {
  const stepsOf = async (from: number, seeds: number) =>
    (await runSeeds({ from, seeds, jobs: 1, isTraced: true })).traced.map(({ hash, lines }) => [hash, ...lines]);
  const five = await stepsOf(4_711, 5);
  expect(five.every(({ length }) => length > 50)).toBe(true);
  expect(await stepsOf(4_713, 3)).toEqual(five.slice(2));
});

/** Mistakes that are found within a few seconds; `bun sim --mutations` tries all of them. */
const SOON_FOUND: MutationName[] = ["await-before-join", "reconcile-without-events", "no-compare", "no-new-epoch"];

for (const name of SOON_FOUND) {
  test(`the runs find that ${MUTATIONS[name].about}`, async () => {
    const { divergences } = await runSeeds({ from: 1, seeds: 800, jobs: JOBS, mutation: name, isFirstEnough: true });
    expect(divergences.length).toBeGreaterThan(0);
  });
}

test.each(NAMES)("the text that %s replaces is there once", (name) => {
  const text = readFileSync(fromRoot(...MUTATIONS[name].file.split("/")), "utf8");
  expect(mutated(name, text)).not.toBe(text);
});

test("a mistake in a text that is no longer there is refused", () => {
  expect(() => mutated("no-compare", "another text")).toThrow("does not have this once");
});
