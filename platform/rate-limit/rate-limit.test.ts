import { expect, test } from "bun:test";
import { own } from "../../tests/support/lifetime.ts";
import { startRedis } from "../../tests/support/services.ts";
import { systemClock } from "../clock/clock.ts";
import { silentLog } from "../log/log.ts";
import { connectFailFastRedis } from "../redis/fail-fast-redis.ts";
import { createRateLimits } from "./rate-limit.ts";

const rates = {
  rest: { points: 3, seconds: 60 },
  auth: { points: 1, seconds: 60 },
  tenant: { points: 9, seconds: 60 },
};

test("reports the remaining points, then rejects until the next window", async () => {
  const { rest } = createRateLimits(rates);
  const answers = [await rest.consume("u"), await rest.consume("u"), await rest.consume("u"), await rest.consume("u")];
  expect(answers.map(({ allowed, remaining }) => [allowed, remaining])).toEqual([
    [true, 2],
    [true, 1],
    [true, 0],
    [false, 0],
  ]);
  expect((await rest.consume("other")).allowed).toBeTrue();
});

/** `count` connected limiters on one Redis. */
const limitersOn = async (url: string, count: number) => {
  const connections = Array.from({ length: count }, () =>
    connectFailFastRedis([url], { clock: systemClock, log: silentLog }),
  );
  for (const { close } of connections) own(async () => close());
  while (connections.some(({ client }) => client.status !== "ready"))
    await new Promise((resolve) => setImmediate(resolve));
  return connections.map((connection) => createRateLimits(rates, connection).rest);
};

test("processes on one Redis count together, and each for itself while Redis is unavailable", async () => {
  const redis = await startRedis();
  const [one, two] = await limitersOn(redis.url, 2);
  if (one === undefined || two === undefined) throw new Error("two limiters");
  await one.consume("u");
  await two.consume("u");
  expect((await one.consume("u")).remaining).toBe(0);
  expect((await two.consume("u")).allowed).toBeFalse();
  await redis.kill();
  expect((await one.consume("u")).allowed).toBeTrue();
}, 20_000);

test("a Redis that hangs delays one request, not each, and counts again when it resumes", async () => {
  const redis = await startRedis();
  const [one] = await limitersOn(redis.url, 1);
  if (one === undefined) throw new Error("a limiter");
  await one.consume("u");
  redis.pause();
  const from = performance.now();
  for (let request = 0; request < 100; request += 1) await one.consume("u");
  // Half a second per request would be 50 s.
  expect(performance.now() - from).toBeLessThan(5_000);
  redis.resume();
  // The count in memory is over the limit, the count in Redis is not.
  while (!(await one.consume("u")).allowed) await new Promise((resolve) => setImmediate(resolve));
}, 20_000);
