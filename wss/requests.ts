import { CLOSE } from "../shared/protocol/close-codes.ts";
import type { Decoded } from "../shared/protocol/codec.ts";
import type { Position } from "../shared/protocol/position.ts";
import type { RealtimeClaims } from "../shared/protocol/realtime-token.ts";
import type { PresenceData, Up } from "../shared/protocol/up.ts";
import type { Connection, Session } from "./connection.ts";
import type { RealtimeContext } from "./context.ts";
import { isPresenceSmall } from "./presence.ts";
import { sendError } from "./send-error.ts";
import { SmallMap } from "./small-map.ts";
import type { StringPool } from "./string-pool.ts";
import { subscribe } from "./subscribe.ts";

type DecodeFailure = Extract<Decoded<Up>, { ok: false }>["failure"];

/** Handles one decoded request of a client. */
export const handleRequest = (
  context: RealtimeContext,
  connection: Connection,
  request: Decoded<Up>,
): Promise<void> | undefined => {
  if (!request.ok) {
    sendDecodeError(connection, request.failure);
    return;
  }
  const { message } = request;
  if (message.type === "auth") return authenticate(context, connection, message.token);
  const { session } = connection;
  if (session === null) {
    connection.close(CLOSE.FORGED_TOKEN);
    return;
  }
  switch (message.type) {
    case "subscribe":
      return subscribe(context, connection, message.tenantId, message.since ?? null);
    case "unsubscribe":
      unsubscribe(context, connection, message.tenantId);
      return;
    case "presence":
      setPresence(context, connection, session, message.tenantId, message.data);
      return;
    case "ping":
      connection.send({ type: "pong" });
  }
};

const sendDecodeError = (connection: Connection, failure: DecodeFailure): void => {
  switch (failure.kind) {
    case "unreadable":
      connection.close(CLOSE.INVALID_MESSAGE);
      return;
    case "unknown-type":
      sendError(connection, "UNKNOWN_TYPE", "unknown message type; use auth, subscribe, unsubscribe, presence or ping");
      return;
    case "invalid":
      sendError(connection, "INVALID", failure.detail.slice(0, 500), failure.tenantId?.slice(0, 128));
  }
};

const authenticate = async (context: RealtimeContext, connection: Connection, token: string): Promise<void> => {
  const { byUser, bySession, revocations, manager, rooms } = context;
  const check = await context.tokens.verify(token);
  if (connection.isClosing) return;
  if (check.kind === "forged") return connection.close(CLOSE.FORGED_TOKEN);
  if (check.kind === "expired") return connection.close(CLOSE.TOKEN_EXPIRED);
  const { claims } = check;
  if (revocations.isRevoked(claims)) return connection.close(CLOSE.REVOKED);
  const before = connection.session;
  // Tenants already joined were authorized for the first user; a token of another user must not inherit them.
  if (before !== null && before.userId !== claims.sub) return connection.close(CLOSE.FORGED_TOKEN);
  if (before === null) {
    if (byUser.count(claims.sub) >= context.maxSocketsPerUser) return connection.close(CLOSE.TOO_MANY_CONNECTIONS);
    byUser.add(claims.sub, connection);
  } else bySession.remove(before.sid, connection);
  bySession.add(claims.sid, connection);
  const session: Session = {
    kind: "open",
    userId: claims.sub,
    sid: claims.sid,
    name: claims.name,
    grants: grantsOf(context.strings, claims.tenants),
    expiresAt: claims.exp * 1_000,
  };
  connection.accept(session);
  context.admission.remove(connection);
  connection.send({
    type: "ready",
    connectionId: connection.id,
    userId: session.userId,
    heartbeatSeconds: context.heartbeatSeconds,
    expiresAt: new Date(session.expiresAt).toISOString(),
  });
  for (const [tenantId, generation] of [...manager.tenantsOf(connection.id)]) {
    if (!session.grants.has(tenantId)) rooms.leave(connection, tenantId, generation, "revoked");
  }
};

const grantsOf = (strings: StringPool, tenants: RealtimeClaims["tenants"]): Session["grants"] =>
  new SmallMap(
    Object.entries(tenants).map(([tenantId, head]): [string, Position | null] => [
      strings.intern(tenantId),
      head === null ? null : { epoch: strings.intern(head.epoch), seq: head.seq },
    ]),
  );

const unsubscribe = ({ manager, rooms }: RealtimeContext, connection: Connection, tenantId: string): void => {
  const generation = manager.tenantsOf(connection.id).get(tenantId);
  if (generation === undefined)
    sendError(connection, "NOT_JOINED", "not subscribed to this tenant; send subscribe first", tenantId);
  else rooms.leave(connection, tenantId, generation, "requested");
};

const setPresence = (
  { manager, presence }: RealtimeContext,
  connection: Connection,
  session: Session,
  tenantId: string,
  data: PresenceData,
): void => {
  if (!manager.tenantsOf(connection.id).has(tenantId)) {
    sendError(connection, "NOT_JOINED", "not subscribed to this tenant; send subscribe first", tenantId);
  } else if (!isPresenceSmall(data)) {
    sendError(connection, "INVALID", "data: must be at most 2 KiB", tenantId);
  } else {
    presence.set(tenantId, { connectionId: connection.id, userId: session.userId, name: session.name, data });
  }
};
