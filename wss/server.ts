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
import { BOUNDS, Groups, Tally } from "./limits.ts";
import { createPresence } from "./presence.ts";
import { foresee } from "./replay.ts";
import { handleRequest } from "./requests.ts";
import { createEnded } from "./revocation.ts";
import { createRooms } from "./rooms.ts";
import { StringPool } from "./string-pool.ts";
import { WsManager } from "./ws-manager.ts";

export type RealtimeDeps = {
  readonly hub: FeedHub;
  readonly pubsub: PubSubProvider;
  readonly tokens: Pick<RealtimeTokens, "verify">;
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics: Metrics;
  /** Asked for each browser's upgrade, so the origins may be known later than the server. */
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
  /** How many sockets may be on their way in at once. */
  readonly maxArriving?: number;
};

/** What Bun keeps for each socket: until it is open the client's address, then the connection. */
export type SocketData =
  | { readonly address: string }
  /** Let in only to be told when to come. */
  | { readonly waitMs: number }
  | Connection;

export type RealtimeServer = {
  /** Bun.serve's `websocket`. */
  readonly websocket: WebSocketHandler<SocketData>;
  /** Upgrades a request; the answer is `undefined` then, and otherwise says why not. `address` is the client's. */
  handleUpgrade(request: Request, server: Server<SocketData>, address: string): Response | undefined;
  /** Tells where to publish; to be called once Bun.serve has answered, before the first event. */
  attach(server: Pick<Server<SocketData>, "publish">): void;
  /** Lets nobody in any more and sends everybody away with 4000; resolves when all are gone, at the latest after `ms`. */
  drain(ms: number): Promise<void>;
  readonly connections: number;
};

const SWEEP_MS = 1_000;

/** The socket side of the contract, for any Bun.serve to mount. It knows no content but the ends of memberships. */
export const createRealtimeServer = (deps: RealtimeDeps): RealtimeServer => {
  const { clock, log, metrics, pubsub, hub, tokens, limits } = deps;
  const heartbeatSeconds = deps.heartbeatSeconds ?? HEARTBEAT_SECONDS;
  const manager = new WsManager<Connection>();
  const admission = new Admission(deps, deps.maxArriving);
  const perAddress = new Tally();
  const byUser = new Groups<Connection>();
  const bySession = new Groups<Connection>();
  /** Those that close while their last messages are still to be read. */
  const lingering = new Set<Connection>();
  let publisher: Pick<Server<SocketData>, "publish"> | null = null;
  let draining = false;
  let round = 0;

  const ended = createEnded(clock);
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
    onLeave: (connection, tenantId) => presence.leave(tenantId, connection.id),
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
    ended,
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
    admission.settle(connection);
    rooms.leaveAll(connection);
    manager.remove(connection.id);
    perAddress.decrease(connection.address);
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
    foresee: (connection: Connection, request: Parameters<typeof foresee>[2]) => foresee(context, connection, request),
    leave,
  };

  const beat = (connection: Connection) => {
    if (connection.session === null) return;
    connection.ping();
    connection.say({ type: "heartbeat", heads: headsFor(context, connection) });
  };

  // One round for all sockets instead of timers for each.
  const stopSweep = clock.every(SWEEP_MS, () => {
    const now = clock.now();
    round += 1;
    for (const connection of manager.sockets()) {
      connection.check(now);
      if (connection.isBeatDue(round, heartbeatSeconds)) beat(connection);
    }
    for (const connection of lingering) connection.check(now);
    if (round % 60 === 0) ended.prune();
  });
  const stopControl = keepSubscribed({ pubsub, clock, log }, CONTROL_CHANNEL, (payload) => {
    const what = ended.hear(payload);
    if (what === null) return;
    const concerned = "sid" in what ? bySession.members(what.sid) : byUser.members(what.userId);
    for (const connection of concerned) connection.close(CLOSE.REVOKED);
  });

  const websocket: WebSocketHandler<SocketData> = {
    maxPayloadLength: BOUNDS.maxPayloadLength,
    backpressureLimit: BOUNDS.backpressureLimit,
    closeOnBackpressureLimit: true,
    // Re-armed by what the server itself sends; the sweep looks for real signs of life.
    idleTimeout: 0,
    sendPings: false,
    perMessageDeflate: false,
    open: (ws) => {
      if ("waitMs" in ws.data) {
        ws.close(BUSY_CODE, busyReason(ws.data.waitMs));
        return;
      }
      const connection = new Connection(deps.newId(), context.strings.one(ws.data.address), ws, connectionDeps);
      ws.data = connection;
      manager.add(connection.id, connection);
      admission.arrive(connection);
      metrics.connections.set(manager.connections);
      const count = perAddress.increase(connection.address);
      if (count > limits.maxSocketsPerAddress) connection.close(CLOSE.TOO_MANY_CONNECTIONS);
      else if (draining) connection.close(CLOSE.DRAINING);
    },
    message: (ws, frame) => connectionOf(ws)?.receive(frame),
    ping: (ws) => connectionOf(ws)?.heard(),
    pong: (ws) => connectionOf(ws)?.heard(),
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
          ? refusal(426, "This address speaks WebSocket.", { upgrade: "websocket", ...READABLE })
          : refusal(403, UNTRUSTED, READABLE);
      }
      if (draining) return refusal(503, "The server is going down.", { "retry-after": "1" });
      if (!isTrusted) return refusal(403, UNTRUSTED);
      if (admission.isFull) {
        metrics.refusals.inc();
        const waitMs = admission.turnAway();
        // Browsers show pages nothing of a refused upgrade: they are told by the close of one that was taken.
        if (waitMs !== null && server.upgrade(request, { data: { waitMs } })) return;
        return refusal(503, "Too many come at once.", { "retry-after": "5" });
      }
      if (server.upgrade(request, { data: { address: addressGroup(address) } })) return;
      return refusal(400, "The WebSocket handshake is not valid.");
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

const UNTRUSTED = "This origin is not trusted.";
/** Browsers tell a page nothing of why its socket was refused: it asks here without an upgrade to find out. */
const READABLE = { "access-control-allow-origin": "*" };

const connectionOf = ({ data }: { readonly data: SocketData }): Connection | null =>
  data instanceof Connection ? data : null;

const refusal = (status: number, text: string, headers: Record<string, string> = {}): Response =>
  new Response(`${text}\n`, { status, headers: { "content-type": "text/plain; charset=utf-8", ...headers } });
