import { expect, test } from "bun:test";
import { isSequenced, sequencedMessageSchema } from "../../../shared/protocol/message.ts";
import { at, backWithoutSocket, event, fakeBackend, subscribed, T } from "../testing/fake-backend.ts";
import { settle } from "../testing/sim-clock.ts";

const ALL = { streams: true, polls: true } as const;

type Backend = ReturnType<typeof fakeBackend>;

/** A client with a snapshot at 10 that has started and requested its first socket. */
const startedClient = async (options: Parameters<typeof fakeBackend>[0] = ALL): Promise<Backend> => {
  const backend = fakeBackend(options);
  backend.client.join(T);
  backend.client.confirmSnapshot(T, at(10), backend.client.generation);
  backend.client.start();
  await settle();
  return backend;
};

const onStream = async (): Promise<Backend> => {
  const backend = await startedClient();
  backend.socket().end(1006);
  await backend.clock.pass(1);
  backend.stream().open(at(10));
  backend.stream().connected(at(10));
  return backend;
};

const answerWith = (seq: number) =>
  ({ kind: "events", head: at(seq), events: [sequencedMessageSchema.parse(event(seq))] }) as const;

const onPolling = async (): Promise<Backend> => {
  const backend = await startedClient();
  backend.nextPoll = { kind: "events", head: at(10), events: [] };
  backend.socket().end(1006);
  await backend.clock.pass(1);
  backend.stream().end({ kind: "refused", status: 502, code: null });
  await backend.clock.pass(1);
  return backend;
};

const seqs = ({ notices }: Backend) =>
  notices.flatMap((notice) => (notice.kind === "event" && isSequenced(notice.message) ? [notice.message.seq] : []));
const openStreams = ({ streams }: Backend) => streams.filter(({ isClosed }) => !isClosed).length;

test("a stream replaces a first failed socket at once, from the client's position", async () => {
  const backend = await startedClient();
  backend.socket().end(1006);
  await backend.clock.pass(1);
  expect(backend.stream()).toMatchObject({ tenantId: T, since: "e1:10" });
  backend.stream().open(at(11));
  backend.stream().connected(at(10));
  backend.stream().deliver(event(11));
  expect(backend.client.status()).toMatchObject({ status: "streaming", problem: { kind: "not-opened" } });
  expect(seqs(backend)).toEqual([11]);
  expect(backend.polls).toEqual([]);
});

test("a silent socket gets two seconds, and no longer", async () => {
  const backend = await startedClient();
  await backend.clock.pass(1_999);
  expect(backend.streams).toEqual([]);
  await backend.clock.pass(1);
  expect(backend.streams).toHaveLength(1);
});

test("a socket that reconnects within two seconds costs no stream", async () => {
  const backend = await startedClient();
  backend.socket().open();
  backend.ready();
  backend.socket().deliver(subscribed(10, true));
  backend.socket().end(4000);
  await backend.clock.pass(600);
  backend.socket().end(1006);
  await backend.clock.pass(1_000);
  backend.socket().open();
  backend.ready();
  await backend.clock.pass(10_000);
  expect(backend.streams).toEqual([]);
});

for (const [what, fail] of [
  ["that is held back", ({ clock }: Backend) => clock.pass(2_000)],
  ["answered by a proxy", async ({ stream }: Backend) => stream().end({ kind: "refused", status: 502, code: null })],
  ["without an answer", async ({ stream }: Backend) => stream().end({ kind: "unreachable" })],
  ["cut as soon as it begins", async ({ stream }: Backend) => stream().end({ kind: "ended" })],
] as const) {
  test(`a stream ${what} is replaced by polling within three seconds`, async () => {
    const backend = await startedClient();
    backend.nextPoll = answerWith(11);
    const from = backend.clock.now();
    backend.socket().end(1006);
    await backend.clock.pass(1);
    await fail(backend);
    await backend.clock.pass(1);
    expect(backend.client.status().status).toBe("polling");
    expect(backend.clock.now() - from).toBeLessThan(3_000);
    expect(openStreams(backend)).toBe(0);
    expect(seqs(backend)).toEqual([11]);
  });
}

test("the status has the problem of the streams too", async () => {
  const backend = await onPolling();
  expect(backend.client.status().streamProblem).toEqual({ kind: "refused", status: 502 });
});

test("R2 the socket takes over from the stream with nothing lost and nothing doubled", async () => {
  const backend = await onStream();
  backend.stream().deliver(event(11));
  await backend.clock.pass(30_000);
  const socket = backend.socket();
  socket.open();
  expect(socket.sent.map(({ type }) => type)).toEqual(["auth"]);
  backend.stream().deliver(event(12));
  const before = backend.stream();
  backend.ready();
  expect(before.isClosed).toBe(true);
  expect(socket.sent.at(-1)).toEqual({ type: "subscribe", tenantId: T, since: at(12) });
  before.deliver(event(13));
  socket.deliver(subscribed(13, true));
  socket.deliver(event(13));
  expect(seqs(backend)).toEqual([11, 12, 13]);
  expect(backend.client.status().status).toBe("live");
  await backend.clock.pass(5_000);
  expect(openStreams(backend)).toBe(0);
});

test("a probe stream beside polling delivers nothing until polling has ended", async () => {
  const backend = await onPolling();
  await backend.clock.pass(4_000);
  const probe = backend.stream();
  probe.open(at(11));
  backend.nextPoll = answerWith(11);
  probe.deliver(event(11));
  expect(seqs(backend)).toEqual([]);
  await backend.clock.pass(4_000);
  expect(seqs(backend)).toEqual([11]);
  probe.connected(at(11));
  expect(probe.isClosed).toBe(true);
  expect(backend.stream()).toMatchObject({ since: "e1:11" });
  backend.stream().open(at(12));
  backend.stream().connected(at(11));
  backend.stream().deliver(event(12));
  const { length } = backend.polls;
  await backend.clock.pass(20_000);
  expect(backend.polls).toHaveLength(length);
  expect(seqs(backend)).toEqual([11, 12]);
});

test("a socket that opens and never gets ready leaves polling as it is", async () => {
  const backend = await onPolling();
  while (backend.sockets.length === 1) await backend.clock.pass(100);
  const { length } = backend.streams;
  backend.socket().open();
  expect(backend.socket().sent.map(({ type }) => type)).toEqual(["auth"]);
  expect(backend.streams).toHaveLength(length);
  backend.nextPoll = answerWith(11);
  await backend.clock.pass(4_000);
  expect(seqs(backend)).toEqual([11]);
});

test("a stream with a replay to come is not in step yet", async () => {
  const backend = await startedClient();
  backend.socket().end(1006);
  await backend.clock.pass(1);
  backend.stream().open(at(12));
  backend.stream().connected(at(10));
  expect(backend.client.status().inStepAt).toBeNull();
  backend.stream().deliver(event(11));
  expect(backend.client.status().inStepAt).toBe(backend.clock.now());
});

test("a hidden page does not poll a tenant without history on the socket either", async () => {
  const backend = await startedClient();
  backend.nextPoll = { kind: "events", head: at(10), events: [] };
  backend.socket().open();
  backend.ready();
  backend.client.setHidden(true);
  backend.socket().deliver({ type: "error", code: "UNAVAILABLE", message: "later", tenantId: T });
  await backend.clock.pass(1_000);
  expect(backend.polls).toEqual([]);
  backend.client.setHidden(false);
  await backend.clock.pass(0);
  expect(backend.polls).toHaveLength(1);
});

test("a poll's answer is dropped when another transport moved the position meanwhile", async () => {
  const backend = await onPolling();
  const { promise, resolve } = Promise.withResolvers<void>();
  backend.pollGate = promise;
  backend.nextPoll = answerWith(11);
  await backend.clock.pass(4_000);
  const socket = backend.socket();
  socket.open();
  backend.ready();
  socket.deliver(subscribed(11, true));
  socket.deliver(event(11));
  resolve();
  await backend.clock.pass(1);
  expect(seqs(backend)).toEqual([11]);
});

test("failing streams are retried later each time", async () => {
  const backend = await onPolling();
  const gaps: number[] = [];
  let last = backend.clock.now();
  while (gaps.length < 4) {
    const { length } = backend.streams;
    while (backend.streams.length === length) await backend.clock.pass(100);
    gaps.push(backend.clock.now() - last);
    last = backend.clock.now();
    backend.stream().end({ kind: "unreachable" });
  }
  expect(gaps).toEqual(gaps.toSorted((a, b) => a - b));
  expect(gaps.at(-1)).toBeGreaterThan(2 * (gaps[0] ?? 0));
});

test("a stable stream that ends is reopened soon, from the position", async () => {
  const backend = await onStream();
  await backend.clock.pass(20_000);
  backend.stream().deliver(event(11));
  backend.stream().end({ kind: "ended" });
  expect(backend.client.status().status).toBe("reconnecting");
  await backend.clock.pass(1_000);
  expect(backend.stream()).toMatchObject({ since: "e1:11" });
  expect(backend.polls).toEqual([]);
});

test("polling replaces a stream after silence for two heartbeats", async () => {
  const backend = await onStream();
  backend.nextPoll = { kind: "events", head: at(10), events: [] };
  for (let beat = 0; beat < 4; beat += 1) {
    await backend.clock.pass(25_000);
    backend.stream().emit("heartbeat", at(10));
  }
  expect(backend.client.status().status).toBe("streaming");
  await backend.clock.pass(50_001);
  expect(backend.client.status()).toMatchObject({ status: "polling", streamProblem: { kind: "held-back" } });
});

test("a stream's heartbeat proves that the client is in step, and one ahead that it is not", async () => {
  const backend = await onStream();
  await backend.clock.pass(25_000);
  backend.stream().emit("heartbeat", at(10));
  expect(backend.client.status().inStepAt).toBe(backend.clock.now());
  backend.stream().emit("heartbeat", at(11));
  expect(backend.stream().since).toBe("e1:10");
  expect(backend.client.status().status).toBe("reconnecting");
});

test("three heartbeats without a head reopen the stream, and polling serves if that is refused", async () => {
  const backend = await onStream();
  const beat = async (head: ReturnType<typeof at> | null) => {
    await backend.clock.pass(25_000);
    backend.stream().comment("heartbeat");
    if (head !== null) backend.stream().emit("heartbeat", head);
  };
  for (const head of [at(10), null, null, at(10), null, null]) await beat(head);
  // Comments that a proxy inserts are no heartbeats.
  for (let other = 0; other < 5; other += 1) backend.stream().comment("");
  const asked = backend.streams.length;
  await beat(null);
  expect(backend.streams).toHaveLength(asked);
  await beat(null);
  expect(backend.streams).toHaveLength(asked + 1);
  backend.stream().end({ kind: "refused", status: 503, code: "UNAVAILABLE" });
  await backend.clock.pass(1);
  expect(backend.client.status().status).toBe("polling");
});

test("a stream whose history was cut off requires a new snapshot", async () => {
  const backend = await startedClient();
  backend.socket().end(1006);
  await backend.clock.pass(1);
  backend.stream().open(at(30));
  backend.stream().connected(at(30), false);
  expect(backend.kinds()).toEqual(["joined", "reset"]);
  backend.client.confirmSnapshot(T, at(30), backend.client.generation);
  expect(backend.client.status().status).toBe("streaming");
});

test("a right that came back without a socket is used by the stream", async () => {
  const backend = await backWithoutSocket(ALL);
  await backend.clock.pass(3_000);
  backend.stream().open(at(10));
  backend.stream().connected(at(10), false);
  expect(backend.client.status().status).toBe("streaming");
});

test("a hidden page neither streams nor polls, and a visible one does at once", async () => {
  const backend = await onStream();
  backend.client.setHidden(true);
  expect(openStreams(backend)).toBe(0);
  await backend.clock.pass(120_000);
  expect(openStreams(backend)).toBe(0);
  backend.client.setHidden(false);
  expect(backend.stream()).toMatchObject({ since: "e1:10" });

  const poller = await onPolling();
  await poller.clock.pass(500);
  poller.client.setHidden(true);
  const { length } = poller.polls;
  await poller.clock.pass(120_000);
  expect(poller.polls).toHaveLength(length);
  poller.client.setHidden(false);
  await poller.clock.pass(0);
  expect(poller.polls).toHaveLength(length + 1);
});

test("one tenant's polls never run side by side, however often the page becomes visible", async () => {
  const backend = await onPolling();
  const { promise, resolve } = Promise.withResolvers<void>();
  await backend.clock.pass(4_000);
  backend.pollGate = promise;
  const { length } = backend.polls;
  backend.client.setHidden(true);
  for (let turn = 0; turn < 5; turn += 1) {
    backend.client.setHidden(false);
    await backend.clock.pass(10);
    backend.client.setHidden(true);
  }
  backend.client.setHidden(false);
  await backend.clock.pass(10);
  expect(backend.polls).toHaveLength(length + 1);
  resolve();
});

test("revoked on a stream gives the tenant up only if a new token does not name it", async () => {
  const backend = await onStream();
  const { tokens } = backend;
  backend.tenants = [];
  backend.stream().emit("unsubscribed", { reason: "revoked" });
  await backend.clock.pass(1);
  expect(backend.tokens).toBe(tokens + 1);
  expect(backend.client.subscription(T)).toEqual({ kind: "denied", reason: "revoked" });
});

test("a stream refused with 401 fetches a token, and the client stops when it is denied", async () => {
  const backend = await startedClient();
  backend.socket().end(1006);
  await backend.clock.pass(1);
  backend.nextToken = { kind: "denied" };
  backend.stream().end({ kind: "refused", status: 401, code: "UNAUTHENTICATED" });
  await backend.clock.pass(1);
  expect(backend.client.status()).toMatchObject({ status: "offline", reason: "signed-out" });
});

test("a tenant whose stream is refused although the token names it is polled, and not given up", async () => {
  const backend = await startedClient();
  backend.nextPoll = { kind: "events", head: at(10), events: [] };
  backend.socket().end(1006);
  await backend.clock.pass(1);
  const refused = { kind: "refused", status: 404, code: "NOT_FOUND" } as const;
  backend.stream().end(refused);
  await backend.clock.pass(1);
  backend.stream().end(refused);
  await backend.clock.pass(1);
  expect(backend.client.subscription(T).kind).toBe("polling");
  expect(backend.client.status().status).toBe("polling");
});

test("tenants beyond the third are polled", async () => {
  const others = ["2", "3", "4", "5"].map((last) => `01900000-0000-7000-8000-00000000000${last}`);
  const backend = fakeBackend(ALL);
  for (const tenantId of others) {
    backend.client.join(tenantId);
    backend.client.confirmSnapshot(tenantId, at(10), backend.client.generation);
  }
  backend.nextPoll = { kind: "events", head: at(10), events: [] };
  backend.client.start();
  await settle();
  backend.socket().end(1006);
  await backend.clock.pass(1);
  expect(openStreams(backend)).toBe(3);
  expect(new Set(backend.polls.map(({ tenantId }) => tenantId))).toEqual(new Set(others.slice(3)));
});

test("without streams and without polling it stays with the socket", async () => {
  const backend = await startedClient({});
  backend.socket().end(1006);
  await backend.clock.pass(60_000);
  expect(backend.client.status().status).toBe("reconnecting");
  backend.socket().open();
  backend.ready();
  backend.socket().deliver(subscribed(10, true));
  expect(backend.client.status().status).toBe("live");
});
