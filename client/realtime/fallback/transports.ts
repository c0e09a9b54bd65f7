import type { Up } from "../../../shared/protocol/up.ts";
import { fullJitter } from "../backoff.ts";
import { SocketDriver } from "../connection/socket-driver.ts";
import type { Connection } from "../connection/state.ts";
import type { StreamProblem } from "../connection-problem.ts";
import type { Grant } from "../grant.ts";
import type { RealtimePorts } from "../ports.ts";
import type { SubscriptionEvent } from "../subscription/state.ts";
import type { Subscriptions } from "../subscription/subscriptions.ts";
import type { Lower } from "./load-fallback.ts";
import { ladderStep } from "./machine.ts";
import type { PollTarget } from "./polling-transport.ts";
import { type Ladder, type LadderEffect, type LadderEventKind, ladderDeadline, type Rung, rungOf } from "./state.ts";

export type TransportsSink = {
  /** A frame of the socket, or what a stream says in its place. */
  readonly text: (text: string) => void;
  /** The socket no longer tells who is here. */
  readonly left: () => void;
  /** Runs what may change something, and looks at what has changed. */
  readonly settle: (run: () => void) => void;
};

/** Carries the subscriptions by one transport at a time: the socket, streams, or polling. */
export class Transports {
  readonly #ports: RealtimePorts;
  readonly #subscriptions: Subscriptions;
  readonly #sink: TransportsSink;
  readonly #socket: SocketDriver;
  #ladder: Ladder = { kind: "resting" };
  #cancelStep: (() => void) | null = null;
  /** What serves below the socket, once it was needed. */
  #lower: Lower | null = null;
  #isLoading = false;
  #grant: Grant | null = null;
  #hidden = false;
  #streamProblem: StreamProblem | null = null;

  constructor(ports: RealtimePorts, subscriptions: Subscriptions, sink: TransportsSink) {
    this.#ports = ports;
    this.#subscriptions = subscriptions;
    this.#sink = sink;
    this.#socket = new SocketDriver(ports, {
      onText: sink.text,
      onGrant: (grant, sent) => this.#granted(grant, sent),
      onDrop: () => {
        if (!this.#isBelow()) subscriptions.lost();
      },
      onTransition: (before, after) => this.#moved(before, after),
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
    this.#climb("woken");
  }

  setHidden(hidden: boolean): void {
    this.#hidden = hidden;
    this.#lower?.poller?.setHidden(hidden);
    if (hidden) this.#climb("hidden");
    else this.wake();
  }

  ready(connectionId: string, userId: string, heartbeatSeconds: number): void {
    this.#socket.onReady(connectionId, userId, heartbeatSeconds);
  }

  renewToken(): void {
    this.#socket.renewToken();
  }

  send(message: Up): void {
    if (this.#isBelow()) this.#lower?.streams?.send(message);
    else this.#socket.send(message);
  }

  get isAuthPending(): boolean {
    return this.#socket.isAuthPending;
  }

  get connection(): Connection {
    return this.#socket.connection;
  }

  get rung(): Rung {
    return rungOf(this.#ladder);
  }

  /** For the status: what works, and what does not. */
  facts() {
    return {
      rung: this.rung,
      polled: this.#lower?.poller?.works ?? false,
      problem: this.#socket.problem,
      streamProblem: this.#streamProblem,
    };
  }

  /** After whatever may have changed something. */
  update(): void {
    if (this.rung === "polling" && this.#grant !== null) this.#subscriptions.beginAt(this.#grant);
    if (this.#lower === null && !this.#isLoading && this.#needsLower()) void this.#loadLower();
    this.#lower?.poller?.update();
  }

  /** Whether the socket, when it opens, has to wait until it is ready before it serves. */
  #isBelow(): boolean {
    return this.rung === "stream" || this.rung === "polling" || this.#ladder.kind === "dormant";
  }

  #granted(grant: Grant, sent: boolean): void {
    this.#grant = grant;
    this.#subscriptions.granted(grant);
    if (sent && !this.#isBelow()) this.#subscriptions.begin();
  }

  #moved(before: Connection, after: Connection): void {
    const isResting = ({ kind }: Connection) => kind === "idle" || kind === "stopped";
    if (isResting(after)) this.#climb("rest");
    else if (isResting(before)) this.#climb("begin");
    else if (after.kind === "open" && before.kind !== "open") this.#climb("socket-up");
    else if (after.kind !== "open" && before.kind === "open") this.#climb("socket-lost");
    else if (after.kind === "backing-off" && before.kind !== "backing-off") this.#climb("socket-failed");
    else this.#sink.settle(() => {});
  }

  #climb(event: LadderEventKind): void {
    const { clock, random } = this.#ports;
    const before = this.#ladder;
    const step = ladderStep(before, event, { now: clock.now(), random, hidden: this.#hidden });
    this.#ladder = step.state;
    if (step.state !== before) {
      this.#cancelStep?.();
      const wait = ladderDeadline(step.state, clock.now());
      this.#cancelStep = wait === null ? null : clock.after(wait, () => this.#climb("deadline"));
    }
    this.#sink.settle(() => {
      for (const effect of step.effects) this.#serve(effect);
    });
  }

  #serve(effect: LadderEffect): void {
    const { streams = null, poller = null } = this.#lower ?? {};
    switch (effect) {
      case "use-socket":
        this.#streamProblem = null;
        this.#subscriptions.lost();
        this.#subscriptions.begin();
        return;
      case "open-streams":
        this.#openStreams();
        return;
      case "close-streams":
        streams?.close();
        this.#subscriptions.lost();
        return;
      case "check-streams":
        streams?.check();
        return;
      case "probe-stream":
        this.#probeStream();
        return;
      case "drop-probe":
        streams?.dropProbe();
        return;
      case "poll-now":
        poller?.now();
        return;
    }
  }

  #openStreams(): void {
    this.#sink.left();
    if (this.#lower === null) return;
    if (this.#lower.streams === null) this.#climb("stream-failed");
    else this.#subscriptions.begin();
  }

  #probeStream(): void {
    const [tenantId] = this.#subscriptions.wanted();
    const streams = this.#lower?.streams ?? null;
    if (streams === null || tenantId === undefined) this.#climb("stream-failed");
    else streams.probe(tenantId, this.#subscriptions.position(tenantId));
  }

  #needsLower(): boolean {
    if (this.rung === "stream" || this.rung === "polling") return true;
    return this.#subscriptions.facts().some(({ subscription }) => subscription.kind === "polling");
  }

  async #loadLower(): Promise<void> {
    this.#isLoading = true;
    for (let attempt = 0; this.#lower === null; attempt += 1) {
      try {
        const { createLower } = await import("./load-fallback.ts");
        this.#lower = createLower(this.#ports, this.#lowerSink());
      } catch {
        // The network is away just now, and with it whatever this is needed for.
        const { promise, resolve } = Promise.withResolvers<void>();
        this.#ports.clock.after(fullJitter(attempt, this.#ports.random), resolve);
        await promise;
      }
    }
    this.#lower.poller?.setHidden(this.#hidden);
    if (this.#ladder.kind === "opening") this.#sink.settle(() => this.#openStreams());
    else this.#sink.settle(() => {});
  }

  #lowerSink(): Parameters<typeof import("./load-fallback.ts").createLower>[1] {
    return {
      streams: {
        text: this.#sink.text,
        subscription: (tenantId, event) => this.#streamed(tenantId, event),
        closed: (tenantId, status) => this.#streamClosed(tenantId, status),
        up: () => this.#climb("stream-up"),
        failed: (problem) => {
          this.#streamProblem = problem;
          this.#climb("stream-failed");
        },
      },
      polls: {
        targets: () => this.#pollTargets(),
        events: (tenantId, events, head) => this.#sink.settle(() => this.#subscriptions.polled(tenantId, events, head)),
        historyGone: (tenantId) => this.#streamed(tenantId, { kind: "history-gone" }),
      },
    };
  }

  #streamed(tenantId: string, event: SubscriptionEvent): void {
    this.#sink.settle(() => {
      if (event.kind === "join") this.#subscriptions.rejoin(tenantId);
      else this.#subscriptions.dispatch(tenantId, event);
    });
  }

  #streamClosed(tenantId: string, status: number): void {
    if (status === 401) this.#socket.invalidateToken();
    this.#streamed(tenantId, { kind: status === 401 ? "unavailable" : "forbidden" });
  }

  #pollTargets(): PollTarget[] {
    return this.#subscriptions.wanted().flatMap((tenantId) => {
      const { kind } = this.#subscriptions.state(tenantId);
      const since = this.#subscriptions.position(tenantId);
      const isPolled = kind === "polling" || (this.rung === "polling" && kind === "unsubscribed");
      return since !== null && isPolled ? [{ tenantId, since }] : [];
    });
  }
}
