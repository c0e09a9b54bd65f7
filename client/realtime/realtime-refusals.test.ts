import { expect, test } from "bun:test";
import { at, backWithoutSocket, event, fakeBackend, live, subscribed, T, types } from "./testing/fake-backend.ts";
import { settle } from "./testing/sim-clock.ts";

test("4005 keeps it away for 30 seconds", async () => {
  const { clock, sockets, socket } = await live();
  socket.end(4005);
  await clock.pass(29_999);
  expect(sockets).toHaveLength(1);
  await clock.pass(1_000);
  expect(sockets).toHaveLength(2);
});

for (const code of [4100, 4101]) {
  test(`${code} fetches a new token first`, async () => {
    const backend = await live();
    backend.socket.end(code);
    await backend.clock.pass(1_000);
    expect(backend.sockets).toHaveLength(2);
    backend.sockets[1]?.open();
    expect(backend.sockets[1]?.sent[0]).toMatchObject({ type: "auth", token: expect.stringMatching(/\.2$/) });
  });
}

test("without a session it stops with a reason", async () => {
  const backend = await live();
  // `live` returns a copy, and the backend reads `nextToken` of the original.
  const fresh = fakeBackend();
  fresh.client.join(T);
  const socket = await fresh.open();
  fresh.nextToken = { kind: "denied" };
  socket.end(4101);
  await fresh.clock.pass(60_000);
  expect(fresh.sockets).toHaveLength(1);
  expect(fresh.client.status()).toMatchObject({ status: "offline", reason: "signed-out" });
  expect(backend.client.status().status).toBe("live");
});

for (const [code, reason] of [
  [4200, "forged-token"],
  [4202, "invalid-message"],
  [4204, "too-big"],
] as const) {
  test(`${code} stops for good with a reason`, async () => {
    const { clock, sockets, socket, client } = await live();
    socket.end(code);
    await clock.pass(600_000);
    expect(sockets).toHaveLength(1);
    expect(client.status()).toMatchObject({ status: "offline", reason });
  });
}

const forbidden = { type: "error", code: "FORBIDDEN", message: "no", tenantId: T } as const;

test("a busy server names a time, and no attempt comes before it", async () => {
  const { client, clock, socket, sockets } = await live(10, { random: () => 0 });
  socket.end(1013, "busy; retry in 2500 ms");
  client.wake();
  await clock.pass(2_400);
  expect(sockets).toHaveLength(1);
  await clock.pass(200);
  expect(sockets).toHaveLength(2);
});

test("forbidden: a new token, auth and subscribe once more; refused again, it polls and renews once more later", async () => {
  const { socket, client, clock, ready } = await live();
  socket.deliver(event(12));
  socket.sent.length = 0;
  socket.deliver(forbidden);
  await settle();
  expect(types(socket.sent)).toEqual(["auth", "subscribe"]);
  ready();
  socket.deliver(forbidden);
  await settle();
  expect(types(socket.sent)).toEqual(["auth", "subscribe"]);
  expect(client.subscription(T).kind).toBe("polling");
  await clock.pass(2_000);
  socket.deliver(forbidden);
  await settle();
  ready();
  socket.deliver(subscribed(10, true));
  expect(client.subscription(T).kind).toBe("live");
});

test("forbidden: gives up a tenant that the new token does not name", async () => {
  const backend = fakeBackend();
  backend.client.join(T);
  backend.client.confirmSnapshot(T, at(10), backend.client.generation);
  const socket = await backend.open();
  backend.tenants = [];
  socket.deliver(forbidden);
  await settle();
  expect(backend.client.subscription(T)).toEqual({ kind: "denied", reason: "forbidden" });
});

test("a refusal of the earlier token does not count against the new one", async () => {
  const { client, socket, ready } = await live();
  // The server answers this `subscribe` after the right ended and the new token was sent.
  client.refresh();
  socket.deliver({ type: "unsubscribed", tenantId: T, reason: "expired" });
  await settle();
  socket.deliver(forbidden);
  ready();
  socket.deliver(subscribed(10, true));
  expect(client.subscription(T).kind).toBe("live");
});

test("revoked: the tenant is joined again when the new token names it, and given up when not", async () => {
  const backend = fakeBackend();
  backend.client.join(T);
  backend.client.confirmSnapshot(T, at(10), backend.client.generation);
  const socket = await backend.open();
  socket.deliver(subscribed(10, true));
  socket.sent.length = 0;
  socket.deliver({ type: "unsubscribed", tenantId: T, reason: "revoked" });
  await settle();
  expect(types(socket.sent)).toEqual(["auth", "subscribe"]);
  expect(socket.sent[1]).toMatchObject({ since: at(10) });
  socket.deliver(subscribed(10, true));
  backend.tenants = [];
  socket.deliver({ type: "unsubscribed", tenantId: T, reason: "revoked" });
  await settle();
  expect(backend.client.subscription(T)).toEqual({ kind: "denied", reason: "revoked" });
});

test("a token request under way when a newer token is needed is repeated", async () => {
  const { socket } = await live();
  socket.deliver({ type: "unsubscribed", tenantId: T, reason: "revoked" });
  socket.deliver({ type: "unsubscribed", tenantId: T, reason: "revoked" });
  await settle();
  expect(types(socket.sent)).toEqual(["auth", "subscribe"]);
});

test("a new token needed without a socket is fetched before the next one opens", async () => {
  const backend = await backWithoutSocket();
  await backend.clock.pass(1_000);
  backend.sockets[1]?.open();
  expect(types(backend.sockets[1]?.sent ?? [])).toEqual(["auth", "subscribe"]);
});
