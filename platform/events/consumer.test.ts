import { afterEach, describe, expect, test } from "bun:test";
import { sql } from "kysely";
import { startConsuming, stopConsuming } from "../../tests/support/consuming.ts";
import { upTo } from "../../tests/support/relayed.ts";
import type { Db, Tx } from "../db/db.ts";
import { silentLog } from "../log/log.ts";
import { createConsumers } from "./consumers.ts";
import { tenantsBehind } from "./cursors.ts";

afterEach(stopConsuming);

const effectsIn = async (tx: Tx): Promise<number> => (await sql`select 1 from effects`.execute(tx)).rows.length;

const failure = new Error("thrown on purpose");
const NOTHING = { epoch: "", seq: 0 };
const ALL = { since: "", before: "9999", limit: 100 };

describe("a consumer", () => {
  test("takes every event of every tenant once and in order, and moves its cursors", async () => {
    const { commit, start, effects, cursor } = await startConsuming();
    const consumer = await start("search");
    for (let round = 0; round < 3; round += 1) {
      await Promise.all([commit("t", 90), commit("u", 2)]);
      consumer.nudge("t");
      consumer.nudge("u");
    }
    await consumer.idle();
    expect(await effects("search", "t")).toEqual(upTo(270));
    expect(await effects("search", "u")).toEqual(upTo(6));
    expect(await cursor("search")).toEqual({ epoch: "e", seq: 270 });
  });

  test("hands over the event as it was committed", async () => {
    const { commit, start } = await startConsuming();
    const heard: unknown[] = [];
    const consumer = await start("search", { handle: async (_, event) => void heard.push(event) });
    const { entries } = await commit("t", 2);
    consumer.nudge("t");
    await consumer.idle();
    expect(heard).toEqual(entries.map(({ payload }) => JSON.parse(payload)));
  });

  test("finds events that another process committed, without a nudge", async () => {
    const { commit, start, effects, clock, until } = await startConsuming();
    await start("search");
    await commit("t", 3);
    clock.move(1_000);
    await until(async () => (await effects("search")).length === 3);
  });

  test("goes on where it stopped", async () => {
    const { commit, start, effects } = await startConsuming();
    const first = await start("search");
    await commit("t", 3);
    first.nudge("t");
    await first.idle();
    await first.stop();
    first.nudge("t");
    await commit("t", 2);
    const second = await start("search");
    second.nudge("t");
    await second.idle();
    expect(await effects("search")).toEqual(upTo(5));
  });

  test("stops after the event in progress and commits its cursor", async () => {
    const { commit, start, effect, effects, cursor, until } = await startConsuming();
    await commit("t", 5);
    const { promise, resolve } = Promise.withResolvers<void>();
    let isTaking = false;
    const consumer = await start("search", {
      handle: async (tx, event) => {
        isTaking = true;
        await promise;
        await effect(tx, "search", event);
      },
    });
    consumer.nudge("t");
    await until(() => isTaking);
    const stopping = consumer.stop();
    resolve();
    await stopping;
    expect(await effects("search")).toEqual([1]);
    expect(await cursor("search")).toEqual({ epoch: "e", seq: 1 });
  });

  test.each(["relay", "Search", "", "a b"])("is refused the name %p", async (name) => {
    const { start } = await startConsuming();
    await expect(start(name)).rejects.toThrow("not a name for a consumer");
  });

  test("is refused when the process has one of its name", async () => {
    const { db, clock, metrics } = await startConsuming();
    const consumers = createConsumers({ db, clock, log: silentLog, metrics, random: () => 1 });
    await consumers.start("search", async () => {});
    await expect(consumers.start("search", async () => {})).rejects.toThrow("has a consumer of this name");
    await consumers.stop();
  });
});

describe("a consumer takes each event at least once, and has one effect of it,", () => {
  test("when the handler throws after it has written", async () => {
    const { commit, start, effect, effects, cursor, clock, metrics, count } = await startConsuming();
    await commit("t", 3);
    let failing = 2;
    const consumer = await start("search", {
      handle: async (tx, event) => {
        await effect(tx, "search", event);
        if (event.seq === 1 && failing-- > 0) throw failure;
      },
    });
    consumer.nudge("t");
    await consumer.idle();
    expect([await effects("search"), await cursor("search")]).toEqual([[], NOTHING]);
    clock.move(400);
    await consumer.idle();
    expect([await effects("search"), await cursor("search")]).toEqual([[], NOTHING]);
    clock.move(800);
    await consumer.idle();
    expect(await effects("search")).toEqual(upTo(3));
    expect(await count(metrics.consumerFailures)).toBe(2);
    expect(await count(metrics.consumerEvents)).toBe(3);
  });

  test("when its process dies after the effect and before the commit", async () => {
    const { db, commit, start, effects, cursor } = await startConsuming();
    await commit("t", 3);
    const dying: Db = {
      ...db,
      change: (work) =>
        db.change(async (tx) => {
          const result = await work(tx);
          if ((await effectsIn(tx)) > 0) throw failure;
          return result;
        }),
    };
    const first = await start("search", { db: dying });
    first.nudge("t");
    await first.idle();
    await first.stop();
    expect([await effects("search"), await cursor("search")]).toEqual([[], NOTHING]);
    const second = await start("search");
    second.nudge("t");
    await second.idle();
    expect(await effects("search")).toEqual(upTo(3));
  });

  test("when several processes run it and are nudged for the same events, late and more than once", async () => {
    const { open, commit, start, effects } = await startConsuming();
    const processes = [await start("search", { db: await open() }), await start("search", { db: await open() })];
    for (let round = 0; round < 15; round += 1) {
      await commit("t", (round % 4) + 1);
      for (const { nudge } of [...processes, ...processes]) nudge("t");
    }
    for (const { idle } of processes) await idle();
    for (const { nudge } of processes) nudge("t");
    for (const { idle } of processes) await idle();
    expect(await effects("search")).toEqual(upTo(36));
  });
});

describe("an event that fails for ever", () => {
  /** Fails at the fourth event of `t`. */
  const startFailing = async () => {
    const world = await startConsuming();
    const { commit, start, effect } = world;
    const attempts: number[] = [];
    await commit("t", 6);
    const consumer = await start("search", {
      handle: async (tx, event) => {
        await effect(tx, "search", event);
        if (event.tenantId !== "t" || event.seq !== 4) return;
        attempts.push(world.clock.now());
        throw failure;
      },
    });
    consumer.nudge("t");
    await consumer.idle();
    return { ...world, consumer, attempts };
  };

  test("keeps back neither the events before it nor those of other tenants", async () => {
    const { consumer, commit, effects, clock, cursor } = await startFailing();
    expect(await effects("search")).toEqual([]);
    clock.move(400);
    await consumer.idle();
    expect(await effects("search")).toEqual(upTo(3));
    expect(await cursor("search")).toEqual({ epoch: "e", seq: 3 });
    await commit("u", 2);
    consumer.nudge("u");
    await consumer.idle();
    expect(await effects("search", "u")).toEqual(upTo(2));
  });

  test("comes again after delays that double up to a minute, however often the consumer is nudged", async () => {
    const { consumer, attempts, clock } = await startFailing();
    for (let step = 0; step < 3_000; step += 1) {
      consumer.nudge("t");
      clock.move(200);
      await consumer.idle();
    }
    const waits = attempts.slice(1).map((at, index) => at - (attempts[index] ?? 0));
    expect(waits.slice(0, 4)).toEqual([400, 400, 800, 1_600]);
    expect(waits.at(-1)).toBe(60_000);
  });

  test("keeps back no other consumer", async () => {
    const { commit, start, effects, cursor } = await startFailing();
    const other = await start("webhooks");
    await commit("t", 1);
    other.nudge("t");
    await other.idle();
    expect(await effects("webhooks")).toEqual(upTo(7));
    expect([(await cursor("search"))?.seq, (await cursor("webhooks"))?.seq]).toEqual([0, 7]);
  });
});

describe("a consumer that is registered when there are events already", () => {
  test("begins with the first one", async () => {
    const { commit, start, effects } = await startConsuming();
    await commit("t", 3);
    const consumer = await start("search");
    consumer.nudge("t");
    await consumer.idle();
    expect(await effects("search")).toEqual(upTo(3));
  });

  test("begins with the first kept one, and has missed none", async () => {
    const { db, commit, start, effects, metrics, count } = await startConsuming();
    await commit("t", 5);
    await db.write.deleteFrom("events").where("seq", "<=", 3).execute();
    const consumer = await start("search");
    consumer.nudge("t");
    await consumer.idle();
    expect(await effects("search")).toEqual([4, 5]);
    expect(await count(metrics.consumerMissed)).toBe(0);
  });

  test("begins after them with `from: head`, and with the first event of a tenant that is created later", async () => {
    const { db, commit, start, effects } = await startConsuming();
    await commit("t", 3);
    const consumer = await start("search", { from: "head" });
    expect(await tenantsBehind(db.read, "search", ALL)).toEqual([]);
    await commit("t", 1);
    await commit("u", 2);
    consumer.nudge("t");
    consumer.nudge("u");
    await consumer.idle();
    expect(await effects("search", "t")).toEqual([4]);
    expect(await effects("search", "u")).toEqual([1, 2]);
  });

  test("does not begin anew when it starts again, whatever `from` says", async () => {
    const { commit, start, effects } = await startConsuming();
    await commit("t", 2);
    const first = await start("search");
    first.nudge("t");
    await first.idle();
    await first.stop();
    await commit("t", 2);
    const second = await start("search", { from: "head" });
    second.nudge("t");
    await second.idle();
    expect(await effects("search")).toEqual(upTo(4));
  });
});
