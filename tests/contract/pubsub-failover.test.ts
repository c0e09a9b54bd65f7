import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { systemClock } from "../../platform/clock/clock.ts";
import type { Db } from "../../platform/db/db.ts";
import { appendEvents, createHead, lockHead } from "../../platform/events/append.ts";
import { createLogReader } from "../../platform/events/log.ts";
import { type Relay, startRelay } from "../../platform/events/relay.ts";
import { silentLog } from "../../platform/log/log.ts";
import { createMetrics } from "../../platform/metrics/metrics.ts";
import { createFailoverPubSub } from "../../platform/pubsub/failover.ts";
import { createPostgresPubSub } from "../../platform/pubsub/postgres.ts";
import { type PubSubProvider, tenantChannel } from "../../platform/pubsub/provider.ts";
import { createRedisPubSub } from "../../platform/pubsub/redis.ts";
import { openDatabase } from "../support/database.ts";
import { type Redis as RedisService, startPostgres, startRedis } from "../support/services.ts";
import { EPOCH, newId } from "./pubsub-fixtures.ts";

/** Far less than the interval of a feed's comparisons, which would hide a message lost by the bus. */
const AT_ONCE_MS = 1_000;
const AT = "2026-01-31T09:30:00.000Z";

let redis: RedisService;
let db: Db;
let writer: PubSubProvider;
let reader: PubSubProvider;
let relay: Relay;

beforeAll(async () => {
  const [service, postgres] = await Promise.all([startRedis(), startPostgres()]);
  redis = service;
  db = await openDatabase(postgres.url);
  await db.migrate();
  const deps = { log: silentLog, clock: systemClock, metrics: createMetrics() };
  const connect = () =>
    createFailoverPubSub({
      primary: createRedisPubSub({ urls: [redis.url], ...deps }),
      secondary: createPostgresPubSub({ url: postgres.url, reader: createLogReader(db), ...deps }),
      ...deps,
    });
  writer = connect();
  reader = connect();
  relay = startRelay({ db, pubsub: writer, ...deps, random: Math.random, newEpoch: newId });
  await relay.compared;
}, 60_000);
afterAll(async () => {
  await relay.stop();
  await Promise.all([writer.close(), reader.close()]);
  await db.close();
});

const change = async (tenantId: string): Promise<void> => {
  const data = { id: tenantId, name: "T", createdAt: AT, updatedAt: AT, version: 1 } as never;
  const at = new Date().toISOString();
  const committed = await db.change(async (tx) => {
    const head = (await lockHead(db.dialect, tx, tenantId)) ?? (await createHead(tx, tenantId, EPOCH, at));
    const context = { tenantId, initiatorId: "u", at, mutationId: null };
    return { epoch: head.epoch, entries: await appendEvents(tx, head, context, [{ action: "TEAM_UPDATED", data }]) };
  });
  relay.nudge(tenantId, committed);
};

describe("pub/sub by Redis with Postgres as fallback", () => {
  test("delivers every event at once, also in a second outage", async () => {
    const tenantId = newId();
    let received = 0;
    let next = Promise.withResolvers<void>();
    // A direct subscription: a feed would repair messages that the bus loses.
    await reader.subscribeExact(tenantChannel(tenantId), (payload) => {
      received = Math.max(received, JSON.parse(payload).seq);
      next.resolve();
      next = Promise.withResolvers();
    });
    let changes = 0;
    const changeAndReceive = async () => {
      changes += 1;
      const startedAt = Date.now();
      await change(tenantId);
      while (received < changes) await next.promise;
      expect(Date.now() - startedAt).toBeLessThan(AT_ONCE_MS);
    };
    const inUse = async (name: PubSubProvider["name"]) => {
      while (writer.name !== name || reader.name !== name) await Promise.all([writer.head("any"), reader.head("any")]);
    };
    await changeAndReceive();
    for (const _ of ["first", "second"]) {
      await redis.kill();
      await inUse("postgres");
      for (let index = 0; index < 3; index += 1) await changeAndReceive();
      await redis.restart();
      await inUse("redis");
      for (let index = 0; index < 3; index += 1) await changeAndReceive();
    }
  }, 60_000);
});
