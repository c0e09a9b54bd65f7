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
import { sayError } from "./say-error.ts";

/** One attempt to join: whatever came of it, `isKept` tells whether the room took over the feed's lease. */
type Attempt = {
  readonly tenantId: string;
  readonly generation: number;
  readonly lease: FeedLease;
  isKept: boolean;
};

type Refusal = { readonly code: SocketErrorCode; readonly message: string };

const UNAVAILABLE: Refusal = {
  code: "UNAVAILABLE",
  message: "the history cannot be had now; read by REST and try again",
};
const FORBIDDEN: Refusal = { code: "FORBIDDEN", message: "the token does not open this tenant; get a new one" };
const TOO_MANY: Refusal = {
  code: "TOO_MANY_SUBSCRIPTIONS",
  message: `a socket joins at most ${MAX_SUBSCRIPTIONS} tenants`,
};

/** Joins a tenant: what happened since `since` first, then live events, with nothing between, doubled or missing. */
export const subscribe = async (
  context: RealtimeContext,
  connection: Connection,
  tenantId: string,
  since: Position | null,
): Promise<void> => {
  const { manager, rooms, hub, metrics, log } = context;
  const refuse = ({ code, message }: Refusal) => {
    metrics.replays.inc({ outcome: code.toLowerCase() });
    sayError(connection, code, message, tenantId);
  };
  const issued = connection.session?.grants.get(tenantId);
  if (issued === undefined) return refuse(FORBIDDEN);
  const joined = manager.tenantsOf(connection.id).get(tenantId);
  if (joined !== undefined) rooms.leave(connection, tenantId, joined);
  if (manager.tenantsOf(connection.id).size >= MAX_SUBSCRIPTIONS) return refuse(TOO_MANY);
  const generation = connection.nextGeneration();
  try {
    const lease = await hub.acquire(tenantId);
    // The feed's own copy of the id is the one that is kept.
    const attempt: Attempt = { tenantId: lease.feed.tenantId, generation, lease, isKept: false };
    try {
      const refusal =
        issued === null
          ? joinWithoutLog(context, connection, attempt)
          : await joinWithLog(context, connection, attempt, issued, since);
      if (refusal !== null) refuse(refusal);
    } finally {
      if (!attempt.isKept) lease.release();
    }
  } catch (err) {
    log.debug({ err, tenantId, connectionId: connection.id }, "the bus does not answer");
    refuse(UNAVAILABLE);
  }
};

/** Wakes the feeds of tenants whose turn is still to come, so that waiting for many takes no longer than for one. */
export const foresee = (context: RealtimeContext, connection: Connection, request: Decoded<Up>): void => {
  if (!request.ok || request.message.type !== "subscribe") return;
  const { tenantId } = request.message;
  const issued = connection.session?.grants.get(tenantId);
  if (!issued) return;
  context.hub
    .acquire(tenantId)
    .then(async (lease) => {
      await lease.feed.ensureCommitted(issued);
      lease.release();
    })
    .catch((err: unknown) => context.log.debug({ err, tenantId }, "a feed could not be woken early"));
};

const goLive = (context: RealtimeContext, connection: Connection, attempt: Attempt): void => {
  attempt.isKept = context.rooms.join(connection, attempt.tenantId, attempt.generation, attempt.lease);
  for (const text of context.presence.full(attempt.tenantId)) connection.sendText(text);
};

/** The events of such a tenant come from another backend; there is nothing to replay. */
const joinWithoutLog = (context: RealtimeContext, connection: Connection, attempt: Attempt): Refusal | null => {
  if (connection.isClosing) return null;
  const { tenantId } = attempt;
  context.metrics.replays.inc({ outcome: "no-log" });
  connection.say({ type: "subscribed", tenantId, epoch: NO_LOG_EPOCH, seq: 0, recovered: false });
  goLive(context, connection, attempt);
  return null;
};

const joinWithLog = async (
  context: RealtimeContext,
  connection: Connection,
  attempt: Attempt,
  issued: Position,
  since: Position | null,
): Promise<Refusal | null> => {
  const { tenantId, lease } = attempt;
  const { feed } = lease;
  if ((await feed.ensureCommitted(issued)) !== "reached") return UNAVAILABLE;
  const userId = connection.session?.userId ?? "";
  if ((await feed.membershipStatus(userId, issued)) !== "member") return FORBIDDEN;
  if (since !== null && isAhead(feed, since) && (await feed.ensureReached(since)) === "unknown") return UNAVAILABLE;
  const target: ReplayTarget = {
    // The membership may end while the past is read or sent.
    isAuthorized: () => !connection.isClosing && feed.knownMembershipStatus(userId, issued) === "member",
    joined: (position, recovered) => connection.say({ type: "subscribed", tenantId, ...position, recovered }),
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
