import { expect, test } from "bun:test";
import { existsSync } from "node:fs";
import { RedisClient, SQL } from "bun";
import { own, stopAll, temporaryFolder } from "./lifetime.ts";
import { startPostgres, startRedis } from "./services.ts";

const ask = async (url: string, command: string, ...args: string[]): Promise<unknown> => {
  const client = new RedisClient(url, { autoReconnect: false, connectionTimeout: 2_000 });
  try {
    return await client.send(command, args);
  } finally {
    client.close();
  }
};

const select = async (url: string, query: string): Promise<unknown[]> => {
  const sql = new SQL(url, { max: 1 });
  try {
    return [...(await sql.unsafe(query))];
  } finally {
    await sql.end();
  }
};

test("a killed Redis restarts empty on the same port", async () => {
  const redis = await startRedis();
  expect(await ask(redis.url, "SET", "key", "value")).toBe("OK");
  await redis.kill();
  await expect(ask(redis.url, "PING")).rejects.toThrow();
  await redis.restart();
  expect(await ask(redis.url, "GET", "key")).toBeNull();
}, 30_000);

test("a Redis with persistence keeps its data", async () => {
  const redis = await startRedis(["--appendonly", "yes", "--appendfsync", "always"]);
  await ask(redis.url, "SET", "key", "value");
  await redis.kill();
  await redis.restart();
  expect(await ask(redis.url, "GET", "key")).toBe("value");
}, 30_000);

test("a paused Redis answers after resume, and can be stopped while paused", async () => {
  const redis = await startRedis();
  redis.pause();
  const answer = ask(redis.url, "PING").catch(() => "connection given up");
  expect(await Promise.race([answer, Bun.sleep(200).then(() => "nothing")])).toBe("nothing");
  redis.resume();
  expect(await ask(redis.url, "PING")).toBe("PONG");
  await answer;
  redis.pause();
  await redis.stop();
}, 30_000);

test("two Redis servers run side by side", async () => {
  const [one, other] = await Promise.all([startRedis(), startRedis()]);
  expect(one.port).not.toBe(other.port);
}, 30_000);

test("Postgres creates separate databases and keeps them through a crash", async () => {
  const postgres = await startPostgres();
  const other = await postgres.createDatabase();
  await select(postgres.url, "CREATE TABLE kept AS SELECT 1 AS one");
  await postgres.kill();
  await postgres.restart();
  expect(await select(postgres.url, "SELECT one FROM kept")).toEqual([{ one: 1 }]);
  expect(await select(other, "SELECT to_regclass('kept') AS kept")).toEqual([{ kept: null }]);
  await postgres.stop();
}, 60_000);

test("stopAll runs every stop from the newest to the oldest, even if one fails", async () => {
  const folder = temporaryFolder("lifetime");
  const stopped: string[] = [];
  own(() => void stopped.push("first"));
  own(() => Promise.reject(new Error("will not stop")));
  own(() => void stopped.push("last"));
  const forget = own(() => void stopped.push("forgotten"));
  forget();
  await expect(stopAll()).rejects.toThrow("will not stop");
  expect(stopped).toEqual(["last", "first"]);
  expect(existsSync(folder)).toBeFalse();
});
