import { sql } from "kysely";
import { type Executor, readSnapshot, type Tx } from "../platform/db/db.ts";
import { appendEvents, lockHead, type NewEvent } from "../platform/events/append.ts";
import { readHead } from "../platform/events/log.ts";
import type { LogEntry } from "../platform/pubsub/provider.ts";
import type { Action, EventData } from "../shared/events.ts";
import type { TeamId } from "../shared/ids.ts";
import { formatPosition, type Position } from "../shared/protocol/position.ts";
import { type Role, roleAtLeast } from "../shared/role.ts";
import { AppError, notFound, RateLimited } from "./app-error.ts";
import type { ServiceDeps } from "./deps.ts";
import { RIGHTS, type Right } from "./rights.ts";
import type { Scope } from "./scope.ts";

export type Status = 200 | 201 | 202;

/** An answer with the position of the snapshot that it shows; `null` when it is not about one tenant. */
export type Reply<Body> = { readonly status: Status; readonly body: Body; readonly position: string | null };

/** What a change of one tenant works with, inside the transaction and under the tenant's lock. */
export type Change = {
  readonly tx: Tx;
  readonly tenantId: TeamId;
  readonly role: Role;
  /** When the change happens, ISO 8601 UTC with milliseconds. */
  readonly at: string;
  /** The seq that the next event will have: the version to write into the entity that it is about. */
  nextVersion(): number;
  emit<A extends Action>(action: A, data: EventData<A>): void;
};

export type CommandInput<Body> = {
  readonly right: Right;
  /** Finds the tenant; `null` when what the request names is not there. */
  readonly tenantOf: (tx: Executor) => Promise<TeamId | null>;
  readonly run: (change: Change) => Promise<{ readonly status?: Status; readonly body: Body }>;
  /** The actor loses the team by it: the reply stays the actor's own. */
  readonly endsAccess?: boolean;
};

/**
 * Runs a change of one tenant: lock, rights, the change, its events and the stored reply are one transaction.
 * A request sent twice under one idempotency key acts once and is answered twice.
 * @throws AppError NOT_FOUND for strangers, FORBIDDEN for members without the right, and what `run` throws.
 */
export const runCommand = async <Body>(
  deps: ServiceDeps,
  scope: Scope,
  input: CommandInput<Body>,
): Promise<Reply<Body>> => {
  const charge = chargeOnce(deps);
  const committed = await deps.db.change(async (tx) => {
    const stored = await storedReply(tx, scope);
    if (stored !== null && stored.tenant_id === null) return replay<Body>(scope, stored);
    const tenantId = (await input.tenantOf(tx)) ?? (stored?.tenant_id as TeamId | null | undefined) ?? null;
    if (tenantId === null) throw notFound();
    const head = await lockHead(deps.db.dialect, tx, tenantId);
    const role = await roleIn(tx, tenantId, scope.userId);
    if (head === null || role === null) throw notFound();
    requireRight(role, input.right);
    charge(tenantId);
    // Read again under the lock: another process may have stored it since.
    const known = stored ?? (await storedReply(tx, scope));
    if (known !== null) return replay<Body>(scope, known);

    const at = new Date(deps.clock.now()).toISOString();
    const events: NewEvent[] = [];
    const { status = 200, body } = await input.run({
      tx,
      tenantId,
      role,
      at,
      nextVersion: () => head.seq + events.length + 1,
      emit: (action, data) => events.push({ action, data }),
    });
    const entries = await append(tx, scope, tenantId, head, at, events);
    const position = formatPosition({ epoch: head.epoch, seq: head.seq + entries.length });
    const reply: Reply<Body> = { status, body, position };
    await storeReply(tx, scope, input.endsAccess ? null : tenantId, reply, at);
    return { reply, tenantId, epoch: head.epoch, entries };
  });
  if (committed.entries.length > 0) deps.relay.nudge(committed.tenantId, committed);
  return committed.reply;
};

/** Appends the events of one tenant with the scope's initiator and mutation id. */
export const append = (
  tx: Tx,
  scope: Pick<Scope, "userId" | "idempotency">,
  tenantId: string,
  head: Position,
  at: string,
  events: readonly NewEvent[],
): Promise<LogEntry[]> =>
  appendEvents(
    tx,
    head,
    { tenantId, initiatorId: scope.userId, at, mutationId: scope.idempotency?.key ?? null },
    events,
  );

/** What a read of one tenant works with. */
export type View = { readonly tx: Tx; readonly tenantId: TeamId; readonly role: Role };

export type ReadInput<Body> = {
  readonly right: Right;
  readonly tenantOf: (tx: Executor) => Promise<TeamId | null>;
  /** Another read of the same request counts. */
  readonly isFree?: boolean;
  readonly run: (view: View, head: Position) => Promise<Body>;
};

/**
 * Reads one tenant: body and position come from the same snapshot.
 * @throws AppError NOT_FOUND for strangers, FORBIDDEN for members without the right.
 */
export const runRead = <Body>(
  deps: Pick<ServiceDeps, "db" | "tenantBudget">,
  scope: Pick<Scope, "userId">,
  input: ReadInput<Body>,
): Promise<Reply<Body>> => {
  const charge = chargeOnce(deps);
  return readSnapshot(deps.db, async (tx) => {
    const tenantId = await input.tenantOf(tx);
    if (tenantId === null) throw notFound();
    const role = await roleIn(tx, tenantId, scope.userId);
    if (role === null) throw notFound();
    requireRight(role, input.right);
    if (!input.isFree) charge(tenantId);
    const head = await readHead(tx, tenantId);
    if (head === null) throw notFound();
    return { status: 200, body: await input.run({ tx, tenantId, role }, head), position: formatPosition(head) };
  });
};

export const roleIn = async (tx: Executor, tenantId: string, userId: string): Promise<Role | null> => {
  const member = await tx
    .selectFrom("members")
    .select("role")
    .where("team_id", "=", tenantId)
    .where("user_id", "=", userId)
    .executeTakeFirst();
  return (member?.role as Role | undefined) ?? null;
};

export const requireRight = (role: Role, right: Right): void => {
  if (!roleAtLeast(role, RIGHTS[right])) {
    throw new AppError("FORBIDDEN", `This needs the role ${RIGHTS[right]} or above; yours is ${role}`);
  }
};

/**
 * Takes a request from the tenant's budget, once though its transaction may be run again. To be called for members
 * alone: strangers must neither use up what is the tenant's nor learn that it is.
 */
const chargeOnce = ({ tenantBudget }: Pick<ServiceDeps, "tenantBudget">): ((tenantId: string) => void) => {
  let isCharged = false;
  return (tenantId) => {
    const exceeded = isCharged ? null : tenantBudget.take(tenantId);
    if (exceeded !== null) throw new RateLimited(exceeded, "The people of a team together");
    isCharged = true;
  };
};

type StoredReply = NonNullable<Awaited<ReturnType<typeof storedReply>>>;

export const storedReply = async (tx: Tx, scope: Scope) => {
  if (scope.idempotency === null) return null;
  return (
    (await tx
      .selectFrom("idempotency_keys")
      .selectAll()
      .where("user_id", "=", scope.userId)
      .where("key", "=", scope.idempotency.key)
      .executeTakeFirst()) ?? null
  );
};

export const replay = <Body>(scope: Scope, stored: StoredReply) => {
  if (stored.fingerprint !== scope.idempotency?.fingerprint) {
    throw new AppError("IDEMPOTENCY_KEY_REUSED", "This Idempotency-Key was used for another request");
  }
  const reply: Reply<Body> = {
    status: stored.status as Status,
    body: JSON.parse(stored.body) as Body,
    position: stored.position,
  };
  return { reply, tenantId: "", epoch: "", entries: [] as LogEntry[] };
};

export const storeReply = async (
  tx: Tx,
  scope: Scope,
  tenantId: string | null,
  reply: Reply<unknown>,
  at: string,
): Promise<void> => {
  if (scope.idempotency === null) return;
  await tx
    .insertInto("idempotency_keys")
    .values({
      user_id: scope.userId,
      key: scope.idempotency.key,
      tenant_id: tenantId,
      fingerprint: scope.idempotency.fingerprint,
      status: reply.status,
      body: JSON.stringify(reply.body),
      position: reply.position,
      created_at: at,
    })
    .execute();
};

/** Refuses a change of an entity that is not at the version of `If-Match`. */
export const requireVersion = (scope: Scope, version: number): void => {
  if (scope.ifMatch !== null && scope.ifMatch !== version) {
    throw new AppError("VERSION_MISMATCH", `It is at version ${version}, not ${scope.ifMatch}`);
  }
};

export const teamOfBoard = async (tx: Executor, boardId: string): Promise<TeamId | null> =>
  teamOf(tx, "boards", boardId);

export const teamOf = async (
  tx: Executor,
  table: "boards" | "columns" | "labels" | "tasks" | "imports" | "invitations",
  id: string,
): Promise<TeamId | null> => {
  const { rows } = await sql<{ team_id: TeamId }>`select team_id from ${sql.table(table)} where id = ${id}`.execute(tx);
  return rows[0]?.team_id ?? null;
};
