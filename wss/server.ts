import type { Server, WebSocketHandler } from "bun";
import type { Clock } from "../platform/clock/clock.ts";
import type { Rate } from "../platform/config/config.ts";
import type { FeedHub } from "../platform/events/feed-hub.ts";
import type { Log } from "../platform/log/log.ts";
import type { Metrics } from "../platform/metrics/metrics.ts";
import { addressGroup } from "../platform/net/address-group.ts";
import { keepSubscribed } from "../platform/pubsub/keep-subscribed.ts";
import { CONTROL_CHANNEL, type PubSubProvider } from "../platform/pubsub/provider.ts";
import type { RealtimeTokens } from "../platform/tokens/realtime-token.ts";
import { BUSY_CODE, busyReason, CLOSE } from "../shared/protocol/close-codes.ts";
import { HEARTBEAT_SECONDS } from "../shared/protocol/limits.ts";
import { Admission } from "./admission.ts";
import { type ClosePlan, Connection } from "./connection.ts";
import type { RealtimeContext } from "./context.ts";
import { drainConnections } from "./drain.ts";
import { headsFor } from "./heartbeat.ts";
import { BOUNDS, MultiMap, Tally } from "./limits.ts";
import { createPresence } from "./presence.ts";
import { handleRequest } from "./requests.ts";
import { createRevocationList } from "./revocation.ts";
import { createRooms } from "./rooms.ts";
import { StringPool } from "./string-pool.ts";
import { prefetch } from "./subscribe.ts";
import { WsManager } from "./ws-manager.ts";

export type RealtimeDeps = {
  readonly hub: FeedHub;
  readonly pubsub: PubSubProvider;
  readonly tokens: Pick<RealtimeTokens, "verify">;
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics: Metrics;
  /** Called for each upgrade of a browser: main.ts knows its origins only when the server has a port. */
  isTrustedOrigin(origin: string): boolean;
  newId(): string;
  readonly limits: {
    readonly socketRateLimit: Rate;
    readonly maxSocketsPerUser: number;
    readonly maxSocketsPerAddress: number;
  };
  /** At least 0, below 1. */
  readonly random: () => number;
  readonly heartbeatSeconds?: number;
  /** Most sockets at a time that have not authenticated yet; see Admission. */
  readonly maxUnauthenticated?: number;
};

/** Bun's `data` of each socket: the client's address until `open`, then the connection. */
export type SocketData =
  | { readonly address: string }
  /** Upgraded only to be closed with BUSY_CODE and a retry delay. */
  | { readonly retryAfterMs: number }
  | Connection;

export type RealtimeServer = {
  /** Bun.serve's `websocket`. */
  readonly websocket: WebSocketHandler<SocketData>;
  /** Upgrades a request of the client at `address`; returns a response only when it rejects the request. */
  handleUpgrade(request: Request, server: Server<SocketData>, address: string): Response | undefined;
  /** Sets the server to publish through. Call it as soon as Bun.serve has returned. */
  attach(server: Pick<Server<SocketData>, "publish">): void;
  /** Rejects new sockets and closes all others with 4000. Resolves when they are gone, at the latest after `ms`. */
  drain(ms: number): Promise<void>;
  readonly connections: number;
};

const SWEEP_MS = 1_000;

/** The WebSocket server, for any Bun.serve to mount. Of an event's content it knows only the ends of memberships. */
export const createRealtimeServer = (deps: RealtimeDeps): RealtimeServer => {
  const { clock, log, metrics, pubsub, hub, tokens, limits } = deps;
  const heartbeatSeconds = deps.heartbeatSeconds ?? HEARTBEAT_SECONDS;
  const manager = new WsManager<Connection>();
  const admission = new Admission(deps, deps.maxUnauthenticated);
  const socketsPerAddress = new Tally();
  const byUser = new MultiMap<Connection>();
  const bySession = new MultiMap<Connection>();
  /** Closing connections whose send queue the client is still reading. */
  const lingering = new Set<Connection>();
  let publisher: Pick<Server<SocketData>, "publish"> | null = null;
  let draining = false;
  let round = 0;

  const revocations = createRevocationList(clock);
  const publish = (topic: string, text: string) => {
    publisher?.publish(topic, text, false);
  };
  const presence = createPresence({
    nodeId: deps.newId(),
    pubsub,
    clock,
    log,
    publish: (tenantId, text) => rooms.publish(tenantId, text),
  });
  const rooms = createRooms({
    manager,
    clock,
    metrics,
    publish,
    onLeave: (connection, tenantId) => presence.remove(tenantId, connection.id),
    onOpen: (tenantId) => presence.open(tenantId),
    onEmpty: (tenantId) => presence.close(tenantId),
  });
  const context: RealtimeContext = {
    manager,
    admission,
    rooms,
    presence,
    hub,
    tokens,
    revocations,
    strings: new StringPool(),
    byUser,
    bySession,
    clock,
    log,
    metrics,
    maxSocketsPerUser: limits.maxSocketsPerUser,
    heartbeatSeconds,
  };

  const leave = (connection: Connection, session: Connection["session"], plan: ClosePlan) => {
    admission.remove(connection);
    rooms.leaveAll(connection);
    manager.remove(connection.id);
    socketsPerAddress.decrease(connection.address);
    if (session !== null) {
      byUser.remove(session.userId, connection);
      bySession.remove(session.sid, connection);
    }
    lingering.add(connection);
    metrics.connections.set(manager.connections);
    if (plan.code >= 4000) metrics.closes.inc({ code: String(plan.code) });
    if (plan.code === CLOSE.TOO_SLOW.code) metrics.slowConsumers.inc();
  };

  const connectionDeps = {
    clock,
    log,
    rate: limits.socketRateLimit,
    handle: (connection: Connection, request: Parameters<typeof handleRequest>[2]) =>
      handleRequest(context, connection, request),
    prefetch: (connection: Connection, request: Parameters<typeof prefetch>[2]) =>
      prefetch(context, connection, request),
    leave,
  };

  const sendHeartbeat = (connection: Connection) => {
    if (connection.session === null) return;
    connection.ping();
    connection.send({ type: "heartbeat", heads: headsFor(context, connection) });
  };

  // One timer for all sockets: a timer per socket costs memory and wake-ups.
  const stopSweep = clock.every(SWEEP_MS, () => {
    const now = clock.now();
    round += 1;
    for (const connection of manager.sockets()) {
      connection.check(now);
      if (connection.isHeartbeatDue(round, heartbeatSeconds)) sendHeartbeat(connection);
    }
    for (const connection of lingering) connection.check(now);
    if (round % 60 === 0) revocations.prune();
  });
  const stopControl = keepSubscribed({ pubsub, clock, log }, CONTROL_CHANNEL, (payload) => {
    const ended = revocations.apply(payload);
    if (ended === null) return;
    const connections = "sid" in ended ? bySession.values(ended.sid) : byUser.values(ended.userId);
    for (const connection of connections) connection.close(CLOSE.REVOKED);
  });

  const websocket: WebSocketHandler<SocketData> = {
    maxPayloadLength: BOUNDS.maxPayloadLength,
    backpressureLimit: BOUNDS.backpressureLimit,
    closeOnBackpressureLimit: true,
    // Off: the server's own sends restart Bun's idle timer, so a dead client would never trip it. The sweep does.
    idleTimeout: 0,
    sendPings: false,
    perMessageDeflate: false,
    open: (ws) => {
      if ("retryAfterMs" in ws.data) {
        ws.close(BUSY_CODE, busyReason(ws.data.retryAfterMs));
        return;
      }
      const connection = new Connection(deps.newId(), context.strings.intern(ws.data.address), ws, connectionDeps);
      ws.data = connection;
      manager.add(connection.id, connection);
      admission.add(connection);
      metrics.connections.set(manager.connections);
      const count = socketsPerAddress.increase(connection.address);
      if (count > limits.maxSocketsPerAddress) connection.close(CLOSE.TOO_MANY_CONNECTIONS);
      else if (draining) connection.close(CLOSE.DRAINING);
    },
    message: (ws, frame) => connectionOf(ws)?.receive(frame),
    ping: (ws) => connectionOf(ws)?.markAlive(),
    pong: (ws) => connectionOf(ws)?.markAlive(),
    drain: (ws) => connectionOf(ws)?.drained(),
    close: (ws, code, reason) => {
      const connection = connectionOf(ws);
      if (connection === null) return;
      connection.closed(code, reason);
      lingering.delete(connection);
    },
  };

  return {
    websocket,
    handleUpgrade: (request, server, address) => {
      const origin = request.headers.get("origin");
      const isTrusted = origin === null || deps.isTrustedOrigin(origin);
      if (request.headers.get("upgrade")?.toLowerCase() !== "websocket") {
        return isTrusted
          ? rejection(426, "This address accepts WebSocket connections only.", { upgrade: "websocket", ...READABLE })
          : rejection(403, UNTRUSTED, READABLE);
      }
      if (draining)
        return rejection(503, "The server is shutting down; connect again in a second.", { "retry-after": "1" });
      if (!isTrusted) return rejection(403, UNTRUSTED);
      if (admission.isFull) {
        metrics.refusals.inc();
        const retryAfterMs = admission.scheduleRetry();
        // Browsers hide the response to a failed upgrade from the page; a close code and reason they pass on.
        if (retryAfterMs !== null && server.upgrade(request, { data: { retryAfterMs } })) return;
        return rejection(503, "Too many clients are connecting at once; try again in 5 seconds.", {
          "retry-after": "5",
        });
      }
      if (server.upgrade(request, { data: { address: addressGroup(address) } })) return;
      return rejection(400, "The WebSocket handshake is invalid.");
    },
    attach: (server) => {
      publisher = server;
    },
    drain: async (ms) => {
      draining = true;
      await drainConnections({ manager, lingering, clock }, ms);
      stopSweep();
      stopControl();
      presence.stop();
      rooms.close();
    },
    get connections() {
      return manager.connections;
    },
  };
};

const UNTRUSTED = "This origin is not trusted; the server allows BASE_URL and TRUSTED_ORIGINS.";
/** Lets the page read the response: browsers hide why an upgrade failed, so the client asks again without one. */
const READABLE = { "access-control-allow-origin": "*" };

const connectionOf = ({ data }: { readonly data: SocketData }): Connection | null =>
  data instanceof Connection ? data : null;

const rejection = (status: number, text: string, headers: Record<string, string> = {}): Response =>
  new Response(`${text}\n`, { status, headers: { "content-type": "text/plain; charset=utf-8", ...headers } });
