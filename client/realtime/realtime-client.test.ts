import { expect, test } from "bun:test";
import type { FakeSocket } from "./testing/fake-backend.ts";
import { at, event, fakeBackend, heartbeat, live, subscribed, T, types } from "./testing/fake-backend.ts";
import { settle } from "./testing/sim-clock.ts";

const subscribes = ({ sent }: FakeSocket) => sent.filter(({ type }) => type === "subscribe");

test("auth and subscribe leave in one flight, and nothing before the socket is open", async () => {
  const { client, socket } = fakeBackend();
  client.join(T);
  client.confirmSnapshot(T, at(5), client.generation);
  client.start();
  await settle();
  expect(socket().url).toBe("/ws");
  expect(socket().sent).toEqual([]);
  socket().open();
  expect(types(socket().sent)).toEqual(["auth", "subscribe"]);
  expect(socket().sent[1]).toEqual({ type: "subscribe", tenantId: T, since: at(5) });
});

test("R1 events are delivered in order, each once", async () => {
  const { socket, notices, client } = await live(10);
  for (const seq of [11, 12, 12, 11, 13]) socket.deliver(event(seq));
  const seqs = notices.flatMap((notice) =>
    notice.kind === "event" && "seq" in notice.message ? [notice.message.seq] : [],
  );
  expect(seqs).toEqual([11, 12, 13]);
  expect(client.position(T)).toEqual(at(13));
});

test("a gap subscribes again from the position, and events before subscribed are dropped", async () => {
  const { socket, kinds, client } = await live(10);
  socket.deliver(event(12));
  expect(socket.sent).toEqual([{ type: "subscribe", tenantId: T, since: at(10) }]);
  socket.deliver(event(11));
  expect(kinds()).toEqual([]);
  socket.deliver(subscribed(12, true));
  socket.deliver(event(11));
  socket.deliver(event(12));
  expect(kinds()).toEqual(["joined", "event", "event"]);
  expect(client.position(T)).toEqual(at(12));
});

test("a heartbeat reveals that the last event was lost", async () => {
  const { socket } = await live(10);
  socket.deliver(heartbeat({ [T]: at(11) }));
  expect(socket.sent).toEqual([{ type: "subscribe", tenantId: T, since: at(10) }]);
});

test("after recovered:false only a read begun since counts, and a reconnect before it sends no since", async () => {
  const { client, clock, socket, sockets, kinds, ready } = await live(10);
  const tooEarly = client.generation;
  socket.deliver(heartbeat({ [T]: at(30) }));
  socket.deliver(subscribed(30, false));
  expect(kinds()).toEqual(["joined", "reset"]);
  client.confirmSnapshot(T, at(40), tooEarly);
  expect(client.position(T)).toBeNull();
  socket.end(1006);
  await clock.pass(1_000);
  sockets.at(-1)?.open();
  ready();
  const again = sockets.at(-1);
  if (again === undefined) throw new Error("it did not reconnect");
  expect(subscribes(again)).toEqual([{ type: "subscribe", tenantId: T }]);
  again.deliver(subscribed(30, false));
  client.confirmSnapshot(T, at(29), client.generation);
  expect(client.position(T)).toBeNull();
  client.confirmSnapshot(T, at(30), client.generation);
  expect(client.position(T)).toEqual(at(30));
});

test("reconnects with its position after a lost connection, spread by full jitter", async () => {
  const { clock, sockets, socket, tokens } = await live(10);
  socket.deliver(event(11));
  socket.end(4000);
  await clock.pass(499);
  expect(sockets).toHaveLength(1);
  await clock.pass(1);
  expect(sockets).toHaveLength(2);
  sockets[1]?.open();
  expect(sockets[1]?.sent[1]).toEqual({ type: "subscribe", tenantId: T, since: at(11) });
  expect(tokens).toBe(1);
});

test("renews its token on the open socket before the token ends", async () => {
  const { clock, socket, sockets, ready } = await live();
  for (let second = 0; second < 590; second += 25) {
    await clock.pass(25_000);
    socket.deliver(heartbeat({ [T]: at(10) }));
  }
  expect(sockets).toHaveLength(1);
  expect(types(socket.sent)).toEqual(["auth"]);
  ready();
  expect(types(socket.sent)).toEqual(["auth"]);
});

test("a failed renewal is retried while the socket stays in use", async () => {
  const backend = fakeBackend();
  backend.client.join(T);
  const socket = await backend.open();
  backend.nextToken = { kind: "failed", retryAfterSeconds: null };
  const beat = async (seconds: number) => {
    for (let passed = 0; passed < seconds; passed += 25) {
      await backend.clock.pass(25_000);
      socket.deliver(heartbeat({}));
    }
  };
  await beat(500);
  const failed = backend.tokens;
  expect(failed).toBeGreaterThan(1);
  backend.nextToken = null;
  await beat(50);
  expect(types(socket.sent).filter((type) => type === "auth")).toHaveLength(2);
  expect(backend.sockets).toHaveLength(1);
});

test("silence for two heartbeats reconnects; any message puts that off", async () => {
  const { clock, sockets, socket } = await live();
  await clock.pass(49_000);
  socket.deliver({ type: "pong" });
  await clock.pass(49_000);
  expect(socket.closedBy).toBeNull();
  await clock.pass(2_000);
  expect(socket.closedBy).toBe(1000);
  await clock.pass(1_000);
  expect(sockets).toHaveLength(2);
});

test("an older socket's messages and close are ignored", async () => {
  const { clock, sockets, socket, kinds, client } = await live();
  await clock.pass(60_000);
  expect(sockets.length).toBeGreaterThan(1);
  socket.deliver(event(11));
  socket.end(4200);
  expect(kinds()).toEqual([]);
  expect(client.connection.kind).not.toBe("stopped");
});

test("waking sends a ping, and reconnects without an answer", async () => {
  const { clock, client, sockets, socket } = await live();
  await clock.pass(10_000);
  client.wake();
  expect(types(socket.sent)).toEqual(["ping"]);
  socket.deliver({ type: "pong" });
  await clock.pass(6_000);
  expect(socket.closedBy).toBeNull();
  client.wake();
  await clock.pass(6_000);
  expect(sockets.length).toBeGreaterThan(1);
});

test("the network's return cuts a wait short", async () => {
  const { client, sockets, socket } = await live(10, { random: () => 0.99 });
  socket.end(1006);
  client.setNetwork(false);
  expect(client.status().status).toBe("offline");
  client.setNetwork(true);
  expect(sockets).toHaveLength(2);
  expect(client.status().status).toBe("reconnecting");
});

test("presence is sent again after each subscribed, and the client's own entry is marked", async () => {
  const { client, socket } = await live();
  client.setPresence(T, { boardId: "b" });
  client.setPresence(T, { boardId: "b" });
  expect(types(socket.sent)).toEqual(["presence"]);
  socket.deliver(event(12));
  socket.deliver(subscribed(12, true));
  expect(types(socket.sent)).toEqual(["presence", "subscribe", "presence"]);
  const entry = (connectionId: string, data: Record<string, unknown> | null) => ({
    connectionId,
    userId: "u",
    name: "U",
    data,
  });
  socket.deliver({ type: "presence", tenantId: T, full: true, entries: [entry("me", {}), entry("other", {})] });
  expect(client.presence(T).map(({ connectionId, self }) => [connectionId, self])).toEqual([
    ["me", true],
    ["other", false],
  ]);
  socket.deliver({ type: "presence", tenantId: T, full: false, entries: [entry("other", null)] });
  expect(client.presence(T)).toHaveLength(1);
});

test("unavailable: polls from its position in order, and joins again with what polling brought", async () => {
  const backend = fakeBackend({ polls: true });
  backend.client.join(T);
  backend.client.confirmSnapshot(T, at(10), backend.client.generation);
  const socket = await backend.open();
  const { type: _, ...eleventh } = { ...event(11) };
  backend.nextPoll = {
    kind: "events",
    head: at(11),
    events: [
      {
        type: "message",
        tenantId: T,
        initiatorId: "u",
        action: "THING_HAPPENED",
        data: {},
        seq: 11,
        epoch: "e1",
        at: "2026-01-01T00:00:00.000Z",
      },
    ],
  };
  socket.deliver({ type: "error", code: "UNAVAILABLE", message: "later", tenantId: T });
  expect(eleventh).toBeDefined();
  expect(backend.client.status().status).toBe("polling");
  await backend.clock.pass(1);
  expect(backend.polls).toEqual([{ tenantId: T, since: "e1:10" }]);
  expect(backend.kinds()).toEqual(["event"]);
  await backend.clock.pass(2_000);
  expect(subscribes(socket).at(-1)).toEqual({ type: "subscribe", tenantId: T, since: at(11) });
  socket.deliver(subscribed(11, true));
  expect(backend.client.status().status).toBe("live");
  await backend.clock.pass(20_000);
  expect(backend.polls).toHaveLength(1);
});

test("while no socket opens it polls, and keeps trying", async () => {
  const backend = fakeBackend({ polls: true });
  backend.client.join(T);
  backend.client.confirmSnapshot(T, at(10), backend.client.generation);
  backend.nextPoll = { kind: "events", head: at(10), events: [] };
  backend.client.start();
  for (let tries = 1; tries <= 4; tries += 1) {
    await backend.clock.pass(20_000);
    backend.socket().end(1006);
  }
  await backend.clock.pass(1);
  expect(backend.polls.length).toBeGreaterThan(0);
  expect(backend.client.status().status).toBe("polling");
  await backend.clock.pass(30_000);
  expect(backend.sockets.length).toBeGreaterThan(4);
});

test("an unsequenced message beside a log is a hint, and one with an unknown action is ignored", async () => {
  const { socket, kinds } = await live();
  const { seq: _, epoch: __, at: ___, ...bare } = { seq: 0, epoch: "", at: "", ...event(1) };
  socket.deliver(bare);
  socket.deliver({ ...bare, action: "SOMETHING_ELSE" });
  expect(kinds()).toEqual(["hint"]);
});

test("an undecodable message is a hint, and the channel goes on", async () => {
  const { socket, kinds } = await live();
  socket.deliverText("{");
  socket.deliver({ type: "message", tenantId: T, nonsense: true });
  socket.deliver({ type: "a-later-version" });
  socket.deliver({ type: "message", tenantId: T, epoch: "e1", seq: 11, action: 7 });
  socket.deliver(event(12));
  expect(kinds()).toEqual(["hint", "hint", "undecodable-event", "event"]);
});

test("messages of a tenant without a log are delivered as they come", async () => {
  const backend = fakeBackend();
  backend.client.join(T);
  const socket = await backend.open();
  socket.deliver(subscribed(0, false, "0"));
  socket.deliver({ type: "message", tenantId: T, initiatorId: "u", action: "ORDER_PAID", data: { id: "o1" } });
  expect(backend.kinds()).toEqual(["joined", "reset", "event"]);
  socket.deliver(heartbeat({ [T]: at(0, "0") }));
  expect(subscribes(socket)).toEqual([{ type: "subscribe", tenantId: T }]);
  expect(backend.client.status().status).toBe("live");
});

test("leaving unsubscribes after a moment, and joining again within it does not", async () => {
  const backend = fakeBackend();
  const leave = backend.client.join(T);
  const socket = await backend.open();
  socket.deliver(subscribed(5, false));
  leave();
  const stay = backend.client.join(T);
  await backend.clock.pass(5_000);
  expect(types(socket.sent)).not.toContain("unsubscribe");
  stay();
  await backend.clock.pass(5_000);
  expect(types(socket.sent)).toContain("unsubscribe");
});
