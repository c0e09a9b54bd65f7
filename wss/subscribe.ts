import type { Feed } from "../platform/events/feed.ts";
import type { FeedLease } from "../platform/events/feed-hub.ts";
import { type ReplayTarget, replay } from "../platform/events/replay.ts";
import type { Decoded } from "../shared/protocol/codec.ts";
import type { SocketErrorCode } from "../shared/protocol/down.ts";
import { MAX_SUBSCRIPTIONS } from "../shared/protocol/limits.ts";
import { NO_LOG_EPOCH, type Position } from "../shared/protocol/position.ts";
import type { Up } from "../shared/protocol/up.ts";
import type { Connection } from "./connection.ts";
import type { RealtimeContext } from "./context.ts";
import { sendError } from "./send-error.ts";

/** One attempt to join. Unless the room took over the lease, `subscribe` releases it. */
type Attempt = {
  readonly tenantId: string;
  readonly generation: number;
  readonly lease: FeedLease;
  isLeaseTaken: boolean;
};

type SubscribeError = { readonly code: SocketErrorCode; readonly message: string };

const UNAVAILABLE: SubscribeError = {
  code: "UNAVAILABLE",
  message: "events are unavailable right now; read the state by REST and subscribe again later",
};
const FORBIDDEN: SubscribeError = {
  code: "FORBIDDEN",
  message: "the token does not grant access to this tenant; get a new token",
};
const TOO_MANY: SubscribeError = {
  code: "TOO_MANY_SUBSCRIPTIONS",
  message: `a socket can subscribe to at most ${MAX_SUBSCRIPTIONS} tenants; unsubscribe from one first`,
};

/**
 * Handles `subscribe`: replays the events after `since`, then joins the live events, with no gap and no duplicate (R2).
 */
export const subscribe = async (
  context: RealtimeContext,
  connection: Connection,
  tenantId: string,
  since: Position | null,
): Promise<void> => {
  const { manager, rooms, hub, metrics, log } = context;
  const reject = ({ code, message }: SubscribeError) => {
    metrics.replays.inc({ outcome: code.toLowerCase() });
    sendError(connection, code, message, tenantId);
  };
  const grantedHead = connection.session?.grants.get(tenantId);
  if (grantedHead === undefined) return reject(FORBIDDEN);
  const joined = manager.tenantsOf(connection.id).get(tenantId);
  if (joined !== undefined) rooms.leave(connection, tenantId, joined);
  if (manager.tenantsOf(connection.id).size >= MAX_SUBSCRIPTIONS) return reject(TOO_MANY);
  const generation = connection.nextGeneration();
  try {
    const lease = await hub.acquire(tenantId);
    // The feed's copy of the id, so that the frame's own copy can be collected.
    const attempt: Attempt = { tenantId: lease.feed.tenantId, generation, lease, isLeaseTaken: false };
    try {
      const error =
        grantedHead === null
          ? joinWithoutLog(context, connection, attempt)
          : await joinWithLog(context, connection, attempt, grantedHead, since);
      if (error !== null) reject(error);
    } finally {
      if (!attempt.isLeaseTaken) lease.release();
    }
  } catch (err) {
    log.debug({ err, tenantId, connectionId: connection.id }, "pub/sub does not answer");
    reject(UNAVAILABLE);
  }
};

/** Starts the feed of a queued `subscribe` now, so that many subscriptions take as long as the slowest, not the sum. */
export const prefetch = (context: RealtimeContext, connection: Connection, request: Decoded<Up>): void => {
  if (!request.ok || request.message.type !== "subscribe") return;
  const { tenantId } = request.message;
  const grantedHead = connection.session?.grants.get(tenantId);
  if (!grantedHead) return;
  context.hub
    .acquire(tenantId)
    .then(async (lease) => {
      await lease.feed.ensureCommitted(grantedHead);
      lease.release();
    })
    .catch((err: unknown) =>
      context.log.debug({ err, tenantId }, "a feed could not be started ahead of its subscribe"),
    );
};

const goLive = (context: RealtimeContext, connection: Connection, attempt: Attempt): void => {
  attempt.isLeaseTaken = context.rooms.join(connection, attempt.tenantId, attempt.generation, attempt.lease);
  for (const text of context.presence.snapshot(attempt.tenantId)) connection.sendText(text);
};

/** Another backend publishes this tenant's events without a log, so there is nothing to replay. */
const joinWithoutLog = (context: RealtimeContext, connection: Connection, attempt: Attempt): SubscribeError | null => {
  if (connection.isClosing) return null;
  const { tenantId } = attempt;
  context.metrics.replays.inc({ outcome: "no-log" });
  connection.send({ type: "subscribed", tenantId, epoch: NO_LOG_EPOCH, seq: 0, recovered: false });
  goLive(context, connection, attempt);
  return null;
};

const joinWithLog = async (
  context: RealtimeContext,
  connection: Connection,
  attempt: Attempt,
  grantedHead: Position,
  since: Position | null,
): Promise<SubscribeError | null> => {
  const { tenantId, lease } = attempt;
  const { feed } = lease;
  if ((await feed.ensureCommitted(grantedHead)) !== "reached") return UNAVAILABLE;
  const userId = connection.session?.userId ?? "";
  if ((await feed.membershipStatus(userId, grantedHead)) !== "member") return FORBIDDEN;
  if (since !== null && isAhead(feed, since) && (await feed.ensureReached(since)) === "unknown") return UNAVAILABLE;
  const target: ReplayTarget = {
    // The membership may end while the history is read or sent.
    isAuthorized: () => !connection.isClosing && feed.knownMembershipStatus(userId, grantedHead) === "member",
    joined: (position, recovered) => connection.send({ type: "subscribed", tenantId, ...position, recovered }),
    send: (slice) => connection.sendAll(slice.map(({ payload }) => payload)),
    live: () => goLive(context, connection, attempt),
  };
  const outcome = await replay(feed, since, target);
  if (outcome === "unavailable") return UNAVAILABLE;
  if (outcome === "unwelcome") return connection.isClosing ? null : FORBIDDEN;
  context.metrics.replays.inc({ outcome });
  return null;
};

const isAhead = (feed: Feed, since: Position): boolean =>
  feed.position !== null && feed.position.epoch === since.epoch && since.seq > feed.position.seq;
