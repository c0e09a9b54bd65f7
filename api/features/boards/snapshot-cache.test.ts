import { expect, test } from "bun:test";
import { createRedisCache } from "../../../platform/cache/redis-cache.ts";
import { systemClock } from "../../../platform/clock/clock.ts";
import { silentLog } from "../../../platform/log/log.ts";
import { connectFailFastRedis } from "../../../platform/redis/fail-fast-redis.ts";
import { own } from "../../../tests/support/lifetime.ts";
import { startRedis } from "../../../tests/support/services.ts";
import { createSnapshotCache, type SnapshotCache } from "./snapshot-cache.ts";

const ask = (cache: SnapshotCache, board: string, position: string, compute: () => Promise<string>) =>
  cache.compute(board, position, compute);

test("many who ask for one snapshot at once get one computation", async () => {
  const cache = createSnapshotCache();
  let computed = 0;
  const compute = async () => {
    computed += 1;
    return "text";
  };
  const answers = await Promise.all(Array.from({ length: 50 }, () => ask(cache, "b", "e:1", compute)));
  expect([new Set(answers), computed]).toEqual([new Set(["text"]), 1]);
  expect(cache.local("b", "e:1")).toBe("text");
  await ask(cache, "b", "e:1", compute);
  expect(computed).toBe(1);
});

test("another position or another board is another snapshot", async () => {
  const cache = createSnapshotCache();
  const told = (board: string, position: string) => ask(cache, board, position, async () => `${board} ${position}`);
  expect([await told("a", "e:1"), await told("a", "e:2"), await told("b", "e:1"), await told("a", "e:1")]).toEqual([
    "a e:1",
    "a e:2",
    "b e:1",
    "a e:1",
  ]);
  expect(cache.local("a", "e:2")).toBeNull();
});

test("a computation that failed is tried anew", async () => {
  const cache = createSnapshotCache();
  await expect(ask(cache, "b", "e:1", () => Promise.reject(new Error("away")))).rejects.toThrow("away");
  expect(await ask(cache, "b", "e:1", async () => "text")).toBe("text");
});

test("what a process has computed the others on its Redis find, of each board the latest; away it is not there", async () => {
  const redis = await startRedis();
  const connections = [1, 2].map(() => connectFailFastRedis([redis.url], { clock: systemClock, log: silentLog }));
  for (const { close } of connections) own(async () => close());
  const [first] = connections;
  const [one, two] = connections.map((connection) => createSnapshotCache(createRedisCache(connection, silentLog)));
  if (first === undefined || one === undefined || two === undefined) throw new Error("two caches");
  while (connections.some(({ client }) => client.status !== "ready"))
    await new Promise((resolve) => setImmediate(resolve));
  const stored = async (position: string) => {
    while ((await first.client.hexists("artel:cache:snapshot:b", position)) !== 1)
      await new Promise((resolve) => setImmediate(resolve));
  };
  await ask(one, "b", "e:1", async () => "first");
  await stored("e:1");
  expect([await two.shared("b", "e:1"), two.local("b", "e:1"), await two.shared("b", "e:2")]).toEqual([
    "first",
    "first",
    null,
  ]);
  await ask(one, "b", "e:2", async () => "second");
  await stored("e:2");
  expect(await first.client.hkeys("artel:cache:snapshot:b")).toEqual(["e:2"]);
  expect(await first.client.ttl("artel:cache:snapshot:b")).toBeGreaterThan(0);
  await redis.kill();
  expect(await two.shared("b", "e:2")).toBeNull();
}, 20_000);
