import { afterEach, describe, expect, test } from "bun:test";
import { waitOf } from "../../shared/protocol/close-codes.ts";
import { EPOCH, entriesOf, newId } from "../contract/pubsub-fixtures.ts";
import { type NodeOptions, ORIGIN, startLocalNode, TestClient, tokenFor } from "./wss-support.ts";

const stops: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop();
});
const start = (options: NodeOptions = {}) => {
  const node = startLocalNode(options);
  stops.push(node.stop);
  return node;
};
type Node = ReturnType<typeof start>;

const connect = async (node: Node, tenants: Parameters<typeof tokenFor>[1] = {}) => {
  const client = new TestClient(node.url);
  await client.auth(await tokenFor(node.tokens, tenants));
  return client;
};
/** Expects that the node still serves other clients. */
const stillServes = async (node: Node) => {
  const client = await connect(node);
  client.send({ type: "ping" });
  await client.next("pong");
};

/** Requests an upgrade by fetch: resolves to the answer of a refused one. */
const requestUpgrade = (node: Node, headers: Record<string, string> = {}): Promise<Response> =>
  fetch(node.url.replace("ws:", "http:"), {
    headers: {
      ...headers,
      upgrade: "websocket",
      connection: "upgrade",
      "sec-websocket-version": "13",
      "sec-websocket-key": "dGhlIHNhbXBsZSBub25jZQ==",
    },
  });

describe("many clients that connect at once", () => {
  test("are asked to retry while others are authenticating, and admitted after that", async () => {
    const node = start({ maxUnauthenticated: 2 });
    const [first, second] = [new TestClient(node.url), new TestClient(node.url)];
    await Promise.all([first.opened, second.opened]);
    const turnedAway = [new TestClient(node.url), new TestClient(node.url), new TestClient(node.url)];
    const waits = (await Promise.all(turnedAway.map(({ closed }) => closed))).map(({ code, reason }) =>
      waitOf(code, reason),
    );
    expect(waits.every((wait) => wait !== null && wait > 0)).toBe(true);
    await first.auth(await tokenFor(node.tokens, {}));
    await stillServes(node);
    second.socket.close();
    await second.closed;
    const third = new TestClient(node.url);
    await third.opened;
    await stillServes(node);
  });
});

describe("a socket with hostile input", () => {
  const broken: [name: string, frame: string | Uint8Array<ArrayBuffer>, code: number][] = [
    ["broken JSON", "{", 4202],
    ["an array", "[]", 4202],
    ["no type", '{"tenantId":"x"}', 4202],
    ["a type that is no text", '{"type":{"toString":1}}', 4202],
    ["a binary frame", Buffer.from('{"type":"ping"}'), 4202],
    ["deep nesting", "[".repeat(60_000), 4202],
    ["65 KiB", JSON.stringify({ type: "ping", more: "x".repeat(65 * 1024) }), 4204],
    ["65 KiB in two-byte letters", JSON.stringify({ type: "ping", more: "ü".repeat(33 * 1024) }), 4204],
  ];
  test.each(broken)("is closed for %s", async (_, frame, code) => {
    const node = start();
    const client = await connect(node);
    client.socket.send(frame);
    expect((await client.closed).code).toBe(code);
    await stillServes(node);
  });

  test("is closed by Bun itself for a frame of 1 MiB", async () => {
    const node = start();
    const client = await connect(node);
    client.send("x".repeat(1024 * 1024));
    expect([1006, 1009]).toContain((await client.closed).code);
    await stillServes(node);
  });

  test("gets an error for an invalid message and stays open", async () => {
    const node = start();
    const client = await connect(node);
    const nested = `${"[".repeat(20_000)}${"]".repeat(20_000)}`;
    const wrong: [string, string][] = [
      ['{"type":"nonsense"}', "UNKNOWN_TYPE"],
      ['{"type":"__proto__"}', "UNKNOWN_TYPE"],
      ['{"type":"toString"}', "UNKNOWN_TYPE"],
      ['{"type":"auth"}', "INVALID"],
      ['{"type":"subscribe"}', "INVALID"],
      ['{"type":"subscribe","tenantId":"a b"}', "INVALID"],
      ['{"type":"subscribe","tenantId":"t","since":{"epoch":"x","seq":-1}}', "INVALID"],
      ['{"type":"subscribe","tenantId":"t","since":"x:1"}', "INVALID"],
      ['{"type":"presence","tenantId":"t","data":1}', "INVALID"],
      [`{"type":"presence","tenantId":"t","data":{"a":${nested}}}`, "NOT_JOINED"],
      ['{"type":"presence","tenantId":"t","data":null}', "NOT_JOINED"],
      ['{"type":"unsubscribe","tenantId":"t"}', "NOT_JOINED"],
    ];
    for (const [frame, code] of wrong) {
      client.send(frame);
      expect(await client.next("error")).toMatchObject({ code });
    }
    client.send({ type: "ping", unknown: true });
    await client.next("pong");
  });

  test("is closed for a flood of messages, while another is served", async () => {
    const node = start();
    const client = await connect(node);
    for (let index = 0; index < 101; index += 1) client.send({ type: "ping" });
    expect((await client.closed).code).toBe(4008);
    await stillServes(node);
  });

  test("is closed for a flood of auth or subscribe, which have limits of their own", async () => {
    const node = start();
    const client = new TestClient(node.url);
    await client.opened;
    client.send({ type: "auth", token: await tokenFor(node.tokens, {}) });
    for (let index = 0; index < 1_501; index += 1) client.send({ type: "subscribe", tenantId: `t${index}` });
    expect((await client.closed).code).toBe(4008);
    const token = await tokenFor(node.tokens, {});
    const other = new TestClient(node.url);
    await other.opened;
    for (let index = 0; index < 31; index += 1) other.send({ type: "auth", token });
    expect((await other.closed).code).toBe(4008);
    await stillServes(node);
  });

  test("joins 500 tenants in one flight with auth, and no more", async () => {
    const node = start();
    const tenantIds = Array.from({ length: 501 }, () => `t${newId().slice(-12)}`);
    const client = new TestClient(node.url);
    await client.opened;
    const token = await tokenFor(node.tokens, Object.fromEntries(tenantIds.map((id) => [id, null])));
    client.send({ type: "auth", token });
    for (const tenantId of tenantIds) client.send({ type: "subscribe", tenantId });
    expect(await client.next("error")).toMatchObject({ code: "TOO_MANY_SUBSCRIPTIONS", tenantId: tenantIds[500] });
    expect(client.received.filter(({ type }) => type === "subscribed").length).toBe(500);
    client.send({ type: "unsubscribe", tenantId: tenantIds[0] });
    expect(await client.unsubscribed(tenantIds[0] ?? "")).toBe("requested");
    expect(await client.subscribe(tenantIds[500] ?? "")).toMatchObject({ epoch: "0", seq: 0, recovered: false });
  });

  test("is closed above the limit of its user or of its address", async () => {
    const node = start({ maxSocketsPerUser: 2, maxSocketsPerAddress: 3 });
    const userId = newId();
    const token = await tokenFor(node.tokens, {}, { userId });
    const first = new TestClient(node.url);
    await first.auth(token);
    const second = new TestClient(node.url);
    await second.auth(token);
    const third = new TestClient(node.url);
    await third.opened;
    third.send({ type: "auth", token });
    expect((await third.closed).code).toBe(4005);
    const other = await connect(node);
    const fourth = new TestClient(node.url);
    expect((await fourth.closed).code).toBe(4005);
    first.socket.close();
    await first.closed;
    const elsewhere = new TestClient(node.url, { "x-test-address": "10.0.0.1" });
    await elsewhere.auth(token);
    other.socket.close();
  });

  test("is refused before the upgrade for an origin that is not trusted", async () => {
    const node = start();
    for (const origin of ["https://evil.example", "null", `${ORIGIN}.evil.example`]) {
      expect((await requestUpgrade(node, { origin })).status).toBe(403);
    }
    const client = new TestClient(node.url, { origin: ORIGIN });
    await client.auth(await tokenFor(node.tokens, {}));
  });

  test("answers a request without an upgrade with the reason, readable by every page", async () => {
    const node = start();
    const ask = (origin: string) => fetch(node.url.replace("ws:", "http:"), { method: "POST", headers: { origin } });
    for (const [origin, status] of [
      [ORIGIN, 426],
      ["https://evil.example", 403],
    ] as const) {
      const answer = await ask(origin);
      expect([answer.status, answer.headers.get("access-control-allow-origin")]).toEqual([status, "*"]);
    }
  });

  test("joins tenants whose ids are names of prototype properties", async () => {
    const node = start();
    for (const tenantId of ["constructor", "toString", "hasOwnProperty"]) {
      await node.commit(tenantId, entriesOf(tenantId, 1, 2));
      const client = await connect(node, { [tenantId]: { epoch: EPOCH, seq: 2 } });
      expect(await client.subscribe(tenantId, { epoch: EPOCH, seq: 1 })).toMatchObject({ seq: 2, recovered: true });
      expect((await client.events(1))[0]?.tenantId).toBe(tenantId);
    }
  });
});
