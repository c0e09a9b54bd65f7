import type { Up } from "../../../shared/protocol/up.ts";
import { fullJitter } from "../backoff.ts";
import { SocketDriver } from "../connection/socket-driver.ts";
import type { Connection } from "../connection/state.ts";
import type { StreamProblem } from "../connection-problem.ts";
import type { Grant } from "../grant.ts";
import type { RealtimePorts } from "../ports.ts";
import type { SubscriptionEvent } from "../subscription/state.ts";
import type { Subscriptions } from "../subscription/subscriptions.ts";
import type { FallbackTransports } from "./load-fallback.ts";
import { fallbackStep } from "./machine.ts";
import type { PollTarget } from "./polling-transport.ts";
import {
  type FallbackEffect,
  type FallbackEvent,
  fallbackDeadline,
  type Transport,
  type TransportFallback,
  transportOf,
} from "./state.ts";

export type TransportsHandlers = {
  /** A frame of the socket, or the same text from a stream. */
  readonly onText: (text: string) => void;
  /** The socket stopped serving, and only the socket carries presence. */
  readonly onPresenceLost: () => void;
  /** Runs a change of state, then updates whatever depends on it. */
  readonly update: (change: () => void) => void;
};

/** Serves all subscriptions by one transport at a time: the socket, event streams or polling. */
export class Transports {
  readonly #ports: RealtimePorts;
  readonly #subscriptions: Subscriptions;
  readonly #handlers: TransportsHandlers;
  readonly #socket: SocketDriver;
  #state: TransportFallback = { kind: "idle" };
  #cancelDeadline: (() => void) | null = null;
  /** `null` until loaded. */
  #fallback: FallbackTransports | null = null;
  #isLoading = false;
  #grant: Grant | null = null;
  #hidden = false;
  #streamProblem: StreamProblem | null = null;

  constructor(ports: RealtimePorts, subscriptions: Subscriptions, handlers: TransportsHandlers) {
    this.#ports = ports;
    this.#subscriptions = subscriptions;
    this.#handlers = handlers;
    this.#socket = new SocketDriver(ports, {
      onText: handlers.onText,
      onGrant: (grant, sent) => this.#onGrant(grant, sent),
      onDrop: () => {
        if (!this.#usesFallback()) subscriptions.goOffline();
      },
      onTransition: (before, after) => this.#onTransition(before, after),
    });
  }

  start(): void {
    this.#socket.start();
  }

  stop(): void {
    this.#socket.stop();
  }

  wake(): void {
    this.#socket.wake();
    this.#dispatch("woken");
  }

  setHidden(hidden: boolean): void {
    this.#hidden = hidden;
    this.#fallback?.polling?.setHidden(hidden);
    if (hidden) this.#dispatch("hidden");
    else this.wake();
  }

  onReady(connectionId: string, userId: string, heartbeatSeconds: number): void {
    this.#socket.onReady(connectionId, userId, heartbeatSeconds);
  }

  renewToken(): void {
    this.#socket.renewToken();
  }

  send(message: Up): void {
    if (this.#usesFallback()) this.#fallback?.streams?.send(message);
    else this.#socket.send(message);
  }

  get isAuthPending(): boolean {
    return this.#socket.isAuthPending;
  }

  get connection(): Connection {
    return this.#socket.connection;
  }

  get transport(): Transport {
    return transportOf(this.#state);
  }

  status() {
    return {
      transport: this.transport,
      pollingWorks: this.#fallback?.polling?.works ?? false,
      problem: this.#socket.problem,
      streamProblem: this.#streamProblem,
    };
  }

  /** Follows a change of the subscriptions: loads what they need and polls what no other transport serves. */
  followSubscriptions(): void {
    if (this.transport === "polling" && this.#grant !== null) this.#subscriptions.startAtGrant(this.#grant);
    if (this.#fallback === null && !this.#isLoading && this.#needsFallback()) void this.#loadFallback();
    this.#fallback?.polling?.update();
  }

  /** While true, a socket serves from `ready` on, not from the moment it opens. */
  #usesFallback(): boolean {
    return this.transport === "stream" || this.transport === "polling" || this.#state.kind === "paused";
  }

  #onGrant(grant: Grant, sent: boolean): void {
    this.#grant = grant;
    this.#subscriptions.onGrant(grant);
    if (sent && !this.#usesFallback()) this.#subscriptions.goOnline();
  }

  #onTransition(before: Connection, after: Connection): void {
    const isInactive = ({ kind }: Connection) => kind === "idle" || kind === "stopped";
    if (isInactive(after)) this.#dispatch("stop");
    else if (isInactive(before)) this.#dispatch("start");
    else if (after.kind === "open" && before.kind !== "open") this.#dispatch("socket-up");
    else if (after.kind !== "open" && before.kind === "open") this.#dispatch("socket-lost");
    else if (after.kind === "backing-off" && before.kind !== "backing-off") this.#dispatch("socket-failed");
    else this.#handlers.update(() => {});
  }

  #dispatch(event: FallbackEvent): void {
    const { clock, random } = this.#ports;
    const before = this.#state;
    const step = fallbackStep(before, event, { now: clock.now(), random, hidden: this.#hidden });
    this.#state = step.state;
    if (step.state !== before) {
      this.#cancelDeadline?.();
      const wait = fallbackDeadline(step.state, clock.now());
      this.#cancelDeadline = wait === null ? null : clock.after(wait, () => this.#dispatch("deadline"));
    }
    this.#handlers.update(() => {
      for (const effect of step.effects) this.#run(effect);
    });
  }

  #run(effect: FallbackEffect): void {
    const { streams = null, polling = null } = this.#fallback ?? {};
    switch (effect) {
      case "use-socket":
        this.#streamProblem = null;
        this.#subscriptions.goOffline();
        this.#subscriptions.goOnline();
        return;
      case "open-streams":
        this.#openStreams();
        return;
      case "close-streams":
        streams?.close();
        this.#subscriptions.goOffline();
        return;
      case "check-streams":
        streams?.checkSilence();
        return;
      case "probe-stream":
        this.#probeStream();
        return;
      case "drop-probe":
        streams?.dropProbe();
        return;
      case "poll-now":
        polling?.pollNow();
        return;
    }
  }

  #openStreams(): void {
    this.#handlers.onPresenceLost();
    if (this.#fallback === null) return;
    if (this.#fallback.streams === null) this.#dispatch("stream-failed");
    else this.#subscriptions.goOnline();
  }

  #probeStream(): void {
    const [tenantId] = this.#subscriptions.joinedTenants();
    const streams = this.#fallback?.streams ?? null;
    if (streams === null || tenantId === undefined) this.#dispatch("stream-failed");
    else streams.probe(tenantId, this.#subscriptions.position(tenantId));
  }

  #needsFallback(): boolean {
    if (this.transport === "stream" || this.transport === "polling") return true;
    return this.#subscriptions.statuses().some(({ subscription }) => subscription.kind === "polling");
  }

  async #loadFallback(): Promise<void> {
    this.#isLoading = true;
    for (let attempt = 0; this.#fallback === null; attempt += 1) {
      try {
        const { createFallbackTransports } = await import("./load-fallback.ts");
        this.#fallback = createFallbackTransports(this.#ports, this.#fallbackHandlers());
      } catch {
        // Without a network the module does not load either, and no fallback would work.
        const { promise, resolve } = Promise.withResolvers<void>();
        this.#ports.clock.after(fullJitter(attempt, this.#ports.random), resolve);
        await promise;
      }
    }
    this.#fallback.polling?.setHidden(this.#hidden);
    if (this.#state.kind === "opening-streams") this.#handlers.update(() => this.#openStreams());
    else this.#handlers.update(() => {});
  }

  #fallbackHandlers(): Parameters<typeof import("./load-fallback.ts").createFallbackTransports>[1] {
    return {
      streams: {
        onText: this.#handlers.onText,
        onEvent: (tenantId, event) => this.#onEvent(tenantId, event),
        onReopen: (tenantId) => this.#handlers.update(() => this.#subscriptions.resume(tenantId)),
        onRefused: (tenantId, status) => this.#onRefused(tenantId, status),
        onUp: () => this.#dispatch("stream-up"),
        onFailed: (problem) => {
          this.#streamProblem = problem;
          this.#dispatch("stream-failed");
        },
      },
      polling: {
        targets: () => this.#pollTargets(),
        onEvents: (tenantId, events, head) =>
          this.#handlers.update(() => this.#subscriptions.onPoll(tenantId, events, head)),
        onHistoryGone: (tenantId) => this.#onEvent(tenantId, { kind: "history-gone" }),
      },
    };
  }

  #onEvent(tenantId: string, event: SubscriptionEvent): void {
    this.#handlers.update(() => this.#subscriptions.dispatch(tenantId, event));
  }

  #onRefused(tenantId: string, status: number): void {
    if (status === 401) this.#socket.invalidateToken();
    this.#onEvent(tenantId, { kind: status === 401 ? "unavailable" : "forbidden" });
  }

  #pollTargets(): PollTarget[] {
    return this.#subscriptions.joinedTenants().flatMap((tenantId) => {
      const { kind } = this.#subscriptions.state(tenantId);
      const since = this.#subscriptions.position(tenantId);
      const isPolled = kind === "polling" || (this.transport === "polling" && kind === "unsubscribed");
      return since !== null && isPolled ? [{ tenantId, since }] : [];
    });
  }
}
