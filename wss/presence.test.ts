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

/** Nodes on one bus. `sent` collects the entries that a node sent to its sockets. */
const startNodes = async (count: number) => {
  const clock = createManualClock();
  const pubsub = createLocalPubSub({ log: createMemoryLog(), metrics: createMetrics() });
  const publish = spyOn(pubsub, "publish");
  const nodes = Array.from({ length: count }, (_, index) => {
    const sent: unknown[] = [];
    const publishLocally = (_tenantId: string, text: string) => sent.push(...JSON.parse(text).entries);
    const presence = createPresence({
      nodeId: `node ${index}`,
      pubsub,
      clock,
      log: silentLog,
      publish: publishLocally,
    });
    presence.open(TENANT);
    return { presence, sent, list: () => presence.snapshot(TENANT).flatMap((text) => JSON.parse(text).entries) };
  });
  await clock.advance(100);
  publish.mockClear();
  return { clock, nodes, published: () => publish.mock.calls.length };
};

describe("presence", () => {
  test("sends each change once, on every node", async () => {
    const { clock, nodes } = await startNodes(2);
    nodes[0]?.presence.set(TENANT, entry("a"));
    nodes[0]?.presence.set(TENANT, entry("a"));
    await clock.advance(200);
    for (const { sent, list } of nodes) {
      expect(sent).toEqual([entry("a")]);
      expect(list()).toEqual([entry("a")]);
    }
    expect(nodes[0]?.presence.remove(TENANT, "a")).toBe(true);
    expect(nodes[0]?.presence.remove(TENANT, "a")).toBe(false);
    await clock.advance(200);
    for (const { sent, list } of nodes) {
      expect(sent).toEqual([entry("a"), entry("a", null)]);
      expect(list()).toEqual([]);
    }
  });

  test("a node that opens the tenant later receives the entries", async () => {
    const { clock, nodes } = await startNodes(2);
    nodes[0]?.presence.set(TENANT, entry("a"));
    nodes[1]?.presence.close(TENANT);
    nodes[1]?.presence.open(TENANT);
    await clock.advance(100);
    expect(nodes[1]?.list()).toEqual([entry("a")]);
  });

  test("crosses the bus a few times a second at most, at any rate of changes", async () => {
    const { clock, nodes, published } = await startNodes(2);
    for (let turn = 0; turn < 40; turn += 1) {
      for (let person = 0; person < 20; person += 1) nodes[0]?.presence.set(TENANT, entry(`${person}`, { turn }));
      await clock.advance(10);
    }
    await clock.advance(200);
    expect(nodes[1]?.list()).toHaveLength(20);
    expect(nodes[1]?.list()).toContainEqual(entry("7", { turn: 39 }));
    expect(published()).toBeLessThan(12);
  });

  test("stays while its node announces it and ends a while after the node died", async () => {
    const { clock, nodes } = await startNodes(2);
    nodes[0]?.presence.set(TENANT, entry("a"));
    await clock.advance(120_000);
    expect(nodes[1]?.list()).toEqual([entry("a")]);
    nodes[0]?.presence.stop();
    await clock.advance(80_000);
    expect(nodes[1]?.list()).toEqual([]);
    expect(nodes[1]?.sent.at(-1)).toEqual(entry("a", null));
  });

  test("takes at most 2 KiB of any data", () => {
    expect(isPresenceSmall(null)).toBe(true);
    expect(isPresenceSmall({ text: "x".repeat(2_048 - '{"text":""}'.length) })).toBe(true);
    expect(isPresenceSmall({ text: "ü".repeat(1_024) })).toBe(false);
    const deep = JSON.parse(`{"a":${"[".repeat(30_000)}${"]".repeat(30_000)}}`);
    expect(isPresenceSmall(deep)).toBe(false);
  });
});
