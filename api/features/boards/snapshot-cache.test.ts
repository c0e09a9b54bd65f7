import { expect, test } from "bun:test";
import { createRedisCache } from "../../../platform/cache/redis-cache.ts";
import { silentLog } from "../../../platform/log/log.ts";
import { connectQuickRedis } from "../../../platform/redis/quick-redis.ts";
import { startRedis } from "../../../tests/support/services.ts";
import { createSnapshotCache } from "./snapshot-cache.ts";

test("many who ask for one snapshot at once get one computation", async () => {
  const cache = createSnapshotCache();
  let computed = 0;
  const compute = async () => {
    computed += 1;
    return "text";
  };
  const answers = await Promise.all(Array.from({ length: 50 }, () => cache.get("b", "e:1", compute)));
  expect([new Set(answers), computed]).toEqual([new Set(["text"]), 1]);
  await cache.get("b", "e:1", compute);
  expect(computed).toBe(1);
});

test("another position or another board is another snapshot", async () => {
  const cache = createSnapshotCache();
  const ask = (board: string, position: string) => cache.get(board, position, async () => `${board} ${position}`);
  expect([await ask("a", "e:1"), await ask("a", "e:2"), await ask("b", "e:1"), await ask("a", "e:1")]).toEqual([
    "a e:1",
    "a e:2",
    "b e:1",
    "a e:1",
  ]);
});

test("a computation that failed is tried anew", async () => {
  const cache = createSnapshotCache();
  await expect(cache.get("b", "e:1", () => Promise.reject(new Error("away")))).rejects.toThrow("away");
  expect(await cache.get("b", "e:1", async () => "text")).toBe("text");
});

test("processes on one Redis compute a snapshot once, and each for itself while it is away", async () => {
  const redis = await startRedis();
  const clients = [connectQuickRedis([redis.url], silentLog), connectQuickRedis([redis.url], silentLog)];
  const [one, two] = clients.map((client) => createSnapshotCache(createRedisCache(client, silentLog)));
  if (one === undefined || two === undefined) throw new Error("two caches");
  while (clients.some((client) => client.status !== "ready")) await new Promise((resolve) => setImmediate(resolve));
  let computed = 0;
  const compute = async () => {
    computed += 1;
    return `snapshot ${computed}`;
  };
  expect(await one.get("b", "e:1", compute)).toBe("snapshot 1");
  while ((await clients[0]?.exists("artel:cache:snapshot:b e:1")) !== 1)
    await new Promise((resolve) => setImmediate(resolve));
  expect(await two.get("b", "e:1", compute)).toBe("snapshot 1");
  expect(await two.get("b", "e:2", compute)).toBe("snapshot 2");
  await redis.kill();
  expect(await one.get("b", "e:3", compute)).toBe("snapshot 3");
  expect(await two.get("b", "e:3", compute)).toBe("snapshot 4");
  for (const client of clients) client.disconnect();
}, 20_000);
