import { readSnapshot } from "../../platform/db/db.ts";
import type { FeedEvent } from "../../platform/events/feed.ts";
import type { FeedLease } from "../../platform/events/feed-hub.ts";
import { replay } from "../../platform/events/replay.ts";
import type { TeamId } from "../../shared/ids.ts";
import type { UnsubscribedReason } from "../../shared/protocol/down.ts";
import { HEARTBEAT_SECONDS, TOKEN_SECONDS } from "../../shared/protocol/limits.ts";
import { formatPosition, type Position } from "../../shared/protocol/position.ts";
import { roleIn } from "../access.ts";
import type { ApiDeps } from "../deps.ts";
import type { Scope } from "../scope.ts";
import type { EventStream } from "./event-stream.ts";

export type StreamSession = { readonly scope: Scope; end(reason: UnsubscribedReason): void };

/** Sends missed events and then live ones to a stream, until the membership, the session or the reader ends. */
export const runStream = async (
  deps: ApiDeps,
  scope: Scope,
  input: {
    readonly teamId: TeamId;
    readonly since: Position | null;
    /** The team's head when the right was checked. */
    readonly checkedAt: Position;
    readonly lease: FeedLease;
    readonly stream: EventStream;
    readonly onEnd: () => void;
  },
): Promise<StreamSession> => {
  const { teamId, since, lease, stream } = input;
  const { feed } = lease;
  const stops: (() => void)[] = [];
  deps.metrics.sseConnections.inc();
  stream.onClose(() => {
    deps.metrics.sseConnections.dec();
    for (const stop of stops) stop();
    lease.release();
    input.onEnd();
  });

  const end = (reason: UnsubscribedReason) => {
    void stream.write({ event: "unsubscribed", data: JSON.stringify({ reason }) });
    stream.close();
  };

  const pass = (event: FeedEvent) => {
    const { ends, payload, position } = event;
    if (ends?.kind === "member" && ends.userId === scope.userId) return end("revoked");
    void stream.write({
      event: "message",
      data: payload,
      ...(position === null ? {} : { id: formatPosition(position) }),
    });
    if (ends?.kind === "team") end("deleted");
  };

  const connect = (position: Position, recovered: boolean) => {
    const from = recovered && since !== null ? since : position;
    void stream.write({
      event: "connected",
      id: formatPosition(from),
      data: JSON.stringify({ ...from, recovered }),
    });
  };

  const live = () => {
    if (!stream.isOpen) return;
    const recheck = () =>
      endOf(deps, scope, teamId)
        .then((reason) => (reason === null ? undefined : end(reason)))
        .catch((err: unknown) => {
          deps.log.warn({ err, tenantId: teamId }, "a stream's session could not be checked");
          // The reader reconnects, and its right is checked then.
          stream.close();
        });
    stops.push(
      feed.subscribe({
        event: pass,
        reset: (position) => {
          connect(position, false);
          // The lost events may include the end of the membership.
          void recheck();
        },
      }),
      deps.clock.every(HEARTBEAT_SECONDS * 1000, () => {
        stream.comment("heartbeat");
        const head = feed.verifiedHead;
        if (head !== null) void stream.write({ event: "heartbeat", data: JSON.stringify(head) });
      }),
      deps.clock.every(TOKEN_SECONDS * 1000, () => void recheck()),
    );
    // The membership may have ended during the replay.
    void recheck();
  };

  await feed.membershipStatus(scope.userId, input.checkedAt);
  const outcome = await replay(feed, since, {
    // The membership may end during the replay.
    isAuthorized: () => stream.isOpen && feed.knownMembershipStatus(scope.userId, input.checkedAt) === "member",
    joined: connect,
    send: (slice) => {
      let room: Promise<void> | undefined;
      for (const { seq, payload } of slice) {
        room = stream.write({
          event: "message",
          data: payload,
          id: formatPosition({ epoch: since?.epoch ?? "", seq }),
        });
      }
      return room;
    },
    live,
  });
  deps.metrics.replays.inc({ outcome });
  if (outcome === "unavailable") stream.close();
  if (outcome === "unwelcome") end("revoked");
  return { scope, end };
};

/** The reason to end an open stream; `null` while its user may go on reading. */
const endOf = (deps: ApiDeps, scope: Scope, teamId: TeamId): Promise<UnsubscribedReason | null> =>
  readSnapshot(deps.db, async (tx) => {
    if ((await roleIn(tx, teamId, scope.userId)) === null) return "revoked";
    const session =
      (await tx.selectFrom("sessions").select("id").where("id", "=", scope.sid).executeTakeFirst()) ??
      (await tx.selectFrom("api_keys").select("id").where("id", "=", scope.sid).executeTakeFirst());
    return session === undefined ? "expired" : null;
  });
