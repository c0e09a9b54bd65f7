import { afterEach, describe, expect, test } from "bun:test";
import { AT, startRelayed, stopRelays, upTo } from "../../tests/support/relayed.ts";
import type { Db } from "../db/db.ts";
import { silentLog } from "../log/log.ts";
import { createMetrics } from "../metrics/metrics.ts";
import { createLocalPubSub } from "../pubsub/local.ts";
import { REPAIR_CHANNEL, REPAIRED_CHANNEL } from "../pubsub/provider.ts";
import { advanceCursors, registerConsumer } from "./cursors.ts";
import { createLogReader, readHead } from "./log.ts";
import { startRelay } from "./relay.ts";

afterEach(stopRelays);

test("committed events take the direct path, in order, in batches", async () => {
  const { relay, commit, seqs } = await startRelayed();
  for (let index = 0; index < 5; index += 1) relay.nudge("t", await commit(3));
  await relay.idle();
  expect(seqs()).toEqual(upTo(15));
});

test("events nudged in another order than they were committed reach the bus in order", async () => {
  const { relay, commit, seqs } = await startRelayed();
  const [first, second, third, fourth] = [await commit(1), await commit(1), await commit(1), await commit(1)];
  for (const committed of [first, second, fourth, third]) relay.nudge("t", committed);
  await relay.idle();
  expect(seqs()).toEqual(upTo(4));
});

test("a bus that reconnects with an older copy gets the missing events, though no node asks for them", async () => {
  const { relay, commit, seqs, log, reconnect, until } = await startRelayed();
  relay.nudge("t", await commit(3));
  await relay.idle();
  log.pop();
  reconnect();
  await until(() => seqs().length === 3);
  expect(seqs()).toEqual(upTo(3));
});

test.each([1, 0])("a bus that silently goes back to %i events gets the missing ones", async (kept) => {
  const { relay, commit, seqs, log, clock, until } = await startRelayed();
  relay.nudge("t", await commit(3));
  await relay.idle();
  log.length = kept;
  clock.move(5_000);
  await until(() => seqs().length === 3);
  expect(seqs()).toEqual(upTo(3));
});

test("while the bus is unreachable no event is lost: the relay retries with backoff and reads the log", async () => {
  const { relay, commit, seqs, fail, clock } = await startRelayed();
  fail(2);
  relay.nudge("t", await commit(2));
  await relay.idle();
  relay.nudge("t", await commit(2));
  await relay.idle();
  expect(seqs()).toEqual([]);
  for (let index = 0; index < 5; index += 1) {
    clock.move(1_000);
    await relay.idle();
  }
  expect(seqs()).toEqual(upTo(4));
});

test("the sweep finds events that another process committed and did not relay", async () => {
  const { commit, seqs, clock, until } = await startRelayed();
  await commit(4);
  clock.move(1_000);
  await until(() => seqs().length > 0);
  expect(seqs()).toEqual(upTo(4));
});

test("on the Postgres bus the sweep publishes events that another process left", async () => {
  const { bus, commit, seqs, clock, until, db } = await startRelayed();
  Object.assign(bus, { name: "postgres", head: (tenantId: string) => readHead(db.read, tenantId) });
  await commit(4);
  clock.move(1_000);
  await until(() => seqs().length > 0);
  expect(seqs()).toEqual(upTo(4));
});

test("on the Postgres bus events that could not be published are published again", async () => {
  const { bus, relay, commit, seqs, clock, fail, db } = await startRelayed();
  Object.assign(bus, { name: "postgres", head: (tenantId: string) => readHead(db.read, tenantId) });
  fail(1);
  relay.nudge("t", await commit(2));
  await relay.idle();
  clock.move(1_000);
  await relay.idle();
  expect(seqs()).toEqual(upTo(2));
});

test("a gap before committed events is filled from the log", async () => {
  const { relay, commit, seqs } = await startRelayed();
  await commit(3);
  relay.nudge("t", await commit(1));
  await relay.idle();
  expect(seqs()).toEqual(upTo(4));
});

test("a log that was trimmed meanwhile does not make the relay retry for ever", async () => {
  const { db, relay, commit, seqs } = await startRelayed();
  await commit(6);
  await db.write.deleteFrom("events").where("seq", "<=", 4).execute();
  relay.nudge("t", await commit(1));
  await relay.idle();
  expect(seqs()).toEqual([5, 6, 7]);
});

test("a repair request has the log published again and is answered with the database's head", async () => {
  const { commit, seqs, say, published, until } = await startRelayed();
  await commit(2);
  say(REPAIR_CHANNEL, JSON.stringify({ tenantId: "t" }));
  await until(() => published.length > 0);
  expect(seqs()).toEqual(upTo(2));
  expect(published).toEqual([[REPAIRED_CHANNEL, JSON.stringify({ tenantId: "t", head: { epoch: "e", seq: 2 } })]]);
});

test("a request for a team that does not exist is answered too", async () => {
  const { say, published, until } = await startRelayed();
  say(REPAIR_CHANNEL, JSON.stringify({ tenantId: "nobody" }));
  await until(() => published.length > 0);
  expect(published).toEqual([[REPAIRED_CHANNEL, JSON.stringify({ tenantId: "nobody", head: null })]]);
});

describe("the relay's cursors", () => {
  const cursors = (db: Db) => db.read.selectFrom("consumer_cursors").select(["consumer", "epoch", "seq"]).execute();

  test("move to the relayed positions in the next sweep, outside of every request", async () => {
    const { db, relay, commit, clock, until } = await startRelayed();
    relay.nudge("t", await commit(3));
    relay.nudge("t", await commit(2));
    await relay.idle();
    expect(await cursors(db)).toEqual([]);
    clock.move(1_000);
    await until(async () => (await cursors(db))[0]?.seq === 5);
    expect(await cursors(db)).toEqual([{ consumer: "relay", epoch: "e", seq: 5 }]);
  });

  test("are written when the relay stops", async () => {
    const { db, relay, commit } = await startRelayed();
    relay.nudge("t", await commit(3));
    await relay.stop();
    expect(await cursors(db)).toEqual([{ consumer: "relay", epoch: "e", seq: 3 }]);
  });

  test("are not moved back by a slower process", async () => {
    const { db, relay, commit } = await startRelayed();
    relay.nudge("t", await commit(3));
    await relay.idle();
    await registerConsumer(db, "relay", "head", AT);
    await advanceCursors(db, "relay", new Map([["t", { epoch: "e", seq: 9 }]]));
    await relay.stop();
    await advanceCursors(db, "relay", new Map([["t", { epoch: "d", seq: 10 }]]));
    expect(await cursors(db)).toEqual([{ consumer: "relay", epoch: "e", seq: 9 }]);
  });

  test("are removed on the local bus, where nothing reads them", async () => {
    const { db, clock } = await startRelayed();
    await registerConsumer(db, "relay", "beginning", AT);
    const deps = { db, clock, log: silentLog, metrics: createMetrics(), random: () => 1, newEpoch: () => "f" };
    const relay = startRelay({
      ...deps,
      pubsub: createLocalPubSub({ log: createLogReader(db), metrics: deps.metrics }),
    });
    await relay.stop();
    expect(await db.read.selectFrom("consumers").selectAll().execute()).toEqual([]);
  });
});
