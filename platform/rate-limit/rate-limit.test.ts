import { expect, test } from "bun:test";
import { startRedis } from "../../tests/support/services.ts";
import { silentLog } from "../log/log.ts";
import { connectQuickRedis } from "../redis/quick-redis.ts";
import { createRateLimits } from "./rate-limit.ts";

const rates = {
  rest: { points: 3, seconds: 60 },
  auth: { points: 1, seconds: 60 },
  tenant: { points: 9, seconds: 60 },
};

test("says what is left, then refuses until the window begins anew", async () => {
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

test("processes on one Redis count together, and each for itself while Redis is away", async () => {
  const redis = await startRedis();
  const clients = [connectQuickRedis([redis.url], silentLog), connectQuickRedis([redis.url], silentLog)];
  const [one, two] = clients.map((client) => createRateLimits(rates, client).rest);
  if (one === undefined || two === undefined) throw new Error("two limiters");
  await Promise.all(clients.map((client) => client.ping()).map((ping) => ping.catch(() => null)));
  while (clients.some((client) => client.status !== "ready")) await new Promise((resolve) => setImmediate(resolve));
  await one.consume("u");
  await two.consume("u");
  expect((await one.consume("u")).remaining).toBe(0);
  expect((await two.consume("u")).allowed).toBeFalse();
  await redis.kill();
  expect((await one.consume("u")).allowed).toBeTrue();
  for (const client of clients) client.disconnect();
}, 20_000);
