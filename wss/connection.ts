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

/** What a connection needs of its socket; Bun's has it, and so has a test's. */
export type Socket = {
  /** More than 0: sent; -1: queued; 0: dropped. */
  send(text: string): number;
  close(code: number, reason: string): void;
  terminate(): void;
  ping(): number;
  subscribe(topic: string): void;
  unsubscribe(topic: string): void;
  getBufferedAmount(): number;
  cork(task: () => void): void;
};

/** What the token says, for as long as it holds; at the same time the state of the connection. */
export type Session = {
  readonly kind: "open";
  readonly userId: string;
  readonly sid: string;
  readonly name: string;
  /** The tenants that may be joined, with their heads when the token was issued. */
  readonly grants: ReadonlySmallMap<Position | null>;
  /** Milliseconds since the Unix epoch. */
  readonly expiresAt: number;
};

export type ClosePlan = { readonly code: number; readonly reason: string };

export type ConnectionState =
  | { readonly kind: "awaiting-auth"; readonly until: number; readonly isAuthHere: boolean }
  | Session
  | { readonly kind: "closing"; readonly plan: ClosePlan; readonly until: number };

export type ConnectionDeps = {
  readonly clock: Clock;
  readonly log: Log;
  readonly rate: Rate;
  /** Answers one request. Requests of one connection are answered one after the other. */
  handle(connection: Connection, request: Decoded<Up>): Promise<void> | undefined;
  /** Told of a request that waits for its turn, so that what it will need is on its way. */
  foresee(connection: Connection, request: Decoded<Up>): void;
  /** Takes the connection out of everything; called once, when it begins to close. */
  leave(connection: Connection, session: Session | null, plan: ClosePlan): void;
};

/** What is still queued for a socket that closes gets this long to be read, so that the close code arrives behind it. */
const LINGER_MS = 5_000;
const INTERNAL: ClosePlan = { code: 1011, reason: "internal error" };

/** One socket: what was said on it is answered in order, within bounds, until it closes. */
export class Connection {
  readonly id: string;
  readonly address: string;
  readonly #socket: Socket;
  readonly #deps: ConnectionDeps;
  /** Only while a window lasts: an idle socket has none. */
  #rate: RateWindow | null = null;
  #state: ConnectionState;
  #heardAt: number;
  /** `null` when nothing waits, as nearly always: an idle connection is to be small. */
  #waiting: Decoded<Up>[] | null = null;
  #waitingLength = 0;
  #isBusy = false;
  #generation = 0;
  readonly #phase: number;
  #drain: { readonly since: number; resolve(): void; promise: Promise<void> } | null = null;

  constructor(id: string, address: string, socket: Socket, deps: ConnectionDeps) {
    this.id = id;
    this.address = address;
    this.#socket = socket;
    this.#phase = id.charCodeAt(id.length - 1) * 31 + id.charCodeAt(id.length - 2);
    this.#deps = deps;
    this.#heardAt = deps.clock.now();
    const until = this.#heardAt + AUTH_TIMEOUT_SECONDS * 1_000;
    this.#state = { kind: "awaiting-auth", until, isAuthHere: false };
  }

  get state(): ConnectionState {
    return this.#state;
  }

  /** `null` before the token was accepted and once the socket closes. */
  get session(): Session | null {
    return this.#state.kind === "open" ? this.#state : null;
  }

  get isClosing(): boolean {
    return this.#state.kind === "closing";
  }

  /** Names an attempt to join; a later one makes it void. */
  nextGeneration(): number {
    this.#generation += 1;
    return this.#generation;
  }

  /** Takes over what a token says; the second time it renews. */
  accept(session: Session): void {
    if (this.#state.kind === "closing") return;
    this.#state = session;
    for (const request of this.waiting) this.#deps.foresee(this, request);
  }

  heard(): void {
    this.#heardAt = this.#deps.clock.now();
  }

  receive(frame: string | Buffer): void {
    if (this.#state.kind === "closing") return;
    this.heard();
    const request = readFrame(frame);
    if ("code" in request) this.close(request);
    else if (!this.#isAllowedNow(request)) this.close(CLOSE.FORGED_TOKEN);
    else if (!this.#take(request)) {
      this.close(CLOSE.TOO_MANY_MESSAGES);
    } else if (this.#isBusy) this.#wait(request, frame.length);
    else this.#answer(request);
  }

  /** Counts one message; false when it is one too many. */
  #take(request: Decoded<Up>): boolean {
    this.#rate ??= new RateWindow();
    return this.#rate.take(rateClassOf(request), this.#deps.rate, this.#heardAt);
  }

  /** The first message is `auth`; what follows it waits until the token was looked at. */
  #isAllowedNow(request: Decoded<Up>): boolean {
    if (this.#state.kind !== "awaiting-auth" || this.#state.isAuthHere) return true;
    if (!request.ok || request.message.type !== "auth") return false;
    this.#state = { ...this.#state, isAuthHere: true };
    return true;
  }

  #wait(request: Decoded<Up>, length: number): void {
    const waiting = this.#waiting ?? [];
    this.#waiting = waiting;
    this.#waitingLength += length;
    waiting.push(request);
    if (waiting.length > BOUNDS.waitingMessages || this.#waitingLength > BOUNDS.waitingLength) {
      this.close(CLOSE.TOO_MANY_MESSAGES);
    } else if (this.#state.kind === "open") this.#deps.foresee(this, request);
  }

  /** The requests that wait for their turn. */
  get waiting(): readonly Decoded<Up>[] {
    return this.#waiting ?? [];
  }

  #answer(request: Decoded<Up>): void {
    try {
      const answering = this.#deps.handle(this, request);
      if (answering === undefined) return;
      this.#isBusy = true;
      answering
        .catch((err: unknown) => this.#fail(err))
        .finally(() => {
          this.#isBusy = false;
          this.#answerWaiting();
        });
    } catch (err) {
      this.#fail(err);
    }
  }

  #answerWaiting(): void {
    const waiting = this.#waiting;
    if (waiting === null) return;
    this.#waiting = null;
    this.#waitingLength = 0;
    for (const [index, request] of waiting.entries()) {
      if (this.isClosing) return;
      this.#answer(request);
      if (this.#isBusy) {
        this.#waiting = index + 1 < waiting.length ? waiting.slice(index + 1) : null;
        return;
      }
    }
  }

  #fail(err: unknown): void {
    this.#deps.log.error({ err, connectionId: this.id }, "a request failed; its socket is closed");
    this.close(INTERNAL);
  }

  say(message: Down): void {
    this.sendText(encodeDown(message));
  }

  sendText(text: string): void {
    if (this.#state.kind !== "closing") this.#socket.send(text);
  }

  /** Sends in one write. The promise, if there is one, resolves when the reader has made room, or is gone. */
  sendAll(texts: readonly string[]): Promise<void> | undefined {
    if (this.#state.kind === "closing") return;
    this.#socket.cork(() => {
      for (const text of texts) this.#socket.send(text);
    });
    if (this.#socket.getBufferedAmount() <= BOUNDS.roomBelow) return;
    if (this.#drain === null) {
      const { promise, resolve } = Promise.withResolvers<void>();
      this.#drain = { since: this.#deps.clock.now(), promise, resolve };
    }
    return this.#drain.promise;
  }

  /** The socket took some of what was queued. */
  drained(): void {
    if (this.#state.kind === "closing") {
      if (this.#socket.getBufferedAmount() === 0) this.#socket.close(this.#state.plan.code, this.#state.plan.reason);
      return;
    }
    if (this.#socket.getBufferedAmount() <= BOUNDS.roomBelow) this.#stopWaiting();
  }

  #stopWaiting(): void {
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
    return this.#socket.getBufferedAmount() > BOUNDS.slowAt;
  }

  /** Stops listening at once and leaves everything; the close frame follows what is already queued. */
  close(plan: ClosePlan): void {
    if (this.#state.kind === "closing") return;
    this.#begin(plan);
    // Once closed, a socket with a queue can't be terminated any more: one that never reads would hold it for ever.
    if (this.#socket.getBufferedAmount() === 0) this.#socket.close(plan.code, plan.reason);
  }

  /** The socket is gone, whoever closed it. */
  closed(code: number, reason: string): void {
    if (this.#state.kind !== "closing") this.#begin({ code, reason });
  }

  #begin(plan: ClosePlan): void {
    const { session } = this;
    this.#state = { kind: "closing", plan, until: this.#deps.clock.now() + LINGER_MS };
    this.#waiting = null;
    this.#stopWaiting();
    this.#deps.leave(this, session, plan);
  }

  /** Ends the socket without waiting for its reader. */
  cut(): void {
    this.#socket.terminate();
  }

  /** Looks after what time brings. */
  check(now: number): void {
    const state = this.#state;
    if (this.#rate?.isOver(now)) this.#rate = null;
    switch (state.kind) {
      case "closing":
        if (now >= state.until) this.#socket.terminate();
        return;
      case "awaiting-auth":
        if (now >= state.until && !state.isAuthHere) this.close(CLOSE.NO_AUTH);
        return;
      case "open":
        if (now >= state.expiresAt) this.close(CLOSE.TOKEN_EXPIRED);
        else if (now - this.#heardAt >= SIGN_OF_LIFE_SECONDS * 1_000) this.close(CLOSE.NO_SIGN_OF_LIFE);
        else if (this.isSlow) this.close(CLOSE.TOO_SLOW);
        else if (this.#drain !== null && now - this.#drain.since >= BOUNDS.drainMs) this.close(CLOSE.TOO_SLOW);
    }
  }

  /** Whether it is this connection's turn in a round, of which one comes every second: the ids spread the turns. */
  isBeatDue(round: number, everySeconds: number): boolean {
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
