import { expect, test } from "bun:test";
import { sequencedMessageSchema } from "../../../shared/protocol/message.ts";
import { at, event, fakeBackend, subscribed, T } from "../testing/fake-backend.ts";
import { settle } from "../testing/sim-clock.ts";

test("a channel without snapshots is in step from the point of joining, and resumes from there", async () => {
  const backend = fakeBackend({ streams: true, polls: true });
  backend.client.join(T);
  const socket = await backend.open();
  socket.deliver(subscribed(20, false));
  expect(backend.client.status()).toMatchObject({ status: "live", inStepAt: backend.clock.now() });
  socket.deliver(event(21));
  socket.end(1006);
  await backend.clock.pass(1_000);
  backend.socket().open();
  expect(backend.socket().sent.at(-1)).toEqual({ type: "subscribe", tenantId: T, since: at(21) });
});

test("a channel without snapshots is polled from the head in its token", async () => {
  const backend = fakeBackend({ streams: true, polls: true });
  backend.nextPoll = { kind: "events", head: at(1), events: [sequencedMessageSchema.parse(event(1))] };
  backend.client.join(T);
  backend.client.start();
  await settle();
  backend.socket().end(1006);
  await backend.clock.pass(1);
  backend.stream().end({ kind: "unreachable" });
  await backend.clock.pass(1);
  expect(backend.polls[0]).toEqual({ tenantId: T, since: "e1:0" });
  expect(backend.notices).toContainEqual({
    kind: "event",
    tenantId: T,
    message: sequencedMessageSchema.parse(event(1)),
  });
});

test("a first snapshot behind its channel is brought up by a replay", async () => {
  const backend = fakeBackend({ streams: true, polls: true });
  backend.client.join(T);
  const socket = await backend.open();
  socket.deliver(subscribed(20, false));
  backend.client.confirmSnapshot(T, at(18), backend.client.generation);
  expect(socket.sent.at(-1)).toEqual({ type: "subscribe", tenantId: T, since: at(18) });
});

test("a channel with snapshots waits for a new one after another sign-in", async () => {
  const backend = fakeBackend({ streams: true, polls: true });
  backend.client.join(T, { waitForSnapshot: true });
  backend.client.confirmSnapshot(T, at(10), backend.client.generation);
  await backend.open();
  backend.client.stop();
  const socket = await backend.open();
  socket.deliver(subscribed(20, false));
  expect(backend.client.status().status).toBe("reconnecting");
  backend.client.confirmSnapshot(T, at(20), backend.client.generation);
  expect(backend.client.status().status).toBe("live");
});
