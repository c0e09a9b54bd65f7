import type { Down } from "../../shared/protocol/down.ts";
import { type EventMessage, isSequenced } from "../../shared/protocol/message.ts";
import type { Position } from "../../shared/protocol/position.ts";
import type { PresenceData } from "../../shared/protocol/up.ts";
import type { Connection } from "./connection/state.ts";
import type { Transport } from "./fallback/state.ts";
import { Transports } from "./fallback/transports.ts";
import { decodeFrame, subscriptionEventOf } from "./frames.ts";
import { GenerationCounter } from "./generation.ts";
import { isSameStatus, type LiveStatus, liveStatus } from "./live-status.ts";
import type { Listener, Notice } from "./notices.ts";
import type { RealtimePorts } from "./ports.ts";
import { PresenceBook, type PresencePeer } from "./presence-book.ts";
import type { Subscription } from "./subscription/state.ts";
import { Subscriptions } from "./subscription/subscriptions.ts";

export type RealtimeClientOptions = {
  /** Shared with the reader of snapshots; the client has its own where it is left out. */
  readonly generation?: GenerationCounter;
  /**
   * Whether an unsequenced event with this action may concern a tenant that has a log. Such an event becomes a `hint`.
   * By default none does.
   */
  readonly isKnownAction?: (action: string) => boolean;
};

/**
 * Delivers the events of tenants in order, each once, over a socket, event streams or polling. Reconnects and resumes
 * by itself. Reaches the outside only through its ports, so it runs without a page and without a framework.
 */
export class RealtimeClient {
  readonly #isKnownAction: (action: string) => boolean;
  readonly #listeners = new Set<Listener>();
  readonly #presence = new PresenceBook();
  readonly #generation: GenerationCounter;
  readonly #ownPresence = new Map<string, PresenceData>();
  readonly #subscriptions: Subscriptions;
  readonly #transports: Transports;
  #networkUp = true;
  #status: LiveStatus = { status: "reconnecting", inStepAt: null };

  constructor(
    ports: RealtimePorts,
    { isKnownAction = () => false, generation = new GenerationCounter() }: RealtimeClientOptions = {},
  ) {
    this.#isKnownAction = isKnownAction;
    this.#generation = generation;
    this.#subscriptions = new Subscriptions(ports, generation, {
      send: (message) => this.#transports.send(message),
      notify: (notice) => this.#notify(notice),
      renewToken: () => this.#transports.renewToken(),
      onJoined: (tenantId) => this.#resendPresence(tenantId),
    });
    this.#transports = new Transports(ports, this.#subscriptions, {
      onText: (text) => this.#onText(text),
      onPresenceLost: () => this.#clearPresence(),
      update: (change) => this.#update(change),
    });
  }

  start(): void {
    this.#transports.start();
  }

  /** Ends the connection and clears all positions, as on signing out. */
  stop(): void {
    this.#transports.stop();
    this.#update(() => this.#subscriptions.clear());
  }

  /** Cuts waits short and checks that the connection lives: the page is visible again, or the network is back. */
  wake(): void {
    this.#transports.wake();
  }

  /** A hidden page neither polls nor keeps a stream open; one that becomes visible does so at once. */
  setHidden(hidden: boolean): void {
    this.#transports.setHidden(hidden);
  }

  /** Requests events that may have been missed. `status` soon tells whether the client is in step. */
  refresh(): void {
    this.wake();
    this.#update(() => {
      for (const tenantId of this.#subscriptions.joinedTenants())
        this.#subscriptions.dispatch(tenantId, { kind: "resubscribe" });
    });
  }

  setNetwork(up: boolean): void {
    this.#networkUp = up;
    if (up) this.wake();
    else this.#update(() => {});
  }

  /**
   * Joins a tenant's channel until the returned function is called.
   * With `waitForSnapshot` it joins after `confirmSnapshot`, and so begins at the snapshot's position.
   */
  join(tenantId: string, { waitForSnapshot = false } = {}): () => void {
    const leave = this.#subscriptions.join(tenantId, { waitForSnapshot });
    this.#update(() => {});
    return () => this.#update(leave);
  }

  /** Ends the wait of `waitForSnapshot`. */
  joinWithoutSnapshot(tenantId: string): void {
    this.#update(() => void this.#subscriptions.dispatch(tenantId, { kind: "join-without-snapshot" }));
  }

  /** A snapshot of the tenant was read at `position`; `generation` is the one that was current when the read began. */
  confirmSnapshot(tenantId: string, position: Position, generation: number): void {
    this.#update(() => this.#subscriptions.confirmSnapshot(tenantId, position, generation));
  }

  /** Take it before a read, and pass it to `confirmSnapshot` with the result. */
  get generation(): number {
    return this.#generation.current;
  }

  /** A REST answer belongs to a later history than the channel's. */
  historyEnded(tenantId: string): void {
    this.#update(() => this.#subscriptions.dispatch(tenantId, { kind: "history-ended" }));
  }

  position(tenantId: string): Position | null {
    return this.#subscriptions.position(tenantId);
  }

  subscription(tenantId: string): Subscription {
    return this.#subscriptions.state(tenantId);
  }

  get connection(): Connection {
    return this.#transports.connection;
  }

  /** The transport that serves the tenants now. */
  get transport(): Transport {
    return this.#transports.transport;
  }

  /** Sets this connection's presence in the tenant; `null` removes it. Sent again after each reconnect. */
  setPresence(tenantId: string, data: PresenceData): void {
    if (JSON.stringify(this.#ownPresence.get(tenantId) ?? null) === JSON.stringify(data)) return;
    if (data === null) this.#ownPresence.delete(tenantId);
    else this.#ownPresence.set(tenantId, data);
    const { kind } = this.#subscriptions.state(tenantId);
    if (kind === "live" || kind === "awaiting-snapshot" || kind === "unlogged")
      this.#transports.send({ type: "presence", tenantId, data });
  }

  presence(tenantId: string): readonly PresencePeer[] {
    return this.#presence.list(tenantId);
  }

  /** Keeps its identity until something changes that is worth rendering. */
  status(): LiveStatus {
    return this.#status;
  }

  /** Calls the listener for every notice until the returned function is called. */
  on(listener: Listener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #clearPresence(): void {
    for (const tenantId of this.#subscriptions.joinedTenants()) {
      if (this.#presence.list(tenantId).length === 0) continue;
      this.#presence.clear(tenantId);
      this.#notify({ kind: "presence", tenantId });
    }
  }

  #resendPresence(tenantId: string): void {
    const data = this.#ownPresence.get(tenantId);
    if (data) this.#transports.send({ type: "presence", tenantId, data });
  }

  #onText(text: string): void {
    const frame = decodeFrame(text);
    this.#update(() => {
      switch (frame.kind) {
        case "message":
          this.#onMessage(frame.message);
          return;
        case "undecodable-event":
          if (this.#subscriptions.dispatch(frame.tenantId, { kind: "sequenced", at: frame.at }))
            this.#notify({ kind: "undecodable-event", tenantId: frame.tenantId, at: frame.at });
          return;
        case "undecodable":
          for (const tenantId of frame.tenantId === null ? this.#subscriptions.joinedTenants() : [frame.tenantId])
            this.#notify({ kind: "hint", tenantId, message: null });
          return;
        case "unknown-type":
          return;
      }
    });
  }

  #onMessage(message: Down): void {
    switch (message.type) {
      case "ready":
        this.#presence.setConnectionId(message.connectionId);
        this.#transports.onReady(message.connectionId, message.userId, message.heartbeatSeconds);
        return;
      case "subscribed": {
        const { tenantId, epoch, seq, recovered } = message;
        this.#subscriptions.dispatch(tenantId, { kind: "subscribed", head: { epoch, seq }, recovered });
        return;
      }
      case "message":
        this.#onEvent(message);
        return;
      case "unsubscribed":
        this.#subscriptions.dispatch(message.tenantId, { kind: "ended", reason: message.reason });
        this.#presence.clear(message.tenantId);
        this.#notify({ kind: "presence", tenantId: message.tenantId });
        return;
      case "heartbeat":
        this.#subscriptions.onHeartbeat(message.heads);
        return;
      case "presence":
        this.#presence.apply(message.tenantId, message.full, message.entries);
        this.#notify({ kind: "presence", tenantId: message.tenantId });
        return;
      case "error":
        this.#onError(message);
        return;
      case "pong":
        return;
    }
  }

  #onError({ tenantId, code }: Extract<Down, { type: "error" }>): void {
    if (tenantId === undefined) return;
    const isJoining = this.#subscriptions.state(tenantId).kind === "joining";
    // This refuses the earlier token; `granted` has subscribed again with the new one.
    if (code === "FORBIDDEN" && isJoining && this.#transports.isAuthPending) return;
    const event = subscriptionEventOf(code, isJoining);
    if (event !== null) this.#subscriptions.dispatch(tenantId, event);
  }

  #onEvent(message: EventMessage): void {
    const { tenantId } = message;
    if (isSequenced(message)) {
      const at = { epoch: message.epoch, seq: message.seq };
      if (this.#subscriptions.dispatch(tenantId, { kind: "sequenced", at }))
        this.#notify({ kind: "event", tenantId, message });
      return;
    }
    const { kind } = this.#subscriptions.state(tenantId);
    if (kind === "unlogged") this.#notify({ kind: "event", tenantId, message });
    // Beside a log it changes no snapshot, but may be a reason to read again.
    else if (this.#isKnownAction(message.action)) this.#notify({ kind: "hint", tenantId, message });
  }

  /** Runs a change, then lets the transports follow it and publishes the status if that changed. */
  #update(change: () => void): void {
    change();
    this.#transports.followSubscriptions();
    const next = liveStatus(this.#transports.connection, this.#subscriptions.statuses(), {
      networkUp: this.#networkUp,
      ...this.#transports.status(),
    });
    if (isSameStatus(this.#status, next)) return;
    this.#status = next;
    this.#notify({ kind: "status" });
  }

  #notify(notice: Notice): void {
    for (const listener of [...this.#listeners]) listener(notice);
  }
}
