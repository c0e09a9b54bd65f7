import { decodeUp, encodeDown } from "../../../shared/protocol/codec.ts";
import type { Down } from "../../../shared/protocol/down.ts";
import type { Fetch } from "../../browser/api-client.ts";
import type { Socket, SocketHandlers } from "../../realtime/ports.ts";
import type { SimClock } from "../../realtime/testing/sim-clock.ts";
import { createSimRest, simToken } from "./sim-rest.ts";
import { SimStore, TEAM } from "./sim-store.ts";
import { SimStreams, type StreamPath } from "./sim-streams.ts";

export type Faults = {
  /** Of requests, the share that never reach the server, and the share whose answer is lost. */
  lostRequests: number;
  lostAnswers: number;
  /** Of changes, the share that the server refuses for no reason that a client could know. */
  refused: number;
  /** Of events, the share that a socket swallows. */
  swallowed: number;
  /** There is no history now. */
  unavailable: boolean;
  /** Something between lets no socket through. */
  socketsBlocked: boolean;
  streams: StreamPath;
  /** Each way, at most; a request overtakes another, a frame never does. */
  restDelay: number;
  socketDelay: number;
};

const HEARTBEAT_MS = 25_000;

type Connection = {
  readonly userId: string;
  readonly handlers: SocketHandlers;
  readonly joined: Set<string>;
  isOpen: boolean;
  /** Frames keep their order. */
  clearAt: number;
};

/** A server and the network between it and its clients, with faults, in simulated time. */
export class SimWorld {
  readonly store: SimStore;
  readonly streams: SimStreams;
  readonly faults: Faults = {
    lostRequests: 0,
    lostAnswers: 0,
    refused: 0,
    swallowed: 0,
    unavailable: false,
    socketsBlocked: false,
    streams: "open",
    restDelay: 50,
    socketDelay: 20,
  };
  readonly #clock: SimClock;
  readonly #random: () => number;
  readonly #answer: ReturnType<typeof createSimRest>;
  readonly #connections = new Set<Connection>();
  /** How often a change has acted, by its idempotency key. */
  readonly acted = new Map<string, number>();
  /** Keys whose change was answered, and of those that the server had nothing to do for any more. */
  readonly answered = new Set<string>();
  #connectionCount = 0;

  constructor(clock: SimClock, random: () => number) {
    this.#clock = clock;
    this.#random = random;
    this.store = new SimStore(clock);
    this.#answer = createSimRest(this.store);
    this.streams = new SimStreams({
      store: this.store,
      clock,
      faults: this.faults,
      random,
      delay: () => this.#delay(),
    });
    this.store.onCommit((events) => {
      const key = events[0]?.mutationId;
      if (key !== undefined) this.acted.set(key, (this.acted.get(key) ?? 0) + 1);
      for (const connection of this.#connections) {
        if (!connection.joined.has(TEAM)) continue;
        for (const event of events) {
          if (this.#random() >= this.faults.swallowed) this.#say(connection, event);
        }
      }
    });
    this.#beat();
  }

  #beat(): void {
    this.#clock.after(HEARTBEAT_MS, () => {
      for (const connection of this.#connections) {
        const heads = connection.joined.has(TEAM) ? { [TEAM]: this.store.position } : {};
        this.#say(connection, { type: "heartbeat", heads });
      }
      this.streams.beat();
      this.#beat();
    });
  }

  #delay(): number {
    return Math.floor(this.#random() * this.faults.socketDelay);
  }

  #wait(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#clock.after(Math.floor(this.#random() * this.faults.restDelay), resolve);
    return promise;
  }

  fetchAs(userId: string): Fetch {
    return async (url, init) => {
      await this.#wait();
      if (this.#random() < this.faults.lostRequests) throw new TypeError("lost");
      const headers = new Headers(init.headers);
      const method = init.method ?? "GET";
      const path = url.slice("/api".length);
      if (init.signal?.aborted) throw init.signal.reason;
      const key = headers.get("idempotency-key") ?? undefined;
      const isRefused = method !== "GET" && this.#random() < this.faults.refused && !this.answered.has(key ?? "");
      const answer = isRefused
        ? Response.json(
            { type: "about:blank", title: "no", status: 403, detail: "no", code: "FORBIDDEN", requestId: "r" },
            { status: 403 },
          )
        : this.#answer({
            method,
            path,
            body: typeof init.body === "string" ? JSON.parse(init.body) : {},
            key,
            userId,
          });
      const isGone = method === "DELETE" && (answer.status === 404 || answer.status === 410);
      if (key !== undefined && (answer.ok || isGone)) this.answered.add(key);
      await this.#wait();
      if (this.#random() < this.faults.lostAnswers) throw new TypeError("lost");
      return answer;
    };
  }

  token(userId: string) {
    return simToken(this.store, userId, this.#clock.now());
  }

  connect(userId: string, handlers: SocketHandlers): Socket {
    const connection: Connection = { userId, handlers, joined: new Set(), isOpen: true, clearAt: 0 };
    this.#clock.after(this.#delay(), () => {
      if (!connection.isOpen) return;
      if (this.faults.socketsBlocked) {
        connection.isOpen = false;
        handlers.onClose(1006);
        return;
      }
      this.#connections.add(connection);
      handlers.onOpen();
    });
    let arrivesAt = 0;
    return {
      send: (text) => {
        arrivesAt = Math.max(arrivesAt, this.#clock.now() + this.#delay());
        this.#clock.after(arrivesAt - this.#clock.now(), () => this.#hear(connection, text));
      },
      close: () => {
        connection.isOpen = false;
        this.#connections.delete(connection);
      },
    };
  }

  /** Ends every socket of a person, as a broken network or a restarted server does. */
  cut(userId: string, code = 1006): void {
    for (const connection of [...this.#connections]) {
      if (connection.userId !== userId) continue;
      this.#connections.delete(connection);
      connection.isOpen = false;
      this.#clock.after(this.#delay(), () => connection.handlers.onClose(code));
    }
  }

  /** From now on something between the server and everybody lets this much through. */
  obstruct(sockets: "open" | "blocked", streams: StreamPath): void {
    this.faults.socketsBlocked = sockets === "blocked";
    this.faults.streams = streams;
    if (sockets === "blocked") for (const { userId } of [...this.#connections]) this.cut(userId);
    if (streams === "refused") this.streams.cut();
  }

  #say(connection: Connection, message: Down): void {
    connection.clearAt = Math.max(connection.clearAt, this.#clock.now() + this.#delay());
    const text = encodeDown(message);
    this.#clock.after(connection.clearAt - this.#clock.now(), () => {
      if (connection.isOpen) connection.handlers.onText(text);
    });
  }

  #hear(connection: Connection, text: string): void {
    if (!connection.isOpen) return;
    const decoded = decodeUp(text);
    if (!decoded.ok) throw new Error(`the client said ${text}`);
    const { message } = decoded;
    switch (message.type) {
      case "auth":
        this.#connectionCount += 1;
        this.#say(connection, {
          type: "ready",
          connectionId: `c${this.#connectionCount}`,
          userId: connection.userId,
          heartbeatSeconds: HEARTBEAT_MS / 1_000,
          expiresAt: new Date(this.#clock.now() + 600_000).toISOString(),
        });
        return;
      case "subscribe":
        this.#subscribe(connection, message.tenantId, message.since);
        return;
      case "unsubscribe":
        connection.joined.delete(message.tenantId);
        this.#say(connection, { type: "unsubscribed", tenantId: message.tenantId, reason: "requested" });
        return;
      case "ping":
        this.#say(connection, { type: "pong" });
        return;
      case "presence":
        return;
    }
  }

  #subscribe(connection: Connection, tenantId: string, since: { epoch: string; seq: number } | undefined): void {
    connection.joined.delete(tenantId);
    if (this.faults.unavailable) {
      this.#say(connection, { type: "error", code: "UNAVAILABLE", message: "no history", tenantId });
      return;
    }
    const missed = since === undefined ? null : this.store.since(since);
    this.#say(connection, { type: "subscribed", tenantId, ...this.store.position, recovered: missed !== null });
    for (const event of missed ?? []) this.#say(connection, event);
    connection.joined.add(tenantId);
  }
}
