import { type EventMessage, isKnownAction, isSequenced } from "../../../shared/events.ts";
import type { Position } from "../../../shared/position.ts";
import { encodeUp } from "../../../shared/protocol/codec.ts";
import type { Down } from "../../../shared/protocol/down.ts";
import type { PresenceData, Up } from "../../../shared/protocol/up.ts";
import { fullJitter } from "./backoff.ts";
import { type Connection, type ConnectionEffect, type ConnectionEvent, deadlineOf } from "./connection-state.ts";
import { connectionStep } from "./connection-table.ts";
import { eventOfError, readFrame } from "./frames.ts";
import { type Grant, grantOf, renewIn } from "./grant.ts";
import { isFailing, type LiveStatus, liveStatus, saysTheSame } from "./live-status.ts";
import type { Listener, Notice } from "./notices.ts";
import { Poller, type PollTarget } from "./poller.ts";
import type { RealtimePorts, Socket } from "./ports.ts";
import { PresenceBook, type PresencePeer } from "./presence-book.ts";
import type { Subscription } from "./subscription-state.ts";
import { Subscriptions } from "./subscriptions.ts";
import { type Trouble, troubleAfter } from "./trouble.ts";

const PROBE_MS = 5_000;
const RENEWAL_FLOOR_MS = 1_000;

/**
 * One socket to the realtime server, with all that a client owes the protocol: it comes back, joins again from where
 * it was, and hands each event on in order and once. Knows no page, no framework and no clock of its own.
 */
export class RealtimeClient {
  readonly #ports: RealtimePorts;
  readonly #listeners = new Set<Listener>();
  readonly #presence = new PresenceBook();
  readonly #said = new Map<string, PresenceData>();
  readonly #subscriptions: Subscriptions;
  readonly #poller: Poller;
  #connection: Connection = { kind: "idle" };
  #socket: Socket | null = null;
  /** Whatever an older socket or an older request still says is not heard. */
  #socketTurn = 0;
  #tokenTurn = 0;
  #heardAt = 0;
  #renewalFailures = 0;
  #cancelDeadline: (() => void) | null = null;
  #cancelRenewal: (() => void) | null = null;
  #cancelProbe: (() => void) | null = null;
  #networkUp = true;
  #trouble: Trouble | null = null;
  #status: LiveStatus = { status: "reconnecting", inStepAt: null };

  constructor(ports: RealtimePorts) {
    this.#ports = ports;
    this.#subscriptions = new Subscriptions(ports, {
      send: (message) => this.#send(message),
      notify: (notice) => this.#notify(notice),
      renewToken: () => this.#renewToken(),
      joined: (tenantId) => this.#sayAgain(tenantId),
    });
    this.#poller = new Poller(ports, {
      targets: () => this.#pollTargets(),
      events: (tenantId, events, head) => this.#settle(() => this.#subscriptions.polled(tenantId, events, head)),
      historyGone: (tenantId) => this.#settle(() => this.#subscriptions.dispatch(tenantId, { kind: "history-gone" })),
    });
  }

  start(): void {
    this.#dispatch({ kind: "start" });
  }

  /** Ends the connection and forgets everything, as on signing out. */
  stop(): void {
    this.#tokenTurn += 1;
    this.#dispatch({ kind: "stop" });
    this.#subscriptions.clear();
    this.#poller.update();
  }

  /** The page is seen again, or came back from the browser's cache. */
  wake(): void {
    this.#dispatch({ kind: "woken", silentMs: this.#ports.clock.now() - this.#heardAt });
  }

  setNetwork(up: boolean): void {
    this.#networkUp = up;
    if (up) this.wake();
    else this.#settle(() => {});
  }

  /**
   * Joins a tenant's channel until the returned undo is called.
   * With `waitForState` it joins once a state was `held`, so that it begins where the state stands.
   */
  join(tenantId: string, { waitForState = false } = {}): () => void {
    const leave = this.#subscriptions.want(tenantId, { waiting: waitForState });
    this.#settle(() => {});
    return () => this.#settle(leave);
  }

  /** Ends the waiting for a state. */
  proceed(tenantId: string): void {
    this.#settle(() => void this.#subscriptions.dispatch(tenantId, { kind: "proceed" }));
  }

  /** A state of the tenant was read at `position`, by a read begun under `generation`. */
  held(tenantId: string, position: Position, generation: number): void {
    this.#settle(() => this.#subscriptions.held(tenantId, position, generation));
  }

  /** To be taken when a read begins, and given back with its result. */
  generation(tenantId: string): number {
    return this.#subscriptions.generation(tenantId);
  }

  /** Something showed that the channel is not what it should be. */
  resubscribe(tenantId: string): void {
    this.#settle(() => this.#subscriptions.dispatch(tenantId, { kind: "resubscribe" }));
  }

  position(tenantId: string): Position | null {
    return this.#subscriptions.position(tenantId);
  }

  subscription(tenantId: string): Subscription {
    return this.#subscriptions.state(tenantId);
  }

  get connection(): Connection {
    return this.#connection;
  }

  say(tenantId: string, data: PresenceData): void {
    if (JSON.stringify(this.#said.get(tenantId) ?? null) === JSON.stringify(data)) return;
    if (data === null) this.#said.delete(tenantId);
    else this.#said.set(tenantId, data);
    const { kind } = this.#subscriptions.state(tenantId);
    if (kind === "live" || kind === "awaiting-read" || kind === "unlogged")
      this.#send({ type: "presence", tenantId, data });
  }

  presence(tenantId: string): readonly PresencePeer[] {
    return this.#presence.list(tenantId);
  }

  /** Keeps its identity while nothing worth telling changes. */
  status(): LiveStatus {
    return this.#status;
  }

  listen(listener: Listener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #sayAgain(tenantId: string): void {
    const data = this.#said.get(tenantId);
    if (data) this.#send({ type: "presence", tenantId, data });
  }

  #dispatch(event: ConnectionEvent): void {
    const before = this.#connection;
    this.#trouble = troubleAfter(this.#trouble, before, event);
    const step = connectionStep(before, event, { now: this.#ports.clock.now(), random: this.#ports.random });
    this.#connection = step.state;
    if (step.state !== before) this.#armDeadline();
    for (const effect of step.effects) this.#run(effect);
    this.#settle(() => {});
  }

  #run(effect: ConnectionEffect): void {
    switch (effect) {
      case "fetch-token":
        void this.#fetchToken();
        return;
      case "open-socket":
        this.#openSocket();
        return;
      case "authenticate":
        if (this.#connection.kind === "authenticating" || this.#connection.kind === "open")
          this.#authenticate(this.#connection.grant);
        return;
      case "drop-socket":
        this.#dropSocket();
        return;
      case "probe":
        this.#probe();
        return;
    }
  }

  async #fetchToken(): Promise<void> {
    this.#tokenTurn += 1;
    const turn = this.#tokenTurn;
    const answer = await this.#ports.fetchToken();
    if (turn !== this.#tokenTurn) return;
    const retryAfterMs = answer.kind === "failed" ? (answer.retryAfterSeconds ?? 0) * 1_000 : 0;
    const renewalWait = Math.max(RENEWAL_FLOOR_MS, retryAfterMs);
    switch (answer.kind) {
      case "token":
        this.#renewalFailures = 0;
        this.#dispatch({ kind: "granted", grant: grantOf(answer.token, this.#ports.clock.now()) });
        return;
      case "denied":
        this.#dispatch({ kind: "token-denied" });
        return;
      case "failed":
        this.#renewalFailures += 1;
        this.#dispatch({ kind: "token-failed", retryAfterMs, code: answer.code ?? null });
        if (this.#connection.kind === "open")
          this.#armRenewal(renewalWait + fullJitter(this.#renewalFailures, this.#ports.random));
        return;
    }
  }

  /** A token that is on its way may be of before what made a new one necessary: it is asked for again. */
  #renewToken(): void {
    if (this.#connection.kind === "open" && this.#connection.renewing) this.#run("fetch-token");
    else this.#dispatch({ kind: "renewal-due" });
  }

  #openSocket(): void {
    if (this.#connection.kind !== "connecting") return;
    this.#socketTurn += 1;
    const turn = this.#socketTurn;
    const current = (run: () => void) => {
      if (turn === this.#socketTurn) run();
    };
    try {
      this.#socket = this.#ports.connect(this.#connection.grant.url, {
        onOpen: () => current(() => this.#dispatch({ kind: "opened" })),
        onText: (text) => current(() => this.#hear(text)),
        onClose: (code) => current(() => this.#closed(code)),
      });
    } catch {
      // An address that the browser refuses fails as a connection does: later, and with backoff.
      this.#ports.clock.after(0, () => current(() => this.#closed(1006)));
    }
  }

  #closed(code: number): void {
    this.#socket = null;
    this.#dispatch({ kind: "closed", code });
  }

  #authenticate(grant: Grant): void {
    this.#send({ type: "auth", token: grant.token });
    this.#subscriptions.authenticated(grant);
  }

  #dropSocket(): void {
    this.#socketTurn += 1;
    this.#cancelRenewal?.();
    this.#cancelProbe?.();
    this.#cancelProbe = null;
    const socket = this.#socket;
    this.#socket = null;
    socket?.close(1000);
    this.#subscriptions.lost();
  }

  #probe(): void {
    const asked = this.#ports.clock.now();
    this.#send({ type: "ping" });
    this.#cancelProbe?.();
    const turn = this.#socketTurn;
    this.#cancelProbe = this.#ports.clock.after(PROBE_MS, () => {
      if (turn === this.#socketTurn && this.#heardAt < asked) this.#dispatch({ kind: "deadline" });
    });
  }

  readonly #send = (message: Up): void => this.#socket?.send(encodeUp(message));

  #armDeadline(): void {
    this.#cancelDeadline?.();
    const state = this.#connection;
    const now = this.#ports.clock.now();
    if (state.kind === "open") this.#heardAt = now;
    const wait = deadlineOf(state, now);
    this.#cancelDeadline = wait === null ? null : this.#ports.clock.after(wait, () => this.#onDeadline());
  }

  /** Frames don't arm the timer anew, which would cost more than reading them: it looks when it fires. */
  #onDeadline(): void {
    const state = this.#connection;
    if (state.kind === "open") {
      const left = this.#heardAt + 2 * state.heartbeatMs - this.#ports.clock.now();
      if (left > 0) {
        this.#cancelDeadline = this.#ports.clock.after(left, () => this.#onDeadline());
        return;
      }
    }
    this.#dispatch({ kind: "deadline" });
  }

  #armRenewal(wait: number): void {
    this.#cancelRenewal?.();
    this.#cancelRenewal = this.#ports.clock.after(wait, () => this.#dispatch({ kind: "renewal-due" }));
  }

  #hear(text: string): void {
    this.#heardAt = this.#ports.clock.now();
    const frame = readFrame(text);
    this.#settle(() => {
      switch (frame.kind) {
        case "message":
          this.#take(frame.message);
          return;
        case "opaque":
          if (this.#subscriptions.dispatch(frame.tenantId, { kind: "sequenced", at: frame.at }))
            this.#notify({ kind: "opaque", tenantId: frame.tenantId, at: frame.at });
          return;
        case "misheard":
          for (const tenantId of frame.tenantId === null ? this.#subscriptions.wanted() : [frame.tenantId])
            this.#notify({ kind: "hint", tenantId, message: null });
          return;
        case "foreign":
          return;
      }
    });
  }

  #take(message: Down): void {
    switch (message.type) {
      case "ready": {
        const { connectionId, userId, heartbeatSeconds } = message;
        this.#presence.identify(connectionId);
        this.#dispatch({ kind: "ready", connectionId, userId, heartbeatMs: heartbeatSeconds * 1_000 });
        if (this.#connection.kind === "open")
          this.#armRenewal(renewIn(this.#connection.grant, this.#ports.clock.now(), this.#ports.random));
        return;
      }
      case "subscribed": {
        const { tenantId, epoch, seq, recovered } = message;
        this.#subscriptions.dispatch(tenantId, { kind: "subscribed", head: { epoch, seq }, recovered });
        return;
      }
      case "message":
        this.#takeEvent(message);
        return;
      case "unsubscribed":
        this.#subscriptions.dispatch(message.tenantId, { kind: "ended", reason: message.reason });
        this.#presence.forget(message.tenantId);
        this.#notify({ kind: "presence", tenantId: message.tenantId });
        return;
      case "heartbeat":
        this.#subscriptions.heartbeat(message.heads);
        return;
      case "presence":
        this.#presence.take(message.tenantId, message.full, message.entries);
        this.#notify({ kind: "presence", tenantId: message.tenantId });
        return;
      case "error":
        this.#refused(message);
        return;
      case "pong":
        return;
    }
  }

  #refused({ tenantId, code }: Extract<Down, { type: "error" }>): void {
    if (tenantId === undefined) return;
    const event = eventOfError(code, this.#subscriptions.state(tenantId).kind === "joining");
    if (event !== null) this.#subscriptions.dispatch(tenantId, event);
  }

  #takeEvent(message: EventMessage): void {
    const { tenantId } = message;
    if (isSequenced(message)) {
      const at = { epoch: message.epoch, seq: message.seq };
      if (this.#subscriptions.dispatch(tenantId, { kind: "sequenced", at }))
        this.#notify({ kind: "event", tenantId, message });
      return;
    }
    const { kind } = this.#subscriptions.state(tenantId);
    if (kind === "unlogged") this.#notify({ kind: "event", tenantId, message });
    // Beside a log it changes no state: it may be why to look again.
    else if (isKnownAction(message.action)) this.#notify({ kind: "hint", tenantId, message });
  }

  #pollTargets(): PollTarget[] {
    const failing = isFailing(this.#connection);
    return this.#subscriptions.wanted().flatMap((tenantId) => {
      const { kind } = this.#subscriptions.state(tenantId);
      const since = this.#subscriptions.position(tenantId);
      const isServed = kind !== "polling" && !(failing && kind === "unsubscribed");
      return since === null || isServed ? [] : [{ tenantId, since }];
    });
  }

  /** After whatever may have changed something: polls what is to be polled and tells the status. */
  #settle(run: () => void): void {
    run();
    this.#poller.update();
    const next = liveStatus(this.#connection, this.#subscriptions.facts(), {
      networkUp: this.#networkUp,
      polled: this.#poller.works,
      trouble: this.#trouble,
    });
    if (saysTheSame(this.#status, next)) return;
    this.#status = next;
    this.#notify({ kind: "status" });
  }

  #notify(notice: Notice): void {
    for (const listener of [...this.#listeners]) listener(notice);
  }
}
