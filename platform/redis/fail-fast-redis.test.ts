import { expect, test } from "bun:test";
import { own } from "../../tests/support/lifetime.ts";
import { startRedisCluster } from "../../tests/support/redis-cluster.ts";
import { systemClock } from "../clock/clock.ts";
import { silentLog } from "../log/log.ts";
import { connectFailFastRedis } from "./fail-fast-redis.ts";

test("a cluster's password also applies to masters that no URL names", async () => {
  const members = await startRedisCluster(3, "secret");
  const seeds = members.slice(0, 2).map(({ port }) => `redis://:secret@127.0.0.1:${port}`);
  const redis = connectFailFastRedis(seeds, { clock: systemClock, log: silentLog });
  own(async () => redis.close());
  while (redis.client.status !== "ready") await new Promise((resolve) => setImmediate(resolve));
  // Enough keys that every master holds some.
  const keys = Array.from({ length: 30 }, (_, index) => `key${index}`);
  for (const key of keys) await redis.run((client) => client.set(key, key));
  expect(await Promise.all(keys.map((key) => redis.run((client) => client.get(key))))).toEqual(keys);
}, 60_000);
