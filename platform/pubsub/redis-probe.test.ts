import { expect, test } from "bun:test";
import slotOf from "cluster-key-slot";
import { createManualClock } from "../../tests/support/manual-clock.ts";
import { silentLog } from "../log/log.ts";
import type { RedisClients } from "./redis-client.ts";
import { createRedisProbe } from "./redis-probe.ts";
import type { RedisSubscriptions } from "./redis-subscriptions.ts";

const SLOTS = 16_384;

/** A cluster whose masters can each stop delivering messages, and a probe of it. */
const startProbe = (masters: readonly string[]) => {
  const clock = createManualClock();
  const listeners = new Map<string, () => void>();
  const deaf = new Set<string>();
  let owners: string[] = [];
  const share = (among: readonly string[]) => {
    owners = Array.from({ length: SLOTS }, (_, slot) => among[slot % among.length] ?? "");
  };
  share(masters);
  const masterOf = (channel: string) => owners[slotOf(channel)] ?? "";
  let reconnects = 0;
  const subscriptions: Pick<RedisSubscriptions, "subscribe"> = {
    subscribe: async (_, channel, listener) => {
      listeners.set(channel, () => listener(sent.get(channel) ?? "", channel));
      return async () => void listeners.delete(channel);
    },
  };
  const sent = new Map<string, string>();
  const clients = {
    commands: { status: "ready" },
    subscriber: { status: "ready" },
    isCluster: true,
    slotOwners: () => owners,
    script: async (_: unknown, [, channel = ""]: readonly string[], [, text = ""]: readonly string[]) => {
      sent.set(channel, text);
      if (!deaf.has(masterOf(channel))) listeners.get(channel)?.();
    },
    reconnect: () => {
      reconnects += 1;
    },
  };
  const probe = createRedisProbe({
    clients: clients as unknown as RedisClients,
    subscriptions: subscriptions as RedisSubscriptions,
    clock,
    log: silentLog,
  });
  return {
    clock,
    deaf,
    share,
    probe,
    probed: () => [...listeners.keys()].map(masterOf).sort(),
    reconnects: () => reconnects,
  };
};

test("one deaf master of several is detected within ten seconds, and the probe reconnects", async () => {
  for (const master of ["a", "b", "c"]) {
    const { clock, deaf, reconnects } = startProbe(["a", "b", "c"]);
    deaf.add(master);
    await clock.advance(12_000);
    expect(reconnects()).toBe(1);
  }
});

test("while a master stays down the probe reconnects ever less often, until all work again", async () => {
  const { clock, deaf, reconnects } = startProbe(["a", "b"]);
  deaf.add("a");
  await clock.advance(125_000);
  expect(reconnects()).toBe(3);
  deaf.clear();
  await clock.advance(5_000);
  deaf.add("a");
  await clock.advance(12_000);
  expect(reconnects()).toBe(4);
});

test("the probe follows masters that come and go, with one channel each", async () => {
  const { clock, share, probed, probe, reconnects } = startProbe(["a", "b"]);
  await clock.advance(5_000);
  expect(probed()).toEqual(["a", "b"]);
  share(["a", "b", "c"]);
  await clock.advance(5_000);
  expect(probed()).toEqual(["a", "b", "c"]);
  share(["c"]);
  await clock.advance(5_000);
  expect(probed()).toEqual(["c"]);
  expect(probe.channels).toBe(1);
  expect(reconnects()).toBe(0);
});

test("slots are computed as Redis does", () => {
  expect(["123456789", "{user1000}.following", "artel:{x}:channel"].map((key) => slotOf(key))).toEqual([
    12_739, 3_443, 16_287,
  ]);
});
