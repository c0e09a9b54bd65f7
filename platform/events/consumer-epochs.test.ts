import { afterEach, expect, test } from "bun:test";
import { AT, startConsuming, stopConsuming } from "../../tests/support/consuming.ts";
import { upTo } from "../../tests/support/relayed.ts";
import type { Db } from "../db/db.ts";
import { tenantsBehind } from "./cursors.ts";
import { createLogReader, eventsAfter, startEpoch } from "./log.ts";

afterEach(stopConsuming);

const ALL = { since: "", before: "9999", limit: 100 };
const renew = (db: Db, epoch: string, before = "e") =>
  startEpoch(db, "t", { seen: { epoch: before, seq: 1_000 }, epoch, at: AT });

test("a new epoch deletes no event that a consumer has not taken; it takes them, and then those of the new epoch", async () => {
  const { db, commit, start, effect, effects, cursor } = await startConsuming();
  const epochs = new Set<string>();
  const consumer = await start("search", {
    handle: async (tx, event) => {
      epochs.add(event.epoch);
      await effect(tx, "search", event);
    },
  });
  await commit("t", 2);
  consumer.nudge("t");
  await consumer.idle();
  await commit("t", 3);
  expect(await renew(db, "f")).toEqual({ epoch: "f", seq: 5 });
  await commit("t", 2);
  consumer.nudge("t");
  await consumer.idle();
  expect(await effects("search")).toEqual(upTo(7));
  expect([...epochs]).toEqual(["e", "f"]);
  expect(await cursor("search")).toEqual({ epoch: "f", seq: 7 });
});

test("a consumer that is in the midst of an epoch when two others begin takes the events of all three", async () => {
  const { db, commit, start, effect, effects, cursor } = await startConsuming();
  await commit("t", 1);
  const first = await start("search", { handle: (tx, event) => effect(tx, "search", event) });
  first.nudge("t");
  await first.idle();
  await first.stop();
  await commit("t", 2);
  await renew(db, "f");
  await commit("t", 1);
  await renew(db, "g", "f");
  const second = await start("search");
  second.nudge("t");
  await second.idle();
  expect(await effects("search")).toEqual(upTo(4));
  expect(await cursor("search")).toEqual({ epoch: "g", seq: 4 });
});

test("the sweep finds a new epoch without events, once", async () => {
  const { db, commit, start, cursor, clock, until } = await startConsuming();
  const consumer = await start("search");
  await commit("t", 2);
  consumer.nudge("t");
  await consumer.idle();
  await renew(db, "f");
  expect(await tenantsBehind(db.read, "search", ALL)).toEqual(["t"]);
  clock.move(1_000);
  await until(async () => (await cursor("search"))?.epoch === "f");
  expect(await cursor("search")).toEqual({ epoch: "f", seq: 2 });
  expect(await tenantsBehind(db.read, "search", ALL)).toEqual([]);
});

test("readers for clients get no event of an earlier epoch, whatever position they name", async () => {
  const { db, commit, start } = await startConsuming();
  await start("search");
  await commit("t", 3);
  await renew(db, "f");
  await commit("t", 2);
  const reader = createLogReader(db);
  const seqsAfter = async (epoch: string, seq: number) =>
    (await eventsAfter(db.read, "t", { epoch, seq }, 100)).map((event) => event.seq);
  expect(await seqsAfter("f", 0)).toEqual([4, 5]);
  expect(await seqsAfter("f", 4)).toEqual([5]);
  expect(await seqsAfter("e", 0)).toEqual([]);
  expect(await reader.history("t", { epoch: "f", seq: 1 }, 100)).toMatchObject({ reason: "trimmed" });
  expect(await reader.history("t", { epoch: "e", seq: 1 }, 100)).toMatchObject({ reason: "epoch" });
  expect(await reader.history("t", { epoch: "f", seq: 3 }, 100)).toMatchObject({ events: [{ seq: 4 }, { seq: 5 }] });
});
