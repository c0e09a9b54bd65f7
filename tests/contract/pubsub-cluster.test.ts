import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { Redis } from "ioredis";
import { systemClock } from "../../platform/clock/clock.ts";
import { silentLog } from "../../platform/log/log.ts";
import { createMetrics } from "../../platform/metrics/metrics.ts";
import type { PubSubProvider } from "../../platform/pubsub/provider.ts";
import { createRedisPubSub } from "../../platform/pubsub/redis.ts";
import { startRedisCluster } from "../support/redis-cluster.ts";
import type { Redis as Service } from "../support/services.ts";
import { pubSubContract } from "./pubsub-suite.ts";

let services: Service[];
let pubsub: PubSubProvider;

beforeAll(async () => {
  services = await startRedisCluster(2);
  const urls = services.map(({ url }) => url);
  pubsub = createRedisPubSub({ urls, log: silentLog, clock: systemClock, metrics: createMetrics() });
}, 60_000);
afterAll(() => pubsub.close());

pubSubContract("a Redis cluster", () => ({ pubsub, commit: () => {} }), { patterns: false });

describe("pub/sub by a Redis cluster", () => {
  test("probes each of its masters over that master's connection", async () => {
    expect(await pubsub.isHealthy()).toBe(true);
    for (const { url } of services) {
      const admin = new Redis(url, { protocol: 2 });
      expect(await admin.call("PUBSUB", "SHARDCHANNELS", "artel:{probe*")).toHaveLength(1);
      admin.disconnect();
    }
  });

  test("is unhealthy while any one of its masters hangs", async () => {
    for (const service of services) {
      service.pause();
      const healthy = await pubsub.isHealthy();
      service.resume();
      expect(healthy).toBe(false);
      while (!(await pubsub.isHealthy()));
    }
  }, 20_000);

  test("refuses a subscription to a pattern", async () => {
    await expect(pubsub.subscribe("test:*", () => {})).rejects.toThrow("no patterns");
  });
});
