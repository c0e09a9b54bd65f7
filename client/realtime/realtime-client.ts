import { isKnownAction } from "../../shared/events.ts";
import type { Down } from "../../shared/protocol/down.ts";
import { type EventMessage, isSequenced } from "../../shared/protocol/message.ts";
import type { Position } from "../../shared/protocol/position.ts";
import type { PresenceData } from "../../shared/protocol/up.ts";
import type { Connection } from "./connection/state.ts";
import type { Transport } from "./fallback/state.ts";
import { Transports } from "./fallback/transports.ts";
import { decodeFrame, subscriptionEventOf } from "./frames.ts";
import { isSameStatus, type LiveStatus, liveStatus } from "./live-status.ts";
import type { Listener, Notice } from "./notices.ts";
import type { RealtimePorts } from "./ports.ts";
import { PresenceBook, type PresencePeer } from "./presence-book.ts";
import type { Subscription } from "./subscription/state.ts";
import { Subscriptions } from "./subscription/subscriptions.ts";

/**
 * The events of tenants by whatever gets through: the socket, streams of server-sent events, or polling. It comes back,
 * joins again from where it was, and hands each event on in order and once. Knows no page, no framework and no clock of
 * its own.
 */
export class RealtimeClient {
  readonly #listeners = new Set<Listener>();
  readonly #presence = new PresenceBook();
  readonly #said = new Map<string, PresenceData>();
  readonly #subscriptions: Subscriptions;
  readonly #transports: Transports;
  #networkUp = true;
  #status: LiveStatus = { status: "reconnecting", inStepAt: null };

  constructor(ports: RealtimePorts) {
    this.#subscriptions = new Subscriptions(ports, {
      send: (message) => this.#transports.send(message),
      notify: (notice) => this.#notify(notice),
      renewToken: () => this.#transports.renewToken(),
      joined: (tenantId) => this.#sayAgain(tenantId),
    });
    this.#transports = new Transports(ports, this.#subscriptions, {
      onText: (text) => this.#onText(text),
      onPresenceLost: () => this.#forgetPresence(),
      update: (change) => this.#update(change),
    });
  }

  start(): void {
    this.#transports.start();
  }

  /** Ends the connection and forgets everything, as on signing out. */
  stop(): void {
    this.#transports.stop();
    this.#update(() => this.#subscriptions.clear());
  }

  /** The page is seen again, or came back from the browser's cache. */
  wake(): void {
    this.#transports.wake();
  }

  /** A page that nobody sees neither polls nor holds a stream; one that is seen again does so at once. */
  setHidden(hidden: boolean): void {
    this.#transports.setHidden(hidden);
  }

  /** Asks for what may have been missed, by whatever serves: soon the client knows whether it is in step. */
  refresh(): void {
    this.wake();
    this.#update(() => {
      for (const tenantId of this.#subscriptions.wanted())
        this.#subscriptions.dispatch(tenantId, { kind: "resubscribe" });
    });
  }

  setNetwork(up: boolean): void {
    this.#networkUp = up;
    if (up) this.wake();
    else this.#update(() => {});
  }

  /**
   * Joins a tenant's channel until the returned undo is called.
   * With `waitForState` it joins once a state was `held`, so that it begins where the state stands.
   */
  join(tenantId: string, { waitForState = false } = {}): () => void {
    const leave = this.#subscriptions.want(tenantId, { waiting: waitForState });
    this.#update(() => {});
    return () => this.#update(leave);
  }

  /** Ends the waiting for a state. */
  proceed(tenantId: string): void {
    this.#update(() => void this.#subscriptions.dispatch(tenantId, { kind: "proceed" }));
  }

  /** A state of the tenant was read at `position`, by a read begun under `generation`. */
  held(tenantId: string, position: Position, generation: number): void {
    this.#update(() => this.#subscriptions.held(tenantId, position, generation));
  }

  /** To be taken when a read begins, and given back with its result. */
  generation(tenantId: string): number {
    return this.#subscriptions.generation(tenantId);
  }

  /** An answer showed that the channel's history is over. */
  outdated(tenantId: string): void {
    this.#update(() => this.#subscriptions.dispatch(tenantId, { kind: "outdated" }));
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

  say(tenantId: string, data: PresenceData): void {
    if (JSON.stringify(this.#said.get(tenantId) ?? null) === JSON.stringify(data)) return;
    if (data === null) this.#said.delete(tenantId);
    else this.#said.set(tenantId, data);
    const { kind } = this.#subscriptions.state(tenantId);
    if (kind === "live" || kind === "awaiting-read" || kind === "unlogged")
      this.#transports.send({ type: "presence", tenantId, data });
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

  #forgetPresence(): void {
    for (const tenantId of this.#subscriptions.wanted()) {
      if (this.#presence.list(tenantId).length === 0) continue;
      this.#presence.forget(tenantId);
      this.#notify({ kind: "presence", tenantId });
    }
  }

  #sayAgain(tenantId: string): void {
    const data = this.#said.get(tenantId);
    if (data) this.#transports.send({ type: "presence", tenantId, data });
  }

  #onText(text: string): void {
    const frame = decodeFrame(text);
    this.#update(() => {
      switch (frame.kind) {
        case "message":
          this.#take(frame.message);
          return;
        case "undecodable-event":
          if (this.#subscriptions.dispatch(frame.tenantId, { kind: "sequenced", at: frame.at }))
            this.#notify({ kind: "undecodable-event", tenantId: frame.tenantId, at: frame.at });
          return;
        case "undecodable":
          for (const tenantId of frame.tenantId === null ? this.#subscriptions.wanted() : [frame.tenantId])
            this.#notify({ kind: "hint", tenantId, message: null });
          return;
        case "unknown-type":
          return;
      }
    });
  }

  #take(message: Down): void {
    switch (message.type) {
      case "ready":
        this.#presence.identify(message.connectionId);
        this.#transports.onReady(message.connectionId, message.userId, message.heartbeatSeconds);
        return;
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
    const state = this.#subscriptions.state(tenantId);
    // It answers what was asked with the token before; with the new one it was asked again.
    if (code === "FORBIDDEN" && state.kind === "joining" && this.#transports.isAuthPending) return;
    const event = subscriptionEventOf(code, state.kind === "joining");
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

  /** After whatever may have changed something: polls what is to be polled and tells the status. */
  #update(run: () => void): void {
    run();
    this.#transports.followSubscriptions();
    const next = liveStatus(this.#transports.connection, this.#subscriptions.facts(), {
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
