import { afterAll, beforeAll, expect, test } from "bun:test";
import { Redis } from "ioredis";
import { seeded } from "../../client/realtime/testing/sim-clock.ts";
import { APPEND, HISTORY } from "../../platform/pubsub/redis-scripts.ts";
import { RedisServer } from "../sim/redis-server.ts";
import { startRedis } from "../support/services.ts";
import { EPOCH, LATER_EPOCH, newId } from "./pubsub-fixtures.ts";

let client: Redis;
let subscriber: Redis;

beforeAll(async () => {
  const { url } = await startRedis();
  client = new Redis(url, { protocol: 2 });
  subscriber = new Redis(url, { protocol: 2 });
});
afterAll(() => {
  client.disconnect();
  subscriber.disconnect();
});

const STEPS = 2_000;

test("the simulator's Redis answers and publishes like the real one, for random commands in random order", async () => {
  const random = seeded(7);
  const below = (bound: number) => Math.floor(random() * bound);
  const real: string[] = [];
  const simulated: string[] = [];
  const server = new RedisServer((_, payload) => simulated.push(payload));
  subscriber.on("message", (_, payload: string) => real.push(payload));
  for (let round = 0; round < 20; round += 1) {
    const id = newId();
    const [log, head, channel] = [`t:{${id}}:log`, `t:{${id}}:head`, `t:{${id}}:channel`];
    await subscriber.subscribe(channel);
    for (let step = 0; step < STEPS / 20; step += 1) {
      const epoch = random() < 0.85 ? EPOCH : LATER_EPOCH;
      const isAppend = random() < 0.6;
      const first = 1 + below(12);
      const entries = Array.from({ length: below(4) }, (_, index) => first + index);
      const floor = random() < 0.3 ? String(random() < 0.7 ? first - 1 : below(15)) : "";
      const script = isAppend ? APPEND : HISTORY;
      const keys = isAppend ? [log, head, channel] : [log, head];
      const args = isAppend
        ? [epoch, floor, "10000", "600", "PUBLISH", ...entries.flatMap((seq) => [String(seq), `${id} ${step} ${seq}`])]
        : [epoch, String(below(14)), String(below(10))];
      const answer = await client.eval(script.text, keys.length, ...keys, ...args);
      expect([step, ...args, server.evaluate(script.sha, keys, args)]).toEqual([step, ...args, answer]);
      expect(server.headOf(head)).toEqual((await client.hmget(head, "epoch", "seq")) as [string, string]);
    }
  }
  await client.publish(await lastChannel(), "end");
  await until(() => real.at(-1) === "end");
  expect(real.slice(0, -1)).toEqual(simulated);
});

const lastChannel = async (): Promise<string> => {
  await subscriber.subscribe("t:end");
  return "t:end";
};

const until = async (isReached: () => boolean): Promise<void> => {
  while (!isReached()) await client.ping();
};
