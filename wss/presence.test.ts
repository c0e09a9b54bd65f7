import { describe, expect, spyOn, test } from "bun:test";
import { silentLog } from "../platform/log/log.ts";
import { createMetrics } from "../platform/metrics/metrics.ts";
import { createLocalPubSub } from "../platform/pubsub/local.ts";
import { createMemoryLog } from "../tests/contract/memory-log.ts";
import { createManualClock } from "../tests/support/manual-clock.ts";
import { createPresence, isPresenceSmall } from "./presence.ts";

const TENANT = "t1";
const entry = (connectionId: string, data: Record<string, unknown> | null = { at: 1 }) => ({
  connectionId,
  userId: "u1",
  name: "Ann",
  data,
});

/** Nodes on one bus, each with what it told its sockets. */
const startNodes = async (count: number) => {
  const clock = createManualClock();
  const pubsub = createLocalPubSub({ log: createMemoryLog(), metrics: createMetrics() });
  const publish = spyOn(pubsub, "publish");
  const nodes = Array.from({ length: count }, (_, index) => {
    const told: unknown[] = [];
    const tell = (_tenantId: string, text: string) => told.push(...JSON.parse(text).entries);
    const presence = createPresence({ nodeId: `node ${index}`, pubsub, clock, log: silentLog, publish: tell });
    presence.open(TENANT);
    return { presence, told, full: () => presence.full(TENANT).flatMap((text) => JSON.parse(text).entries) };
  });
  await clock.advance(100);
  publish.mockClear();
  return { clock, nodes, published: () => publish.mock.calls.length };
};

describe("presence", () => {
  test("tells each change once, on every node", async () => {
    const { clock, nodes } = await startNodes(2);
    nodes[0]?.presence.say(TENANT, entry("a"));
    nodes[0]?.presence.say(TENANT, entry("a"));
    await clock.advance(200);
    for (const { told, full } of nodes) {
      expect(told).toEqual([entry("a")]);
      expect(full()).toEqual([entry("a")]);
    }
    expect(nodes[0]?.presence.leave(TENANT, "a")).toBe(true);
    expect(nodes[0]?.presence.leave(TENANT, "a")).toBe(false);
    await clock.advance(200);
    for (const { told, full } of nodes) {
      expect(told).toEqual([entry("a"), entry("a", null)]);
      expect(full()).toEqual([]);
    }
  });

  test("is asked for by a node that comes later", async () => {
    const { clock, nodes } = await startNodes(2);
    nodes[0]?.presence.say(TENANT, entry("a"));
    nodes[1]?.presence.close(TENANT);
    nodes[1]?.presence.open(TENANT);
    await clock.advance(100);
    expect(nodes[1]?.full()).toEqual([entry("a")]);
  });

  test("crosses the bus a few times a second at most, however often people move", async () => {
    const { clock, nodes, published } = await startNodes(2);
    for (let turn = 0; turn < 40; turn += 1) {
      for (let person = 0; person < 20; person += 1) nodes[0]?.presence.say(TENANT, entry(`${person}`, { turn }));
      await clock.advance(10);
    }
    await clock.advance(200);
    expect(nodes[1]?.full()).toHaveLength(20);
    expect(nodes[1]?.full()).toContainEqual(entry("7", { turn: 39 }));
    expect(published()).toBeLessThan(12);
  });

  test("stays while its node announces it and ends a while after the node died", async () => {
    const { clock, nodes } = await startNodes(2);
    nodes[0]?.presence.say(TENANT, entry("a"));
    await clock.advance(120_000);
    expect(nodes[1]?.full()).toEqual([entry("a")]);
    nodes[0]?.presence.stop();
    await clock.advance(80_000);
    expect(nodes[1]?.full()).toEqual([]);
    expect(nodes[1]?.told.at(-1)).toEqual(entry("a", null));
  });

  test("takes at most 2 KiB, whatever it is made of", () => {
    expect(isPresenceSmall(null)).toBe(true);
    expect(isPresenceSmall({ text: "x".repeat(2_048 - '{"text":""}'.length) })).toBe(true);
    expect(isPresenceSmall({ text: "ü".repeat(1_024) })).toBe(false);
    const deep = JSON.parse(`{"a":${"[".repeat(30_000)}${"]".repeat(30_000)}}`);
    expect(isPresenceSmall(deep)).toBe(false);
  });
});
