import { afterEach, expect, test } from "bun:test";
import { startConsuming, stopConsuming } from "../../tests/support/consuming.ts";
import { silentLog } from "../log/log.ts";
import { advanceCursors, registerConsumer } from "./cursors.ts";
import { startSweep } from "./sweep.ts";

afterEach(stopConsuming);

const LONG_AGO = "2026-01-30T09:30:00.000Z";

const startSweeping = async (before?: () => Promise<void>) => {
  const world = await startConsuming();
  const { db, clock } = world;
  await registerConsumer(db, "search", "beginning", LONG_AGO);
  const found = new Set<string>();
  const options = { consumer: "search", found: (tenantId: string) => void found.add(tenantId) };
  const stop = startSweep({ db, clock, log: silentLog }, { ...options, ...(before && { before }) });
  return { ...world, found, stop };
};

test("a sweep finds the tenants that are behind, in the order of their last events", async () => {
  const { commit, found, clock, until, stop } = await startSweeping();
  await commit("recent", 1);
  await commit("old", 1, LONG_AGO);
  clock.move(1_000);
  await until(() => found.size === 2);
  expect([...found]).toEqual(["old", "recent"]);
  await stop();
});

test("a sweep leaves an event to the process that committed it for a second", async () => {
  const { commit, found, clock, until, stop } = await startSweeping();
  await commit("earlier", 1);
  await commit("now", 1, new Date(clock.now() + 500).toISOString());
  clock.move(1_000);
  await until(() => found.has("earlier"));
  expect([...found]).toEqual(["earlier"]);
  clock.move(1_000);
  await until(() => found.has("now"));
  await stop();
});

test("a head that is committed with a time long past is found within a minute", async () => {
  const { commit, found, clock, until, stop } = await startSweeping();
  await commit("first", 1);
  clock.move(1_000);
  await until(() => found.has("first"));
  await commit("late", 1, LONG_AGO);
  clock.move(60_000);
  await until(() => found.has("late"));
  await stop();
});

test("tenants beyond the bound of one sweep are found by the next one, once the first ones are done", async () => {
  const { db, commit, found, clock, until, stop } = await startSweeping();
  const tenants = Array.from({ length: 501 }, (_, index) => `t${index}`);
  await Promise.all(tenants.map((tenantId) => commit(tenantId, 1)));
  clock.move(1_000);
  await until(() => found.size === 500);
  await advanceCursors(db, "search", new Map([...found].map((tenantId) => [tenantId, { epoch: "e", seq: 1 }])));
  clock.move(1_000);
  await until(() => found.size === 501);
  await stop();
});

test("a sweep that fails is followed by the next one", async () => {
  let failing = 1;
  const { commit, found, clock, until, stop } = await startSweeping(async () => {
    if (failing-- > 0) throw new Error("thrown on purpose");
  });
  await commit("t", 1);
  clock.move(1_000);
  await until(() => failing < 1);
  await until(async () => {
    clock.move(1_000);
    return found.has("t");
  });
  await stop();
});
