import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { Redis } from "ioredis";
import { systemClock } from "../../platform/clock/clock.ts";
import { silentLog } from "../../platform/log/log.ts";
import { createMetrics } from "../../platform/metrics/metrics.ts";
import type { PubSubProvider } from "../../platform/pubsub/provider.ts";
import { createRedisPubSub } from "../../platform/pubsub/redis.ts";
import { freePort } from "../support/ports.ts";
import { type Redis as Service, startRedis } from "../support/services.ts";
import { pubSubContract } from "./pubsub-suite.ts";

let services: Service[];
let pubsub: PubSubProvider;

const startMember = () => startRedis(["--cluster-enabled", "yes", "--cluster-port", String(freePort())]);

/** Two masters with half of the slots each. */
const startCluster = async (): Promise<Service[]> => {
  const members = [await startMember(), await startMember()];
  const admins = members.map(({ url }) => new Redis(url, { protocol: 2 }));
  const [first, second] = admins;
  if (first === undefined || second === undefined) throw new Error("a cluster has two members here");
  await first.call("CLUSTER", "ADDSLOTSRANGE", "0", "8191");
  await second.call("CLUSTER", "ADDSLOTSRANGE", "8192", "16383");
  const port = String(members[1]?.port);
  const busPort = String(((await second.call("CONFIG", "GET", "cluster-port")) as string[])[1]);
  await first.call("CLUSTER", "MEET", "127.0.0.1", port, busPort);
  for (const admin of admins) {
    while (!/cluster_state:ok[\s\S]*cluster_known_nodes:2/.test(String(await admin.call("CLUSTER", "INFO"))));
    admin.disconnect();
  }
  return members;
};

beforeAll(async () => {
  services = await startCluster();
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
