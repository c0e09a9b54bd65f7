import { afterEach, describe, expect, test } from "bun:test";
import { createSigner } from "fast-jwt";
import { CONTROL_CHANNEL } from "../../platform/pubsub/provider.ts";
import { EPOCH, entriesOf, entryOf, LATER_EPOCH, newId } from "../contract/pubsub-fixtures.ts";
import { memberData, SECRET, startLocalNode, TestClient, tokenFor } from "./wss-support.ts";

const stops: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop();
});
const start = async () => {
  const node = startLocalNode();
  stops.push(node.stop);
  const tenantId = newId();
  await node.commit(tenantId, entriesOf(tenantId, 1, 3));
  return { node, tenantId };
};
const at = (seq: number, epoch = EPOCH) => ({ epoch, seq });

describe("rights on a socket", () => {
  test("S2 a tenant that the token does not name is never joined", async () => {
    const { node, tenantId } = await start();
    const client = new TestClient(node.url);
    await client.auth(await tokenFor(node.tokens, {}));
    for (const id of [tenantId, "__proto__", "constructor", "toString"]) {
      client.send({ type: "subscribe", tenantId: id });
      expect(await client.next("error")).toMatchObject({ code: "FORBIDDEN", tenantId: id });
    }
  });

  test("S2 the end of a membership ends its subscription at once and refuses tokens issued before", async () => {
    const { node, tenantId } = await start();
    const userId = newId();
    const leaving = new TestClient(node.url);
    const staying = new TestClient(node.url);
    const old = await tokenFor(node.tokens, { [tenantId]: at(3) }, { userId });
    await leaving.auth(old);
    await leaving.subscribe(tenantId);
    await staying.auth(await tokenFor(node.tokens, { [tenantId]: at(3) }));
    await staying.subscribe(tenantId);
    const end = entryOf(tenantId, 4, { action: "MEMBER_DELETED", data: memberData(tenantId, userId) });
    await node.commit(tenantId, [end, entryOf(tenantId, 5)]);
    expect(await leaving.unsubscribed(tenantId)).toBe("revoked");
    expect((await staying.events(2)).map(({ seq }) => seq)).toEqual([4, 5]);
    expect((await leaving.events(1)).map(({ seq }) => seq)).toEqual([4]);

    leaving.send({ type: "subscribe", tenantId });
    expect(await leaving.next("error")).toMatchObject({ code: "FORBIDDEN", tenantId });
    expect(leaving.received.filter(({ type }) => type === "message")).toEqual([]);

    await leaving.auth(await tokenFor(node.tokens, { [tenantId]: at(5) }, { userId }));
    expect(await leaving.subscribe(tenantId, at(3))).toMatchObject({ seq: 5, recovered: true });
  });

  test("S2 a token from before the end of a membership is refused also by a node that did not see the end", async () => {
    const { node, tenantId } = await start();
    const userId = newId();
    const end = entryOf(tenantId, 4, { action: "MEMBER_DELETED", data: memberData(tenantId, userId) });
    await node.commit(tenantId, [end, ...entriesOf(tenantId, 5, 9)]);
    const client = new TestClient(node.url);
    await client.auth(await tokenFor(node.tokens, { [tenantId]: at(3) }, { userId }));
    client.send({ type: "subscribe", tenantId, since: at(3) });
    expect(await client.next("error")).toMatchObject({ code: "FORBIDDEN" });
  });

  test("the deletion of a team unsubscribes its members", async () => {
    const { node, tenantId } = await start();
    const client = new TestClient(node.url);
    await client.auth(await tokenFor(node.tokens, { [tenantId]: at(3) }));
    await client.subscribe(tenantId);
    await node.commit(tenantId, [entryOf(tenantId, 4, { action: "TEAM_DELETED" })]);
    expect((await client.events(1))[0]?.action).toBe("TEAM_DELETED");
    expect(await client.unsubscribed(tenantId)).toBe("deleted");
  });

  test("MEMBER_DELETED and TEAM_DELETED of another backend's tenant end no subscription, whatever their data", async () => {
    const { node } = await start();
    const tenantId = "shop-7/orders";
    await node.commit(tenantId, entriesOf(tenantId, 1, 3));
    const userId = newId();
    const client = new TestClient(node.url);
    await client.auth(await tokenFor(node.tokens, { [tenantId]: at(3) }, { userId }));
    await client.subscribe(tenantId);
    await node.commit(tenantId, [
      entryOf(tenantId, 4, { action: "MEMBER_DELETED", data: { userId } }),
      entryOf(tenantId, 5, { action: "TEAM_DELETED", data: {} }),
      entryOf(tenantId, 6, { action: "TASK_CREATED", data: { parcel: 1 } }),
    ]);
    expect((await client.events(3)).map(({ seq }) => seq)).toEqual([4, 5, 6]);
    client.send({ type: "ping" });
    await client.next("pong");
    expect(client.received.filter(({ type }) => type === "unsubscribed")).toEqual([]);
    expect((await node.metrics.pubsubRejected.get()).values).toEqual([]);
  });

  test("a renewed token unsubscribes the tenants that it no longer names", async () => {
    const { node, tenantId } = await start();
    const other = newId();
    await node.commit(other, entriesOf(other, 1, 1));
    const userId = newId();
    const client = new TestClient(node.url);
    await client.auth(await tokenFor(node.tokens, { [tenantId]: at(3), [other]: at(1) }, { userId }));
    await client.subscribe(tenantId);
    await client.subscribe(other);
    await client.auth(await tokenFor(node.tokens, { [other]: at(1) }, { userId }));
    expect(await client.unsubscribed(tenantId)).toBe("revoked");
    await node.commit(tenantId, entriesOf(tenantId, 4, 4));
    await node.commit(other, entriesOf(other, 2, 2));
    expect(await client.events(1)).toMatchObject([{ tenantId: other, seq: 2 }]);
  });

  test("a socket refuses another user's token", async () => {
    const { node } = await start();
    const client = new TestClient(node.url);
    await client.auth(await tokenFor(node.tokens, {}));
    client.send({ type: "auth", token: await tokenFor(node.tokens, {}) });
    expect((await client.closed).code).toBe(4200);
  });

  test("the end of a session or of a user closes its sockets and refuses its tokens", async () => {
    const { node } = await start();
    const [userId, sid] = [newId(), newId()];
    const bySession = await tokenFor(node.tokens, {}, { sid });
    const byUser = await tokenFor(node.tokens, {}, { userId });
    const ends = [
      { token: bySession, message: { type: "session-ended", sid } },
      { token: byUser, message: { type: "user-ended", userId } },
    ];
    for (const { token, message } of ends) {
      const client = new TestClient(node.url);
      await client.auth(token);
      await node.pubsub.publish(CONTROL_CHANNEL, "no control message");
      await node.pubsub.publish(CONTROL_CHANNEL, JSON.stringify(message));
      expect((await client.closed).code).toBe(4101);
      const again = new TestClient(node.url);
      await again.opened;
      again.send({ type: "auth", token });
      expect((await again.closed).code).toBe(4101);
    }
  });

  test("a forged token closes the socket with 4200, an expired one with 4100", async () => {
    const { node } = await start();
    const good = await tokenFor(node.tokens, {});
    const forged = `${good.slice(0, -4)}AAAA`;
    const expired = new TestClient(node.url);
    const past = Math.floor(Date.now() / 1000) - 1_000;
    const claims = { aud: "artel-realtime", sub: "u", sid: "s", name: "n", tenants: {}, iat: past, exp: past + 600 };
    await expired.opened;
    expired.send({ type: "auth", token: signClaims(claims) });
    expect((await expired.closed).code).toBe(4100);
    for (const token of [forged, "nonsense", good.replace(/^[^.]+/, btoa('{"alg":"none"}').replace(/=+$/, ""))]) {
      const client = new TestClient(node.url);
      await client.opened;
      client.send({ type: "auth", token });
      expect((await client.closed).code).toBe(4200);
    }
  });

  test("a new history unsubscribes the sockets whose rights it cannot prove", async () => {
    const { node, tenantId } = await start();
    const client = new TestClient(node.url);
    const userId = newId();
    await client.auth(await tokenFor(node.tokens, { [tenantId]: at(3) }, { userId }));
    await client.subscribe(tenantId);
    await node.commit(tenantId, [entryOf(tenantId, 1, { epoch: LATER_EPOCH })], LATER_EPOCH);
    expect(await client.unsubscribed(tenantId)).toBe("expired");
    client.send({ type: "subscribe", tenantId, since: at(3) });
    expect(await client.next("error")).toMatchObject({ code: "FORBIDDEN" });
    await client.auth(await tokenFor(node.tokens, { [tenantId]: at(1, LATER_EPOCH) }, { userId }));
    expect(await client.subscribe(tenantId, at(3))).toMatchObject({ epoch: LATER_EPOCH, seq: 1, recovered: false });
  });
});

const signClaims = createSigner({ key: SECRET, algorithm: "HS256" });
