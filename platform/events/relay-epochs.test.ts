import { afterEach, describe, expect, test } from "bun:test";
import { AT, startRelayed, stopRelays } from "../../tests/support/relayed.ts";
import type { Db } from "../db/db.ts";
import { type PubSubProvider, REPAIR_CHANNEL, REPAIRED_CHANNEL } from "../pubsub/provider.ts";
import { createHead } from "./append.ts";
import { registerConsumer } from "./cursors.ts";
import { readHead, startEpoch } from "./log.ts";

afterEach(stopRelays);

const headOf = async (db: Db) =>
  db.read.selectFrom("tenant_heads").select(["epoch", "seq"]).where("tenant_id", "=", "t").executeTakeFirst();

test("a bus ahead of the database makes it begin a new epoch, without the old events", async () => {
  const { db, relay, commit, log, seqs, bus } = await startRelayed();
  relay.nudge("t", await commit(3));
  await relay.idle();
  // As after an older copy was put back.
  log.push({ seq: 4, payload: "lost" }, { seq: 5, payload: "lost" });
  relay.nudge("t", await commit(1));
  await relay.idle();
  expect(await headOf(db)).toEqual({ epoch: "f", seq: 4 });
  expect(await bus.head("t")).toEqual({ epoch: "f", seq: 4 });
  relay.nudge("t", await commit(2));
  await relay.idle();
  expect(seqs()).toEqual([4, 5, 6]);
});

test("a database that went back begins its new epoch before the process takes a command", async () => {
  const { db, relay } = await startRelayed(async (database, { log }) => {
    await database.change((tx) => createHead(tx, "t", "e", AT));
    log.push({ seq: 1, payload: "undone" });
  });
  await relay.compared;
  expect(await headOf(db)).toEqual({ epoch: "f", seq: 0 });
});

test("a database from before its last new epoch begins another, whether it is noticed at the start or by a change", async () => {
  const early = await startRelayed(async (database, { beginAt }) => {
    await database.change((tx) => createHead(tx, "t", "e", AT));
    beginAt("ee", 7);
  });
  await early.relay.compared;
  expect(await headOf(early.db)).toEqual({ epoch: "f", seq: 0 });

  const late = await startRelayed();
  late.relay.nudge("t", await late.commit(3));
  await late.relay.idle();
  late.beginAt("ee", 2);
  late.relay.nudge("t", await late.commit(1));
  await late.relay.idle();
  expect(await headOf(late.db)).toEqual({ epoch: "f", seq: 4 });
  expect(await late.bus.head("t")).toEqual({ epoch: "f", seq: 4 });
});

test("a signed token ahead of the database makes it begin a new epoch, whatever the bus has", async () => {
  const { db, relay, commit, seqs, say, published, log, until } = await startRelayed();
  relay.nudge("t", await commit(3));
  await relay.idle();
  log.length = 0;
  say(REPAIR_CHANNEL, JSON.stringify({ tenantId: "t", seen: { epoch: "e", seq: 5 } }));
  await until(() => published.length > 0);
  expect(await headOf(db)).toEqual({ epoch: "f", seq: 3 });
  expect(published).toEqual([[REPAIRED_CHANNEL, JSON.stringify({ tenantId: "t", head: { epoch: "f", seq: 3 } })]]);
  relay.nudge("t", await commit(1));
  await relay.idle();
  expect(seqs()).toEqual([3, 4]);
});

test.each([
  { epoch: "e", seq: 3 },
  { epoch: "d", seq: 9 },
])("a token that knows no more than the database changes nothing", async (seen) => {
  const { db, commit, say, published, until } = await startRelayed();
  await commit(3);
  say(REPAIR_CHANNEL, JSON.stringify({ tenantId: "t", seen }));
  await until(() => published.length > 0);
  expect(await headOf(db)).toEqual({ epoch: "e", seq: 3 });
});

test("several requests with the same token begin one epoch", async () => {
  const { db, commit, say, published, until } = await startRelayed();
  await commit(3);
  for (let time = 0; time < 3; time += 1) {
    say(REPAIR_CHANNEL, JSON.stringify({ tenantId: "t", seen: { epoch: "e", seq: 5 } }));
    const answers = published.length;
    await until(() => published.length > answers);
  }
  expect(published.map(([, answer]) => JSON.parse(answer).head)).toEqual(Array(3).fill({ epoch: "f", seq: 3 }));
  expect(await headOf(db)).toEqual({ epoch: "f", seq: 3 });
});

const LONG_AGO = "2026-01-30T09:30:00.000Z";
const away = () => Promise.reject(new Error("away"));

describe("a database that went back while the bus was away at the start is found", () => {
  const startAway = async () => {
    let cameBack = () => {};
    const world = await startRelayed(async (database, { bus, log }) => {
      await database.change((tx) => createHead(tx, "t", "e", LONG_AGO));
      log.push({ seq: 1, payload: "undone" });
      const { head } = bus;
      bus.head = away;
      cameBack = () => {
        bus.head = head;
      };
    });
    await world.relay.compared;
    expect(await headOf(world.db)).toEqual({ epoch: "e", seq: 0 });
    cameBack();
    return world;
  };

  test("when it comes back", async () => {
    const { db, reconnect, log, until } = await startAway();
    reconnect();
    await until(() => log[0]?.seq !== 1);
    expect(await headOf(db)).toEqual({ epoch: "f", seq: 0 });
  });

  test("by the retry", async () => {
    const { db, clock, log, until } = await startAway();
    clock.move(1_000);
    await until(() => log[0]?.seq !== 1);
    expect(await headOf(db)).toEqual({ epoch: "f", seq: 0 });
  });

  test("though another bus, which reads the database, stood in for it", async () => {
    let inUse: PubSubProvider["name"] = "postgres";
    const { db, relay, reconnect, log, until } = await startRelayed(async (database, { bus, log: forgotten }) => {
      await database.change((tx) => createHead(tx, "t", "e", LONG_AGO));
      forgotten.push({ seq: 1, payload: "undone" });
      const { head } = bus;
      Object.defineProperty(bus, "name", { get: () => inUse });
      bus.head = (tenantId) => (inUse === "redis" ? head(tenantId) : readHead(database.read, tenantId));
    });
    await relay.compared;
    inUse = "redis";
    reconnect();
    await until(() => log[0]?.seq !== 1);
    expect(await headOf(db)).toEqual({ epoch: "f", seq: 0 });
  });
});

test("a bus that does not answer holds up the start for a moment only", async () => {
  const { promise, resolve } = Promise.withResolvers<null>();
  const { clock, relay } = await startRelayed(async (database, { bus }) => {
    await database.change((tx) => createHead(tx, "t", "e", AT));
    bus.head = () => promise;
  });
  let isOver = false;
  void relay.compared.then(() => {
    isOver = true;
  });
  for (let turn = 0; turn < 10; turn += 1) await new Promise((resolve) => setImmediate(resolve));
  expect(isOver).toBe(false);
  clock.move(5_000);
  await relay.compared;
  expect(isOver).toBe(true);
  resolve(null);
});

test("the sweep tells the bus of a new epoch whose process died", async () => {
  const { db, relay, commit, clock, until, bus } = await startRelayed();
  relay.nudge("t", await commit(3));
  await relay.idle();
  clock.move(1_000);
  const seen = { epoch: "e", seq: 9 };
  await startEpoch(db, "t", { seen, epoch: "f", at: new Date(clock.now()).toISOString() });
  clock.move(2_000);
  await until(async () => (await bus.head("t"))?.epoch === "f");
  expect(await bus.head("t")).toEqual({ epoch: "f", seq: 3 });
});

test("the events of an earlier epoch that a consumer has still to take do not reach the bus", async () => {
  const { db, relay, commit, log, say, published, until } = await startRelayed();
  await registerConsumer(db, "slow", "beginning", AT);
  await commit(3);
  await startEpoch(db, "t", { seen: { epoch: "e", seq: 9 }, epoch: "f", at: AT });
  await commit(2);
  say(REPAIR_CHANNEL, JSON.stringify({ tenantId: "t" }));
  await until(() => published.length > 0);
  relay.nudge("t", await commit(1));
  await relay.idle();
  const epochs = log.flatMap(({ seq, payload }) => (payload === "" ? [] : [[seq, JSON.parse(payload).epoch]]));
  expect(epochs).toEqual([
    [4, "f"],
    [5, "f"],
    [6, "f"],
  ]);
  expect(await db.read.selectFrom("events").select("seq").execute()).toHaveLength(6);
});
