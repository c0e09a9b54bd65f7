import { afterEach, describe, expect, test } from "bun:test";
import { tenantChannel } from "../../platform/pubsub/provider.ts";
import { EPOCH, entriesOf, entryOf, LATER_EPOCH, newId } from "../contract/pubsub-fixtures.ts";
import { type NodeOptions, startLocalNode, TestClient, tokenFor } from "./wss-support.ts";

const stops: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop();
});
/** Starts a node with one tenant whose log has `head` events. */
const start = async (head: number, options: NodeOptions = {}) => {
  const node = startLocalNode(options);
  stops.push(node.stop);
  const tenantId = newId();
  if (head > 0) await node.commit(tenantId, entriesOf(tenantId, 1, head));
  const connect = async (issued: { epoch: string; seq: number } | null = at(head), userId = newId()) => {
    const client = new TestClient(node.url);
    await client.auth(await tokenFor(node.tokens, { [tenantId]: issued }, { userId }));
    return client;
  };
  return { node, tenantId, connect };
};
const at = (seq: number, epoch = EPOCH) => ({ epoch, seq });
const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, index) => from + index);
const seqsOf = (events: readonly { seq?: number }[]) => events.map(({ seq }) => seq);

describe("a socket", () => {
  test("gets its user's id and its token's expiry in ready", async () => {
    const { node, connect } = await start(1);
    const userId = newId();
    const client = await connect(at(1), userId);
    client.send({ type: "auth", token: await tokenFor(node.tokens, {}, { userId }) });
    const ready = await client.next("ready");
    expect(ready).toMatchObject({ userId, heartbeatSeconds: 25 });
    expect(Date.parse(ready.expiresAt) - Date.now()).toBeGreaterThan(590_000);
  });

  test("R3 receives events committed after it joined, in order, as the committed text", async () => {
    const { node, tenantId, connect } = await start(3);
    const client = await connect();
    expect(await client.subscribe(tenantId)).toEqual({
      type: "subscribed",
      tenantId,
      ...at(3),
      recovered: false,
    });
    const entries = entriesOf(tenantId, 4, 30);
    await node.commit(tenantId, entries);
    const events = await client.events(27);
    expect(events.map((event) => JSON.stringify(event))).toEqual(entries.map(({ payload }) => payload));
  });

  test("R2 gets exactly the 30 events that it missed", async () => {
    const { node, tenantId, connect } = await start(10);
    const first = await connect();
    await first.subscribe(tenantId);
    first.socket.close();
    await first.closed;
    await node.commit(tenantId, entriesOf(tenantId, 11, 40));
    const client = await connect(at(10));
    expect(await client.subscribe(tenantId, at(10))).toMatchObject({ seq: 40, recovered: true });
    await node.commit(tenantId, entriesOf(tenantId, 41, 41));
    expect(seqsOf(await client.events(31))).toEqual(range(11, 41));
  });

  test("R1 R2 R4 gets replayed and live events in one order while more are committed", async () => {
    const { node, tenantId, connect } = await start(2_000);
    const client = await connect(at(2_000));
    const committing = (async () => {
      for (let seq = 2_001; seq <= 3_000; seq += 1) {
        await node.commit(tenantId, [entryOf(tenantId, seq, { size: 600 })]);
        if (seq % 50 === 0) await new Promise((resolve) => setImmediate(resolve));
      }
    })();
    expect(await client.subscribe(tenantId, at(0))).toMatchObject({ recovered: true });
    await committing;
    expect(seqsOf(await client.events(3_000))).toEqual(range(1, 3_000));
  });

  const unrecoverable: [name: string, since: { epoch: string; seq: number }][] = [
    ["another epoch", at(1, LATER_EPOCH)],
    ["a nonsense epoch", at(1, "nonsense")],
    ["more than the database has", at(21)],
    ["far more than the database has", at(Number.MAX_SAFE_INTEGER)],
  ];
  test.each(unrecoverable)("is not recovered when its since has %s", async (_, since) => {
    const { node, tenantId, connect } = await start(20);
    const client = await connect();
    expect(await client.subscribe(tenantId, since)).toMatchObject({ ...at(20), recovered: false });
    await node.commit(tenantId, entriesOf(tenantId, 21, 21));
    expect(seqsOf(await client.events(1))).toEqual([21]);
  });

  test("R2 is not recovered after 20,000 missed events", async () => {
    const { tenantId, connect } = await start(20_010);
    const client = await connect();
    expect(await client.subscribe(tenantId, at(10))).toMatchObject({ ...at(20_010), recovered: false });
  });

  test("leaves and joins again on a second subscribe, and receives nothing twice", async () => {
    const { node, tenantId, connect } = await start(5);
    const client = await connect();
    await client.subscribe(tenantId);
    expect(await client.subscribe(tenantId, at(3))).toMatchObject({ seq: 5, recovered: true });
    await node.commit(tenantId, entriesOf(tenantId, 6, 7));
    expect(seqsOf(await client.events(4))).toEqual([4, 5, 6, 7]);
    client.send({ type: "ping" });
    await client.next("pong");
    expect(client.received.filter(({ type }) => type === "message")).toEqual([]);
  });

  test("receives nothing after unsubscribe", async () => {
    const { node, tenantId, connect } = await start(5);
    const client = await connect();
    await client.subscribe(tenantId);
    client.send({ type: "unsubscribe", tenantId });
    expect(await client.unsubscribed(tenantId)).toBe("requested");
    await node.commit(tenantId, entriesOf(tenantId, 6, 7));
    client.send({ type: "ping" });
    await client.next("pong");
    expect(client.received.filter(({ type }) => type === "message")).toEqual([]);
  });

  test("gets the heads of its tenants in heartbeats, and zero for a tenant without a log", async () => {
    const { node, tenantId } = await start(5, { heartbeatSeconds: 1 });
    const other = newId();
    const client = new TestClient(node.url);
    await client.auth(await tokenFor(node.tokens, { [tenantId]: at(5), [other]: null }));
    await client.subscribe(tenantId);
    await client.subscribe(other);
    await node.commit(tenantId, entriesOf(tenantId, 6, 6));
    await client.events(1);
    let heads = (await client.next("heartbeat")).heads;
    while (Object.keys(heads).length < 2 || heads[tenantId]?.seq === 5) heads = (await client.next("heartbeat")).heads;
    expect(heads).toEqual({ [tenantId]: at(6), [other]: { epoch: "0", seq: 0 } });
  });

  test("receives another backend's messages unchanged, and no invalid ones", async () => {
    const { node, tenantId, connect } = await start(0);
    const client = await connect(null);
    expect(await client.subscribe(tenantId, at(7))).toMatchObject({ epoch: "0", seq: 0, recovered: false });
    const message = { type: "message", tenantId, initiatorId: "other", action: "NOTE_ADDED", data: { a: 1 }, more: 2 };
    for (const wrong of [
      { ...message, action: "note" },
      { ...message, tenantId: "else" },
      { ...message, data: 1 },
    ]) {
      await node.pubsub.publish(tenantChannel(tenantId), JSON.stringify(wrong));
    }
    await node.pubsub.publish(tenantChannel(tenantId), "{");
    await node.pubsub.publish(tenantChannel(tenantId), JSON.stringify(message));
    const [event] = await client.events(1);
    expect(JSON.stringify(event)).toBe(JSON.stringify(message));
    const rejected = (await node.metrics.pubsubRejected.get()).values.reduce((sum, { value }) => sum + value, 0);
    expect(rejected).toBe(4);
  });

  test("counts a delivery for each socket", async () => {
    const { node, tenantId, connect } = await start(1);
    const clients = await Promise.all([connect(), connect(), connect()]);
    for (const client of clients) await client.subscribe(tenantId);
    await node.commit(tenantId, entriesOf(tenantId, 2, 5));
    for (const client of clients) await client.events(4);
    const read = async (metric: { get(): Promise<{ values: { value: number }[] }> }) =>
      (await metric.get()).values[0]?.value;
    expect(await read(node.metrics.deliveries)).toBe(12);
    expect(await read(node.metrics.connections)).toBe(3);
    expect(await read(node.metrics.tenants)).toBe(1);
  });

  test("is closed with 4000 when the server drains, and new sockets are refused", async () => {
    const { node, connect } = await start(1);
    const client = await connect();
    const draining = node.realtime.drain(2_000);
    expect((await client.closed).code).toBe(4000);
    await draining;
    const late = new TestClient(node.url);
    expect((await late.closed).code).not.toBe(1000);
    expect(node.realtime.connections).toBe(0);
  });
});

describe("presence", () => {
  test("is sent in full on joining, then as changes, and removed when its socket closes", async () => {
    const { tenantId, connect } = await start(1);
    const first = await connect();
    await first.subscribe(tenantId);
    expect(await first.next("presence")).toMatchObject({ full: true, entries: [] });
    first.send({ type: "presence", tenantId, data: { task: "t1" } });
    expect(await first.next("presence")).toMatchObject({
      full: false,
      entries: [{ data: { task: "t1" }, name: "Ann" }],
    });
    const second = await connect();
    await second.subscribe(tenantId);
    expect(await second.next("presence")).toMatchObject({ full: true, entries: [{ data: { task: "t1" } }] });
    first.socket.close();
    expect(await second.next("presence")).toMatchObject({ full: false, entries: [{ data: null }] });
  });

  test("is refused above 2 KiB and for a tenant that is not joined", async () => {
    const { tenantId, connect } = await start(1);
    const client = await connect();
    client.send({ type: "presence", tenantId, data: {} });
    expect(await client.next("error")).toMatchObject({ code: "NOT_JOINED", tenantId });
    await client.subscribe(tenantId);
    client.send({ type: "presence", tenantId, data: { text: "x".repeat(2_048) } });
    expect(await client.next("error")).toMatchObject({ code: "INVALID", tenantId });
  });
});
