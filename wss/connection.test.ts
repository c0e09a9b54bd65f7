import { describe, expect, test } from "bun:test";
import { silentLog } from "../platform/log/log.ts";
import type { Decoded } from "../shared/protocol/codec.ts";
import type { Up } from "../shared/protocol/up.ts";
import { createManualClock, settle } from "../tests/support/manual-clock.ts";
import { type ClosePlan, Connection, type Session, type Socket } from "./connection.ts";
import { BOUNDS } from "./limits.ts";
import { SmallMap } from "./small-map.ts";

const SESSION: Session = {
  kind: "open",
  userId: "u1",
  sid: "s1",
  name: "Ann",
  grants: new SmallMap(),
  expiresAt: Number.POSITIVE_INFINITY,
};
const AUTH = JSON.stringify({ type: "auth", token: "t" });
const PING = JSON.stringify({ type: "ping" });

const open = (
  handle: (connection: Connection, request: Decoded<Up>) => Promise<void> | undefined = () => undefined,
) => {
  const clock = createManualClock();
  const closes: number[] = [];
  const left: ClosePlan[] = [];
  const sent: string[] = [];
  const socket: Socket & { buffered: number; isTerminated: boolean } = {
    buffered: 0,
    isTerminated: false,
    send: (text: string) => sent.push(text),
    close: (code: number) => void closes.push(code),
    terminate: () => {
      socket.isTerminated = true;
    },
    ping: () => 1,
    subscribe: () => {},
    unsubscribe: () => {},
    getBufferedAmount: () => socket.buffered,
    cork: (task: () => void) => task(),
  };
  const connection = new Connection("c-01", "::1", socket, {
    clock,
    log: silentLog,
    rate: { points: 10, seconds: 10 },
    handle,
    prefetch: () => {},
    leave: (_, __, plan) => void left.push(plan),
  });
  return { clock, closes, left, sent, socket, connection };
};

describe("Connection", () => {
  test("S1 accepts nothing but auth first", () => {
    for (const frame of [PING, JSON.stringify({ type: "auth" }), JSON.stringify({ type: "nonsense" })]) {
      const handled: unknown[] = [];
      const { connection, closes } = open((_, request) => void handled.push(request));
      connection.receive(frame);
      expect(closes).toEqual([4200]);
      expect(handled).toEqual([]);
    }
  });

  test("S1 closes on a frame that is no message, before auth and after", () => {
    for (const frame of ["", "{", "[]", "null", '"auth"', "{}", '{"type":1}', Buffer.from(AUTH)]) {
      const { connection, closes } = open();
      connection.receive(frame);
      expect(closes).toEqual([4202]);
    }
  });

  test("S1 waits five seconds for auth", async () => {
    const { connection, closes, clock } = open();
    await clock.advance(4_999);
    connection.check(clock.now());
    expect(closes).toEqual([]);
    await clock.advance(1);
    connection.check(clock.now());
    expect(closes).toEqual([4002]);
  });

  test("S4 handles one request after the other, in order, although handlers take time", async () => {
    const order: string[] = [];
    const releases: (() => void)[] = [];
    const { connection } = open(async (_, request) => {
      const type = request.ok ? request.message.type : "";
      order.push(`${type} begins`);
      await new Promise<void>((resolve) => releases.push(resolve));
      order.push(`${type} ends`);
    });
    connection.receive(AUTH);
    connection.receive(JSON.stringify({ type: "subscribe", tenantId: "t1" }));
    connection.receive(PING);
    for (let index = 0; index < 3; index += 1) {
      await settle();
      releases[index]?.();
    }
    await settle();
    expect(order).toEqual([
      "auth begins",
      "auth ends",
      "subscribe begins",
      "subscribe ends",
      "ping begins",
      "ping ends",
    ]);
  });

  test("S4 bounds the pending requests", () => {
    const { connection, closes } = open(() => new Promise(() => {}));
    connection.receive(AUTH);
    for (let index = 0; index <= BOUNDS.pendingRequests; index += 1) {
      connection.receive(JSON.stringify({ type: "subscribe", tenantId: `t${index}` }));
    }
    expect(closes).toEqual([4008]);
    expect(connection.pending.length).toBe(0);
  });

  test("S4 bounds the rate of messages, with auth and subscribe apart", () => {
    const { connection, closes, clock } = open((own) => {
      own.accept(SESSION);
      return undefined;
    });
    connection.receive(AUTH);
    for (let index = 0; index < 100; index += 1) {
      connection.receive(JSON.stringify({ type: "subscribe", tenantId: "t" }));
    }
    for (let index = 0; index < 10; index += 1) connection.receive(PING);
    expect(closes).toEqual([]);
    void clock.advance(0);
    connection.receive(PING);
    expect(closes).toEqual([4008]);
  });

  test("S4 a request that fails closes its own socket and no other", async () => {
    const { connection, closes } = open(() => Promise.reject(new Error("thrown on purpose")));
    const other = open();
    connection.receive(AUTH);
    await settle();
    expect(closes).toEqual([1011]);
    expect(other.closes).toEqual([]);
  });

  test("S4 refuses a frame above 64 KiB of UTF-8 and takes one of exactly that", () => {
    const frame = (bytes: number, filler: string) => {
      const token = filler.repeat(Math.floor((bytes - 26) / Buffer.byteLength(filler)));
      const text = JSON.stringify({ type: "auth", token });
      return text.replace('"}', `${"x".repeat(bytes - Buffer.byteLength(text))}"}`);
    };
    for (const filler of ["x", "€"]) {
      const { connection, closes } = open();
      connection.receive(frame(65_536, filler));
      expect(closes).toEqual([]);
      connection.receive(frame(65_537, filler));
      expect(closes).toEqual([4204]);
    }
  });

  test("S3 closes a reader whose queue is too long, when it has read or after a while", async () => {
    const { connection, closes, socket, clock, left } = open();
    connection.accept(SESSION);
    socket.buffered = BOUNDS.slowAbove + 1;
    connection.check(clock.now());
    expect(left).toMatchObject([{ code: 4001 }]);
    expect(closes).toEqual([]);
    socket.buffered = 0;
    connection.drained();
    expect(closes).toEqual([4001]);

    const stuck = open();
    stuck.connection.accept(SESSION);
    stuck.socket.buffered = BOUNDS.slowAbove + 1;
    stuck.connection.check(stuck.clock.now());
    await stuck.clock.advance(5_000);
    stuck.connection.check(stuck.clock.now());
    expect(stuck.socket.isTerminated).toBe(true);
  });

  test("S3 a replay waits for the socket to drain, and a close ends the wait", async () => {
    const { connection, socket } = open();
    connection.accept(SESSION);
    expect(connection.sendAll(["a"])).toBeUndefined();
    socket.buffered = BOUNDS.resumeBelow + 1;
    const drained = connection.sendAll(["b"]);
    expect(drained).toBeInstanceOf(Promise);
    socket.buffered = 0;
    connection.drained();
    await drained;
    socket.buffered = BOUNDS.resumeBelow + 1;
    const never = connection.sendAll(["c"]);
    connection.closed(1006, "");
    await never;
  });

  test("closes at the token's end and after a minute without a sign of life", async () => {
    const first = open();
    first.connection.accept({ ...SESSION, expiresAt: first.clock.now() + 10_000 });
    await first.clock.advance(10_000);
    first.connection.check(first.clock.now());
    expect(first.closes).toEqual([4100]);

    const second = open();
    second.connection.accept(SESSION);
    await second.clock.advance(59_000);
    second.connection.markAlive();
    await second.clock.advance(59_000);
    second.connection.check(second.clock.now());
    expect(second.closes).toEqual([]);
    await second.clock.advance(1_000);
    second.connection.check(second.clock.now());
    expect(second.closes).toEqual([4004]);
  });

  test("M5 leaves once, and neither handles nor sends a message afterwards", () => {
    const handled: unknown[] = [];
    const { connection, left, closes, sent } = open((_, request) => void handled.push(request));
    connection.close({ code: 4000, reason: "draining" });
    connection.close({ code: 4001, reason: "too slow" });
    connection.closed(1000, "");
    connection.receive(AUTH);
    connection.send({ type: "pong" });
    connection.accept(SESSION);
    expect(left).toEqual([{ code: 4000, reason: "draining" }]);
    expect(closes).toEqual([4000]);
    expect([handled, sent, connection.session]).toEqual([[], [], null]);
  });
});
