import type { Clock } from "../platform/clock/clock.ts";
import type { Rate } from "../platform/config/config.ts";
import type { Log } from "../platform/log/log.ts";
import { CLOSE } from "../shared/protocol/close-codes.ts";
import { type Decoded, decodeUp, encodeDown } from "../shared/protocol/codec.ts";
import type { Down } from "../shared/protocol/down.ts";
import { AUTH_TIMEOUT_SECONDS, MAX_FRAME_BYTES, SIGN_OF_LIFE_SECONDS } from "../shared/protocol/limits.ts";
import type { Position } from "../shared/protocol/position.ts";
import type { Up } from "../shared/protocol/up.ts";
import { BOUNDS, type RateClass, RateWindow } from "./limits.ts";
import type { ReadonlySmallMap } from "./small-map.ts";

/** The part of Bun's ServerWebSocket that a connection uses. */
export type Socket = {
  /** Returns bytes sent, -1 when queued under backpressure, 0 when dropped. */
  send(text: string): number;
  close(code: number, reason: string): void;
  terminate(): void;
  ping(): number;
  subscribe(topic: string): void;
  unsubscribe(topic: string): void;
  getBufferedAmount(): number;
  cork(task: () => void): void;
};

/** The claims of the accepted token; also the connection's "open" state. */
export type Session = {
  readonly kind: "open";
  readonly userId: string;
  readonly sid: string;
  readonly name: string;
  /** Per tenant its log's head when the token was issued, or `null` for a tenant without a log. */
  readonly grants: ReadonlySmallMap<Position | null>;
  /** Milliseconds since the Unix epoch. */
  readonly expiresAt: number;
};

export type ClosePlan = { readonly code: number; readonly reason: string };

export type ConnectionState =
  | { readonly kind: "awaiting-auth"; readonly until: number; readonly hasAuth: boolean }
  | Session
  | { readonly kind: "closing"; readonly plan: ClosePlan; readonly until: number };

export type ConnectionDeps = {
  readonly clock: Clock;
  readonly log: Log;
  readonly rate: Rate;
  /** Handles one request. The connection calls it again only when the returned promise has settled. */
  handle(connection: Connection, request: Decoded<Up>): Promise<void> | undefined;
  /** Called for each queued request, to prefetch what it needs. */
  prefetch(connection: Connection, request: Decoded<Up>): void;
  /** Removes the connection from all rooms and indexes. Called once, when it begins to close. */
  leave(connection: Connection, session: Session | null, plan: ClosePlan): void;
};

/** A closing socket gets this long to read its send queue, so that the close code arrives behind it. */
const LINGER_MS = 5_000;
const INTERNAL: ClosePlan = { code: 1011, reason: "internal error" };

/** One socket. Handles its requests in order and within BOUNDS until it closes. */
export class Connection {
  readonly id: string;
  readonly address: string;
  readonly #socket: Socket;
  readonly #deps: ConnectionDeps;
  /** Allocated for the length of a window, so that an idle socket costs nothing. */
  #rate: RateWindow | null = null;
  #state: ConnectionState;
  #lastSeenAt: number;
  /** Requests that wait for the current one. `null` when empty, which keeps idle sockets small. */
  #pending: Decoded<Up>[] | null = null;
  #pendingLength = 0;
  #isHandling = false;
  #generation = 0;
  readonly #phase: number;
  #drain: { readonly since: number; resolve(): void; promise: Promise<void> } | null = null;

  constructor(id: string, address: string, socket: Socket, deps: ConnectionDeps) {
    this.id = id;
    this.address = address;
    this.#socket = socket;
    this.#phase = id.charCodeAt(id.length - 1) * 31 + id.charCodeAt(id.length - 2);
    this.#deps = deps;
    this.#lastSeenAt = deps.clock.now();
    const until = this.#lastSeenAt + AUTH_TIMEOUT_SECONDS * 1_000;
    this.#state = { kind: "awaiting-auth", until, hasAuth: false };
  }

  get state(): ConnectionState {
    return this.#state;
  }

  /** `null` before `accept` and from `close` on. */
  get session(): Session | null {
    return this.#state.kind === "open" ? this.#state : null;
  }

  get isClosing(): boolean {
    return this.#state.kind === "closing";
  }

  /** Numbers the attempts to join a tenant; WsManager ignores an unlink of an older generation. */
  nextGeneration(): number {
    this.#generation += 1;
    return this.#generation;
  }

  /** Opens the connection with a verified token, or renews its session. */
  accept(session: Session): void {
    if (this.#state.kind === "closing") return;
    this.#state = session;
    for (const request of this.pending) this.#deps.prefetch(this, request);
  }

  markAlive(): void {
    this.#lastSeenAt = this.#deps.clock.now();
  }

  receive(frame: string | Buffer): void {
    if (this.#state.kind === "closing") return;
    this.markAlive();
    const request = readFrame(frame);
    if ("code" in request) this.close(request);
    else if (!this.#isAllowed(request)) this.close(CLOSE.FORGED_TOKEN);
    else if (!this.#isWithinRate(request)) {
      this.close(CLOSE.TOO_MANY_MESSAGES);
    } else if (this.#isHandling) this.#enqueue(request, frame.length);
    else this.#handle(request);
  }

  #isWithinRate(request: Decoded<Up>): boolean {
    this.#rate ??= new RateWindow();
    return this.#rate.take(rateClassOf(request), this.#deps.rate, this.#lastSeenAt);
  }

  /** S1: the first message must be `auth`. Later ones may follow at once; they queue until the token is verified. */
  #isAllowed(request: Decoded<Up>): boolean {
    if (this.#state.kind !== "awaiting-auth" || this.#state.hasAuth) return true;
    if (!request.ok || request.message.type !== "auth") return false;
    this.#state = { ...this.#state, hasAuth: true };
    return true;
  }

  #enqueue(request: Decoded<Up>, length: number): void {
    const pending = this.#pending ?? [];
    this.#pending = pending;
    this.#pendingLength += length;
    pending.push(request);
    if (pending.length > BOUNDS.pendingRequests || this.#pendingLength > BOUNDS.pendingLength) {
      this.close(CLOSE.TOO_MANY_MESSAGES);
    } else if (this.#state.kind === "open") this.#deps.prefetch(this, request);
  }

  get pending(): readonly Decoded<Up>[] {
    return this.#pending ?? [];
  }

  #handle(request: Decoded<Up>): void {
    try {
      const handling = this.#deps.handle(this, request);
      if (handling === undefined) return;
      this.#isHandling = true;
      handling
        .catch((err: unknown) => this.#fail(err))
        .finally(() => {
          this.#isHandling = false;
          this.#handlePending();
        });
    } catch (err) {
      this.#fail(err);
    }
  }

  #handlePending(): void {
    const pending = this.#pending;
    if (pending === null) return;
    this.#pending = null;
    this.#pendingLength = 0;
    for (const [index, request] of pending.entries()) {
      if (this.isClosing) return;
      this.#handle(request);
      if (this.#isHandling) {
        this.#pending = index + 1 < pending.length ? pending.slice(index + 1) : null;
        return;
      }
    }
  }

  #fail(err: unknown): void {
    this.#deps.log.error({ err, connectionId: this.id }, "a request failed; its socket is closed");
    this.close(INTERNAL);
  }

  send(message: Down): void {
    this.sendText(encodeDown(message));
  }

  sendText(text: string): void {
    if (this.#state.kind !== "closing") this.#socket.send(text);
  }

  /** Sends all texts in one write. Under backpressure returns a promise that resolves on drain or close. */
  sendAll(texts: readonly string[]): Promise<void> | undefined {
    if (this.#state.kind === "closing") return;
    this.#socket.cork(() => {
      for (const text of texts) this.#socket.send(text);
    });
    if (this.#socket.getBufferedAmount() <= BOUNDS.resumeBelow) return;
    if (this.#drain === null) {
      const { promise, resolve } = Promise.withResolvers<void>();
      this.#drain = { since: this.#deps.clock.now(), promise, resolve };
    }
    return this.#drain.promise;
  }

  /** Bun's `drain`: the socket has sent part of its queue. */
  drained(): void {
    if (this.#state.kind === "closing") {
      if (this.#socket.getBufferedAmount() === 0) this.#socket.close(this.#state.plan.code, this.#state.plan.reason);
      return;
    }
    if (this.#socket.getBufferedAmount() <= BOUNDS.resumeBelow) this.#resolveDrain();
  }

  #resolveDrain(): void {
    this.#drain?.resolve();
    this.#drain = null;
  }

  joinTopic(topic: string): void {
    if (this.#state.kind !== "closing") this.#socket.subscribe(topic);
  }

  leaveTopic(topic: string): void {
    this.#socket.unsubscribe(topic);
  }

  get isSlow(): boolean {
    return this.#socket.getBufferedAmount() > BOUNDS.slowAbove;
  }

  /** M5: ignores further requests and leaves all rooms at once; the close frame follows the messages already queued. */
  close(plan: ClosePlan): void {
    if (this.#state.kind === "closing") return;
    this.#beginClose(plan);
    // Bun can't terminate a closed socket that still has a send queue: a peer that never reads would keep it for ever.
    if (this.#socket.getBufferedAmount() === 0) this.#socket.close(plan.code, plan.reason);
  }

  /** Bun's `close`: the socket is gone, closed by either side. */
  closed(code: number, reason: string): void {
    if (this.#state.kind !== "closing") this.#beginClose({ code, reason });
  }

  #beginClose(plan: ClosePlan): void {
    const { session } = this;
    this.#state = { kind: "closing", plan, until: this.#deps.clock.now() + LINGER_MS };
    this.#pending = null;
    this.#resolveDrain();
    this.#deps.leave(this, session, plan);
  }

  terminate(): void {
    this.#socket.terminate();
  }

  /** Enforces the deadlines and the bound on the send queue. The server calls it every second. */
  check(now: number): void {
    const state = this.#state;
    if (this.#rate?.isOver(now)) this.#rate = null;
    switch (state.kind) {
      case "closing":
        if (now >= state.until) this.#socket.terminate();
        return;
      case "awaiting-auth":
        if (now >= state.until && !state.hasAuth) this.close(CLOSE.NO_AUTH);
        return;
      case "open":
        if (now >= state.expiresAt) this.close(CLOSE.TOKEN_EXPIRED);
        else if (now - this.#lastSeenAt >= SIGN_OF_LIFE_SECONDS * 1_000) this.close(CLOSE.NO_SIGN_OF_LIFE);
        else if (this.isSlow) this.close(CLOSE.TOO_SLOW);
        else if (this.#drain !== null && now - this.#drain.since >= BOUNDS.drainTimeoutMs) this.close(CLOSE.TOO_SLOW);
    }
  }

  /** Whether this connection's heartbeat falls into `round`. Ids spread the heartbeats over `everySeconds` rounds. */
  isHeartbeatDue(round: number, everySeconds: number): boolean {
    return (round + this.#phase) % everySeconds === 0;
  }

  ping(): void {
    if (this.#state.kind === "open") this.#socket.ping();
  }
}

const readFrame = (frame: string | Buffer): Decoded<Up> | ClosePlan => {
  if (typeof frame !== "string") return CLOSE.INVALID_MESSAGE;
  if (isTooBig(frame)) return CLOSE.TOO_BIG;
  const request = decodeUp(frame);
  return !request.ok && request.failure.kind === "unreadable" ? CLOSE.INVALID_MESSAGE : request;
};

const rateClassOf = (request: Decoded<Up>): RateClass => {
  const type = request.ok ? request.message.type : request.failure.kind === "invalid" ? request.failure.type : "";
  return type === "auth" || type === "subscribe" ? type : "other";
};

const isTooBig = (frame: string): boolean =>
  frame.length > MAX_FRAME_BYTES || (frame.length * 3 > MAX_FRAME_BYTES && Buffer.byteLength(frame) > MAX_FRAME_BYTES);
