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
  test("proves each of its masters, for each has a connection of its own", async () => {
    expect(await pubsub.isHealthy()).toBe(true);
    for (const { url } of services) {
      const admin = new Redis(url, { protocol: 2 });
      expect(await admin.call("PUBSUB", "SHARDCHANNELS", "artel:{probe*")).toHaveLength(1);
      admin.disconnect();
    }
  });

  test("is not healthy while one of its masters hangs, whichever it is", async () => {
    for (const service of services) {
      service.pause();
      const healthy = await pubsub.isHealthy();
      service.resume();
      expect(healthy).toBe(false);
      while (!(await pubsub.isHealthy()));
    }
  }, 20_000);

  test("says that it has no patterns", async () => {
    await expect(pubsub.subscribe("test:*", () => {})).rejects.toThrow("no patterns");
  });
});
