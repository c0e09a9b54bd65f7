import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { systemClock } from "../../platform/clock/clock.ts";
import { silentLog } from "../../platform/log/log.ts";
import { createMetrics } from "../../platform/metrics/metrics.ts";
import type { PubSubProvider } from "../../platform/pubsub/provider.ts";
import { CONTROL_CHANNEL, REPAIR_CHANNEL, REPAIRED_CHANNEL, tenantChannel } from "../../platform/pubsub/provider.ts";
import { createRedisPubSub } from "../../platform/pubsub/redis.ts";
import { createRealtimeTokens } from "../../platform/tokens/realtime-token.ts";
import type { Position } from "../../shared/protocol/position.ts";
import { EPOCH, entriesOf, entryOf, newId } from "../contract/pubsub-fixtures.ts";
import { freePort } from "../support/ports.ts";
import { type Program, runProgram, startWss } from "../support/processes.ts";
import { type Redis, startRedis } from "../support/services.ts";
import { memberData, SECRET, TestClient, tokenFor } from "./wss-support.ts";

const tokens = createRealtimeTokens(SECRET, systemClock);
const at = (seq: number): Position => ({ epoch: EPOCH, seq });
const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, index) => from + index);
const seqsOf = (events: readonly { seq?: number }[]) => events.map(({ seq }) => seq);

/** Longer than a node caches an "unknown" result; clients back off for longer anyway. */
const UNKNOWN_FOR_MS = 150;

let redis: Redis;
let bus: PubSubProvider;
let nodes: Program[];

const start = (more: Record<string, string> = {}) =>
  startWss({ env: { ARTEL_SECRET: SECRET, REDIS_URL: redis.url, LOG_LEVEL: "warn", ...more } });
const client = async (node: Program, tenants: Record<string, Position | null>, userId = newId()) => {
  const opened = new TestClient(node.url);
  await opened.auth(await tokenFor(tokens, tenants, { userId }));
  return opened;
};
const health = async (node: Program) => (await fetch(`${node.url.replace("ws:", "http:")}/health`)).json();
/** Resolves when the node reports this health status. */
const healthBecomes = async (node: Program, status: string) => {
  while ((await health(node)).status !== status) await new Promise((resolve) => setImmediate(resolve));
};

beforeAll(async () => {
  redis = await startRedis();
  bus = createRedisPubSub({ urls: [redis.url], log: silentLog, clock: systemClock, metrics: createMetrics() });
  nodes = await Promise.all([start(), start()]);
}, 60_000);
afterAll(() => bus.close());
const node = (index: number): Program => {
  const found = nodes[index];
  if (found === undefined) throw new Error("there is no such node");
  return found;
};

describe("bun wss:start", () => {
  test("delivers appended events to the sockets of every node, and replays on any of them", async () => {
    const tenantId = newId();
    await bus.append(tenantId, EPOCH, entriesOf(tenantId, 1, 10));
    const clients = await Promise.all([
      client(node(0), { [tenantId]: at(10) }),
      client(node(1), { [tenantId]: at(10) }),
    ]);
    for (const one of clients) await one.subscribe(tenantId);
    await bus.append(tenantId, EPOCH, entriesOf(tenantId, 11, 50));
    for (const one of clients) expect(seqsOf(await one.events(40))).toEqual(range(11, 50));
    const back = await client(node(1), { [tenantId]: at(10) });
    expect(await back.subscribe(tenantId, at(20))).toMatchObject({ seq: 50, recovered: true });
    expect(seqsOf(await back.events(30))).toEqual(range(21, 50));
  });

  test("delivers messages of another backend and drops invalid ones", async () => {
    const tenantId = newId();
    const one = await client(node(0), { [tenantId]: null });
    await one.subscribe(tenantId);
    const message = { type: "message", tenantId, initiatorId: "other", action: "ORDER_PAID", data: { total: 5 } };
    await bus.publish(tenantChannel(tenantId), "no JSON");
    await bus.publish(tenantChannel(tenantId), JSON.stringify({ ...message, action: "TASK_CREATED" }));
    await bus.publish(tenantChannel(tenantId), JSON.stringify(message));
    expect(await one.events(1)).toEqual([message as never]);
    const metrics = await (await fetch(`${node(0).url.replace("ws:", "http:")}/metrics`)).text();
    expect(metrics).toContain('pubsub_messages_rejected_total{reason="unreadable"} 1');
    expect(metrics).toContain('pubsub_messages_rejected_total{reason="data"} 1');
  });

  test("S2 ends a membership's subscriptions within a second on every node", async () => {
    const tenantId = newId();
    const userId = newId();
    await bus.append(tenantId, EPOCH, entriesOf(tenantId, 1, 1));
    const clients = await Promise.all(nodes.map((one) => client(one, { [tenantId]: at(1) }, userId)));
    for (const one of clients) await one.subscribe(tenantId);
    const endedAt = Date.now();
    const end = entryOf(tenantId, 2, { action: "MEMBER_DELETED", data: memberData(tenantId, userId) });
    await bus.append(tenantId, EPOCH, [end]);
    for (const one of clients) expect(await one.unsubscribed(tenantId)).toBe("revoked");
    expect(Date.now() - endedAt).toBeLessThan(1_000);
  });

  test("closes the sockets of an ended session on every node", async () => {
    const sid = newId();
    const token = await tokenFor(tokens, {}, { sid });
    const clients = nodes.map(({ url }) => new TestClient(url));
    for (const one of clients) await one.auth(token);
    await bus.publish(CONTROL_CHANNEL, JSON.stringify({ type: "session-ended", sid }));
    for (const one of clients) expect((await one.closed).code).toBe(4101);
  });

  test("delivers presence across nodes", async () => {
    const tenantId = newId();
    const first = await client(node(0), { [tenantId]: null });
    await first.subscribe(tenantId);
    await first.next("presence");
    first.send({ type: "presence", tenantId, data: { task: "t1" } });
    await first.next("presence");
    const second = await client(node(1), { [tenantId]: null });
    await second.subscribe(tenantId);
    let entries = (await second.next("presence")).entries;
    while (entries.length === 0) entries = (await second.next("presence")).entries;
    expect(entries).toMatchObject([{ data: { task: "t1" } }]);
    first.socket.close();
    expect((await second.next("presence")).entries).toMatchObject([{ data: null }]);
  });

  test("answers many subscriptions in the time of one when no process has their events", async () => {
    const tenantIds = Array.from({ length: 100 }, () => newId());
    const one = await client(node(0), Object.fromEntries(tenantIds.map((id) => [id, at(5)])));
    for (const tenantId of tenantIds) one.send({ type: "subscribe", tenantId });
    for (const tenantId of tenantIds) {
      expect(await one.next("error", tenantId)).toMatchObject({ code: "UNAVAILABLE" });
    }
    one.send({ type: "ping" });
    await one.next("pong");
  }, 4_500);

  test("requests a repair when Redis is empty, and is unavailable only while no process answers", async () => {
    const tenantId = newId();
    const one = await client(node(0), { [tenantId]: at(5) });
    one.send({ type: "subscribe", tenantId });
    expect(await one.next("error")).toMatchObject({ code: "UNAVAILABLE", tenantId });
    const stop = await bus.subscribeExact(REPAIR_CHANNEL, (payload) => {
      if (JSON.parse(payload).tenantId !== tenantId) return;
      bus
        .append(tenantId, EPOCH, entriesOf(tenantId, 1, 5))
        .then(() => bus.publish(REPAIRED_CHANNEL, JSON.stringify({ tenantId, head: at(5) })))
        .catch(() => {});
    });
    await Bun.sleep(UNKNOWN_FOR_MS);
    expect(await one.subscribe(tenantId, at(2))).toMatchObject({ seq: 5, recovered: true });
    expect(seqsOf(await one.events(3))).toEqual([3, 4, 5]);
    expect(await one.subscribe(tenantId, at(9))).toMatchObject({ seq: 5, recovered: false });
    await stop();
  }, 20_000);

  test("C1 keeps its sockets when Redis is killed, reports degraded, and continues without a hole", async () => {
    const tenantId = newId();
    await bus.append(tenantId, EPOCH, entriesOf(tenantId, 1, 3));
    const one = await client(node(0), { [tenantId]: at(3) });
    await one.subscribe(tenantId);
    await redis.kill();
    await healthBecomes(node(0), "degraded");
    await redis.restart();
    await healthBecomes(node(0), "ok");
    const append = () =>
      bus.append(tenantId, EPOCH, entriesOf(tenantId, 1, 9)).then(
        ({ kind }) => kind === "accepted",
        () => false,
      );
    while (!(await append())) await new Promise((resolve) => setImmediate(resolve));
    expect(seqsOf(await one.events(6))).toEqual(range(4, 9));
  }, 30_000);

  test("starts without Redis, degraded, and logs its address without the password", async () => {
    const port = freePort();
    const node = await start({ REDIS_URL: `redis://:secret-word@127.0.0.1:${port}` });
    expect((await health(node)).status).toBe("degraded");
    expect(node.output()).toContain(`Redis is away at redis://127.0.0.1:${port}`);
    expect(node.output()).not.toContain("secret-word");
    expect(await node.stop()).toBe(0);
  }, 20_000);

  test("closes all sockets with 4000 on SIGTERM and exits with 0", async () => {
    const one = await start();
    const clients = await Promise.all(Array.from({ length: 20 }, () => client(one, {})));
    const stopping = one.stop();
    for (const { closed } of clients) expect((await closed).code).toBe(4000);
    expect(await stopping).toBe(0);
  }, 20_000);

  test("shows metrics only to this machine without a proxy, or with the token", async () => {
    const one = await start({ METRICS_TOKEN: "metrics-token" });
    const url = `${one.url.replace("ws:", "http:")}/metrics`;
    expect((await fetch(url)).status).toBe(200);
    const headers = { "x-forwarded-for": "10.0.0.1" };
    expect((await fetch(url, { headers })).status).toBe(401);
    expect((await fetch(url, { headers: { ...headers, authorization: "Bearer metrics-token" } })).status).toBe(200);
    await one.stop();
  }, 20_000);

  test("refuses to start with an invalid setting or on a taken port, in one line", async () => {
    const refusals: [Record<string, string>, RegExp][] = [
      [{ SOCKET_RATE_LIMIT: "many" }, /^Artel can't start: SOCKET_RATE_LIMIT: .+\n$/],
      [{ ARTEL_SECRET: "short" }, /^Artel can't start: ARTEL_SECRET: .+\n$/],
      [{ TRUSTED_PROXIES: "nowhere" }, /^Artel can't start: TRUSTED_PROXIES: .+\n$/],
      [{ REDIS_URL: "http://x" }, /^Artel can't start: REDIS_URL: .+\n$/],
      [{ WSS_PORT: String(node(0).port) }, /^Artel can't start: the port is taken.+\n$/],
    ];
    for (const [env, line] of refusals) {
      const { exitCode, output } = await runProgram("wss/main.ts", {
        env: { ARTEL_SECRET: SECRET, REDIS_URL: redis.url, LOG_LEVEL: "silent", ...env },
      });
      expect(output).toMatch(line);
      expect(exitCode).toBe(1);
    }
  }, 60_000);
});
