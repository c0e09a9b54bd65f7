import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { Redis } from "ioredis";
import { systemClock } from "../../platform/clock/clock.ts";
import { silentLog } from "../../platform/log/log.ts";
import { createMetrics } from "../../platform/metrics/metrics.ts";
import { createLocalPubSub } from "../../platform/pubsub/local.ts";
import { createPostgresPubSub } from "../../platform/pubsub/postgres.ts";
import { type PubSubProvider, tenantChannel } from "../../platform/pubsub/provider.ts";
import { createRedisPubSub } from "../../platform/pubsub/redis.ts";
import { startChaosProxy } from "../support/chaos-proxy.ts";
import { createManualClock } from "../support/manual-clock.ts";
import {
  type Postgres as PostgresService,
  type Redis as RedisService,
  startPostgres,
  startRedis,
} from "../support/services.ts";
import { createMemoryLog } from "./memory-log.ts";
import { EPOCH, entriesOf, newId } from "./pubsub-fixtures.ts";
import { pubSubContract } from "./pubsub-suite.ts";

const memory = createMemoryLog();
const local = createLocalPubSub({ log: memory, metrics: createMetrics() });
pubSubContract("the process itself", () => ({ pubsub: local, commit: memory.commit }), { copies: false });

let service: RedisService;
let pubsub: PubSubProvider;
let admin: Redis;

const connect = () =>
  createRedisPubSub({ urls: [service.url], log: silentLog, clock: systemClock, metrics: createMetrics() });

beforeAll(async () => {
  service = await startRedis();
  pubsub = connect();
  admin = new Redis(service.url, { protocol: 2 });
  admin.on("error", () => {});
});
afterAll(async () => {
  admin.disconnect();
  await pubsub.close();
});

pubSubContract("Redis", () => ({ pubsub, commit: () => {} }));

const postgresLog = createMemoryLog();
let postgres: PostgresService;
let notices: PubSubProvider;

beforeAll(async () => {
  postgres = await startPostgres();
  notices = createPostgresPubSub({
    url: postgres.url,
    reader: postgresLog,
    log: silentLog,
    clock: systemClock,
    metrics: createMetrics(),
  });
});
afterAll(() => notices.close());

/** Like a database, takes no events after a hole, except before the first kept event. */
const commitWithoutHole: typeof postgresLog.commit = (tenantId, epoch, entries) => {
  const follows = (entries[0]?.seq ?? 1) === 1 || committed.get(tenantId) === (entries[0]?.seq ?? 1) - 1;
  if (!follows) return;
  committed.set(tenantId, entries.at(-1)?.seq ?? 0);
  postgresLog.commit(tenantId, epoch, entries);
};
const committed = new Map<string, number>();

pubSubContract(
  "Postgres",
  () => ({
    pubsub: notices,
    commit: (tenantId, epoch, entries, floor) => {
      if (floor === undefined) commitWithoutHole(tenantId, epoch, entries);
      else postgresLog.commit(tenantId, epoch, entries);
    },
  }),
  { copies: false },
);

describe("pub/sub by Postgres", () => {
  test("receives messages again after a crash and restart of Postgres, and reports the reconnection", async () => {
    const channel = tenantChannel(newId());
    const { message } = await nextOn(notices, channel);
    const back = reconnected(notices);
    await postgres.kill();
    expect(await notices.isHealthy()).toBe(false);
    await postgres.restart();
    await back;
    await notices.publish(channel, "after the crash");
    expect(await message).toBe("after the crash");
  }, 30_000);
});

describe("a connection to Postgres that receives nothing any more", () => {
  const startUnresponsive = async () => {
    const proxy = await startChaosProxy(postgres.port);
    const clock = createManualClock();
    const lost = Promise.withResolvers<void>();
    const bus = createPostgresPubSub({
      url: postgres.url.replace(String(postgres.port), String(proxy.port)),
      reader: postgresLog,
      log: { ...silentLog, warn: () => lost.resolve() },
      clock,
      metrics: createMetrics(),
    });
    await bus.subscribeExact(tenantChannel(newId()), () => {});
    proxy.setConditions({ swallows: "to-client" });
    return { clock, bus, lost: lost.promise };
  };

  test("is detected and dropped although nobody publishes", async () => {
    const { clock, bus, lost } = await startUnresponsive();
    await clock.advance(7_000);
    await lost;
    await bus.close();
  }, 1_500);

  test("is dropped by a health check", async () => {
    const { clock, bus, lost } = await startUnresponsive();
    const healthy = bus.isHealthy();
    await clock.advance(2_000);
    expect(await healthy).toBe(false);
    await lost;
    await bus.close();
  }, 1_500);
});

const reconnected = (bus: PubSubProvider) =>
  new Promise<void>((resolve) => {
    const stop = bus.onReconnect(() => {
      stop();
      resolve();
    });
  });

/** Subscribes; `message` resolves to the next message. */
const nextOn = async (bus: PubSubProvider, channel: string) => {
  const { promise, resolve } = Promise.withResolvers<string>();
  await bus.subscribeExact(channel, resolve);
  return { message: promise };
};

describe("pub/sub by Redis", () => {
  test("reports a gap from the first event when the log is gone, and accepts it from there", async () => {
    const tenantId = newId();
    await pubsub.append(tenantId, EPOCH, entriesOf(tenantId, 1, 5));
    await admin.del(`artel:{${tenantId}}:log`, `artel:{${tenantId}}:head`);
    expect(await pubsub.head(tenantId)).toBeNull();
    expect(await pubsub.append(tenantId, EPOCH, entriesOf(tenantId, 6, 6))).toEqual({ kind: "gap", head: 0 });
    expect(await pubsub.append(tenantId, EPOCH, entriesOf(tenantId, 1, 6))).toEqual({ kind: "accepted", head: 6 });
  });

  test("stores the head of an epoch without events", async () => {
    const tenantId = newId();
    expect(await pubsub.append(tenantId, EPOCH, [], 480)).toEqual({ kind: "accepted", head: 480 });
    expect(await pubsub.head(tenantId)).toEqual({ epoch: EPOCH, seq: 480 });
    expect(await pubsub.history(tenantId, { epoch: EPOCH, seq: 480 }, 10)).toMatchObject({ events: [] });
  });

  test("reports entries that are missing from its log as trimmed, and never answers with a hole", async () => {
    const tenantId = newId();
    await pubsub.append(tenantId, EPOCH, entriesOf(tenantId, 1, 50));
    await admin.xdel(`artel:{${tenantId}}:log`, "40-0");
    expect(await pubsub.history(tenantId, { epoch: EPOCH, seq: 30 }, 100)).toMatchObject({ reason: "trimmed" });
    expect(await pubsub.history(tenantId, { epoch: EPOCH, seq: 40 }, 100)).toMatchObject({ kind: "events" });
    await admin.xtrim(`artel:{${tenantId}}:log`, "MAXLEN", 5);
    expect(await pubsub.history(tenantId, { epoch: EPOCH, seq: 44 }, 100)).toMatchObject({ reason: "trimmed" });
    await admin.del(`artel:{${tenantId}}:log`);
    expect(await pubsub.history(tenantId, { epoch: EPOCH, seq: 49 }, 100)).toMatchObject({ reason: "trimmed" });
  });

  test("caps the log, and continues from a stream that is ahead of its head", async () => {
    const tenantId = newId();
    await pubsub.append(tenantId, EPOCH, entriesOf(tenantId, 1, 11_000));
    expect(await admin.xlen(`artel:{${tenantId}}:log`)).toBeLessThan(10_300);
    await admin.hset(`artel:{${tenantId}}:head`, { seq: "10990" });
    const entries = entriesOf(tenantId, 10_991, 11_001);
    expect(await pubsub.append(tenantId, EPOCH, entries)).toEqual({ kind: "accepted", head: 11_001 });
    expect(await pubsub.history(tenantId, { epoch: EPOCH, seq: 10_990 }, 100)).toMatchObject({ kind: "events" });
  });

  test("receives messages again after its connections are killed, and reports the reconnection", async () => {
    const channel = tenantChannel(newId());
    const { message } = await nextOn(pubsub, channel);
    const back = reconnected(pubsub);
    await admin.call("CLIENT", "KILL", "TYPE", "pubsub");
    await back;
    await pubsub.publish(channel, "after the kill");
    expect(await message).toBe("after the kill");
  });

  test("receives messages again after Redis crashed and restarted empty", async () => {
    const channel = tenantChannel(newId());
    const { message } = await nextOn(pubsub, channel);
    const back = reconnected(pubsub);
    await service.kill();
    expect(await pubsub.isHealthy()).toBe(false);
    await service.restart();
    await back;
    await pubsub.publish(channel, "after the crash");
    expect(await message).toBe("after the crash");
    expect(await pubsub.isHealthy()).toBe(true);
  }, 20_000);

  test("is unhealthy on a replica, which delivers messages and accepts no events", async () => {
    expect(await pubsub.isHealthy()).toBeTrue();
    await admin.replicaof("127.0.0.1", 1);
    expect(await pubsub.isHealthy()).toBeFalse();
    await admin.call("REPLICAOF", "NO", "ONE");
    expect(await pubsub.isHealthy()).toBeTrue();
  });

  test("rejects after two seconds while Redis hangs, and works when it resumes", async () => {
    service.pause();
    const startedAt = Date.now();
    const attempts = await Promise.allSettled([
      pubsub.head(newId()),
      pubsub.publish("test:hanging", "x"),
      pubsub.append("t", EPOCH, entriesOf("t", 1, 1)),
      pubsub.subscribeExact(`test:${newId()}`, () => {}),
      pubsub.isHealthy().then((healthy) => (healthy ? "healthy" : Promise.reject(new Error("not healthy")))),
    ]);
    service.resume();
    expect(attempts.map(({ status }) => status)).toEqual(Array(5).fill("rejected"));
    expect(Date.now() - startedAt).toBeLessThan(3_000);
    const { message } = await nextOn(pubsub, "test:resumed");
    await pubsub.publish("test:resumed", "on");
    expect(await message).toBe("on");
  }, 20_000);

  test("starts while Redis is away and works once it is back", async () => {
    await service.stop();
    const early = connect();
    const outcome = early
      .subscribeExact("test:early", () => {})
      .then(
        () => "subscribed",
        () => "refused",
      );
    expect(await outcome).toBe("refused");
    await service.restart();
    const { message } = await nextOn(early, "test:early");
    await early.publish("test:early", "there");
    expect(await message).toBe("there");
    await early.close();
  }, 20_000);
});
