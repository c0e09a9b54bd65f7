import { readSnapshot } from "../../platform/db/db.ts";
import type { FeedEvent } from "../../platform/events/feed.ts";
import type { FeedLease } from "../../platform/events/feed-hub.ts";
import { replay } from "../../platform/events/replay.ts";
import type { TeamId } from "../../shared/ids.ts";
import { formatPosition, type Position } from "../../shared/position.ts";
import type { UnsubscribedReason } from "../../shared/protocol/down.ts";
import { HEARTBEAT_SECONDS, TOKEN_SECONDS } from "../../shared/protocol/limits.ts";
import { roleIn } from "../command.ts";
import type { ApiDeps } from "../deps.ts";
import type { Scope } from "../scope.ts";
import type { EventStream } from "./event-stream.ts";

export type StreamSession = { readonly scope: Scope; end(reason: UnsubscribedReason): void };

/** Feeds one stream: what was missed, then what happens, until the membership, the session or the reader ends. */
export const runStream = async (
  deps: ApiDeps,
  scope: Scope,
  input: {
    readonly teamId: TeamId;
    readonly since: Position | null;
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
    const recheck = () => {
      stillWelcome(deps, scope, teamId)
        .then((welcome) => (welcome ? undefined : end("expired")))
        .catch((err: unknown) => deps.log.warn({ err, tenantId: teamId }, "a stream's session could not be checked"));
    };
    stops.push(
      feed.subscribe({ event: pass, reset: (position) => connect(position, false) }),
      deps.clock.every(HEARTBEAT_SECONDS * 1000, () => {
        stream.comment("heartbeat");
        if (feed.position !== null) void stream.write({ event: "heartbeat", data: JSON.stringify(feed.position) });
      }),
      deps.clock.every(TOKEN_SECONDS * 1000, recheck),
    );
    // The membership may have ended while the past was read.
    recheck();
  };

  const outcome = await replay(feed, since, {
    isWelcome: () => stream.isOpen,
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
  return { scope, end };
};

const stillWelcome = (deps: ApiDeps, scope: Scope, teamId: TeamId): Promise<boolean> =>
  readSnapshot(deps.db, async (tx) => {
    const session =
      (await tx.selectFrom("sessions").select("id").where("id", "=", scope.sid).executeTakeFirst()) ??
      (await tx.selectFrom("api_keys").select("id").where("id", "=", scope.sid).executeTakeFirst());
    return session !== undefined && (await roleIn(tx, teamId, scope.userId)) !== null;
  });
