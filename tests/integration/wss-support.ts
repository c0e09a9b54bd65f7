import type { Server } from "bun";
import { systemClock } from "../../platform/clock/clock.ts";
import { createFeedHub } from "../../platform/events/feed-hub.ts";
import { silentLog } from "../../platform/log/log.ts";
import { createMetrics, type Metrics } from "../../platform/metrics/metrics.ts";
import { createLocalPubSub } from "../../platform/pubsub/local.ts";
import type { LogEntry, PubSubProvider } from "../../platform/pubsub/provider.ts";
import { createRealtimeTokens, type RealtimeTokens } from "../../platform/tokens/realtime-token.ts";
import { eventDataIssues } from "../../shared/events.ts";
import type { Down, UnsubscribedReason } from "../../shared/protocol/down.ts";
import type { Position } from "../../shared/protocol/position.ts";
import { createRealtimeServer, type RealtimeServer, type SocketData } from "../../wss/server.ts";
import { createMemoryLog, type MemoryLog } from "../contract/memory-log.ts";
import { EPOCH, newId } from "../contract/pubsub-fixtures.ts";

export const SECRET = "a secret of the tests with more than 32 characters";
export const ORIGIN = "https://board.example";

export const memberData = (tenantId: string, userId: string) => ({
  userId,
  teamId: tenantId,
  name: "Ann",
  email: "ann@example.org",
  image: null,
  role: "member",
  joinedAt: "2026-01-31T09:30:00.000Z",
  version: 1,
});

export type Node = {
  readonly realtime: RealtimeServer;
  readonly server: Server<SocketData>;
  readonly url: string;
  readonly metrics: Metrics;
  readonly tokens: RealtimeTokens;
  readonly pubsub: PubSubProvider;
  stop(): Promise<void>;
};

export type NodeOptions = Partial<Parameters<typeof createRealtimeServer>[0]["limits"]> & {
  readonly heartbeatSeconds?: number;
  readonly maxUnauthenticated?: number;
};

/** Starts a realtime server over any bus, on a port of its own. */
const startNode = (pubsub: PubSubProvider, metrics: Metrics, options: NodeOptions = {}): Node => {
  const clock = systemClock;
  const log = silentLog;
  const tokens = createRealtimeTokens(SECRET, clock);
  const hub = createFeedHub({ pubsub, clock, log, metrics, validateData: eventDataIssues });
  const { heartbeatSeconds, maxUnauthenticated, ...limits } = options;
  const realtime = createRealtimeServer({
    hub,
    pubsub,
    tokens,
    clock,
    random: Math.random,
    log,
    metrics,
    newId,
    isTrustedOrigin: (origin) => origin === ORIGIN,
    limits: {
      socketRateLimit: { points: 100, seconds: 10 },
      maxSocketsPerUser: 50,
      maxSocketsPerAddress: 1_000,
      ...limits,
    },
    ...(heartbeatSeconds === undefined ? {} : { heartbeatSeconds }),
    ...(maxUnauthenticated === undefined ? {} : { maxUnauthenticated }),
  });
  const server = Bun.serve<SocketData>({
    port: 0,
    hostname: "127.0.0.1",
    fetch: (request, own) => realtime.handleUpgrade(request, own, request.headers.get("x-test-address") ?? "127.0.0.1"),
    websocket: realtime.websocket,
  });
  realtime.attach(server);
  return {
    realtime,
    server,
    url: `ws://127.0.0.1:${server.port}/ws`,
    metrics,
    tokens,
    pubsub,
    stop: async () => {
      await realtime.drain(2_000);
      await hub.close();
      await pubsub.close();
      await server.stop(true);
    },
  };
};

/** Starts a node with an in-process bus and a log in memory. */
export const startLocalNode = (options: NodeOptions = {}): Node & { readonly log: MemoryLog; commit: Commit } => {
  const log = createMemoryLog();
  const metrics = createMetrics();
  const node = startNode(createLocalPubSub({ log, metrics }), metrics, options);
  return {
    ...node,
    log,
    commit: async (tenantId, entries, epoch = EPOCH) => {
      log.commit(tenantId, epoch, entries);
      await node.pubsub.append(tenantId, epoch, entries);
    },
  };
};
type Commit = (tenantId: string, entries: readonly LogEntry[], epoch?: string) => Promise<void>;

export const tokenFor = async (
  tokens: RealtimeTokens,
  tenants: Record<string, Position | null>,
  more: { userId?: string; sid?: string } = {},
): Promise<string> => {
  const { token } = await tokens.sign({
    sub: more.userId ?? newId(),
    sid: more.sid ?? newId(),
    name: "Ann",
    tenants,
  });
  return token;
};

/** Opens a WebSocket with headers, a feature of Bun that the DOM's types lack. */
const openSocket = (url: string, headers: Record<string, string>): WebSocket => {
  const options: Bun.WebSocketOptions = { headers };
  return Reflect.construct(WebSocket, [url, options]);
};

type OfType<T extends Down["type"]> = Extract<Down, { type: T }>;
export type EventFrame = OfType<"message"> & { seq?: number };
export type Closed = { readonly code: number; readonly reason: string };

/** A client that queues all messages until the test takes them. */
export class TestClient {
  readonly socket: WebSocket;
  readonly #received: Down[] = [];
  readonly #waiting: { matches: (message: Down) => boolean; resolve: (message: Down) => void }[] = [];
  readonly closed: Promise<Closed>;
  readonly opened: Promise<void>;

  constructor(url: string, headers: Record<string, string> = {}) {
    this.socket = openSocket(url, headers);
    const closed = Promise.withResolvers<Closed>();
    const opened = Promise.withResolvers<void>();
    this.closed = closed.promise;
    this.opened = opened.promise;
    this.socket.onopen = () => opened.resolve();
    this.socket.onclose = ({ code, reason }) => {
      closed.resolve({ code, reason });
      opened.resolve();
    };
    this.socket.onmessage = ({ data }) => this.#receive(JSON.parse(String(data)));
  }

  #receive(message: Down): void {
    const index = this.#waiting.findIndex(({ matches }) => matches(message));
    if (index < 0) this.#received.push(message);
    else this.#waiting.splice(index, 1)[0]?.resolve(message);
  }

  /** The messages that were not taken yet. */
  get received(): readonly Down[] {
    return this.#received;
  }

  send(message: unknown): void {
    this.socket.send(typeof message === "string" ? message : JSON.stringify(message));
  }

  /** Takes the next message of a type; messages of other types stay in the queue. */
  next<T extends Down["type"]>(type: T, tenantId?: string): Promise<OfType<T>> {
    const matches = (message: Down): boolean =>
      message.type === type && (tenantId === undefined || ("tenantId" in message && message.tenantId === tenantId));
    const index = this.#received.findIndex(matches);
    if (index >= 0) return Promise.resolve(this.#received.splice(index, 1)[0] as OfType<T>);
    const { promise, resolve } = Promise.withResolvers<Down>();
    this.#waiting.push({ matches, resolve });
    return promise as Promise<OfType<T>>;
  }

  async events(count: number): Promise<EventFrame[]> {
    const events: EventFrame[] = [];
    while (events.length < count) events.push(await this.next("message"));
    return events;
  }

  async auth(token: string): Promise<OfType<"ready">> {
    await this.opened;
    this.send({ type: "auth", token });
    return this.next("ready");
  }

  async subscribe(tenantId: string, since?: Position): Promise<OfType<"subscribed">> {
    this.send({ type: "subscribe", tenantId, since });
    return this.next("subscribed", tenantId);
  }

  async unsubscribed(tenantId: string): Promise<UnsubscribedReason> {
    return (await this.next("unsubscribed", tenantId)).reason;
  }
}
