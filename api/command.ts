import type { Executor, Tx } from "../platform/db/db.ts";
import { appendEvents, lockHead, type NewEvent } from "../platform/events/append.ts";
import type { Committed } from "../platform/events/relay.ts";
import type { LogEntry } from "../platform/pubsub/provider.ts";
import { actionOf, type EntityDescriptor, type EntityOf } from "../shared/entities/define-entity.ts";
import type { TeamId, UserId } from "../shared/ids.ts";
import { formatPosition, type Position } from "../shared/protocol/position.ts";
import type { Role } from "../shared/role.ts";
import { chargeOnce, requireRight, roleIn } from "./access.ts";
import { notFound } from "./app-error.ts";
import type { ServiceDeps } from "./deps.ts";
import { type RepeatedReply, repeatedReply, storedReply, storeReply } from "./idempotency.ts";
import type { Reply, Status } from "./reply.ts";
import type { Right } from "./rights.ts";
import type { Scope } from "./scope.ts";

/** The transaction of a command on one tenant, under the tenant's lock. */
export type CommandContext = {
  readonly tx: Tx;
  readonly tenantId: TeamId;
  readonly role: Role;
  /** The actor. */
  readonly userId: UserId;
  /** When the command happens, ISO 8601 UTC with milliseconds. */
  readonly at: string;
  /** The seq of the next event: the version to write into the entity that it is about. */
  nextVersion(): number;
  /** Adds an event about an entity; a deleted one is shown as it was before. */
  emit<Definition extends EntityDescriptor>(...event: EventAbout<Definition>): void;
};

type EventAbout<Definition extends EntityDescriptor> = [
  definition: Definition,
  verb: Definition["verbs"][number],
  entity: EntityOf<Definition>,
];

export type CommandInput<Body> = {
  readonly right: Right;
  /** Finds the tenant; `null` when the entity that the request names does not exist. */
  readonly tenantOf: (tx: Executor) => Promise<TeamId | null>;
  readonly run: (context: CommandContext) => Promise<{ readonly status?: Status; readonly body: Body }>;
  /** The actor loses the team by it: the reply stays the actor's own. */
  readonly endsAccess?: boolean;
};

/** A transaction either committed its events, or found its request answered before. */
export type Outcome<Body> =
  | (Committed & { readonly kind: "committed"; readonly reply: Reply<Body>; readonly tenantId: TeamId })
  | RepeatedReply<Body>;

/**
 * Runs a command on one tenant: lock, rights, changes, events and the stored reply are one transaction. A request that
 * is sent twice under one idempotency key acts once and is answered twice.
 * @throws AppError NOT_FOUND for strangers, FORBIDDEN for members without the right, and what `run` throws.
 */
export const runCommand = async <Body>(
  deps: ServiceDeps,
  scope: Scope,
  input: CommandInput<Body>,
): Promise<Reply<Body>> => {
  const charge = chargeOnce(deps);
  const outcome = await deps.db.change(async (tx): Promise<Outcome<Body>> => {
    const stored = await storedReply(tx, scope);
    if (stored !== null && stored.tenant_id === null) return repeatedReply(scope, stored);
    const tenantId = (await input.tenantOf(tx)) ?? stored?.tenant_id ?? null;
    if (tenantId === null) throw notFound();
    const head = await lockHead(deps.db.dialect, tx, tenantId);
    const role = await roleIn(tx, tenantId, scope.userId);
    if (head === null || role === null) throw notFound();
    requireRight(role, input.right);
    charge(tenantId);
    // Read it again under the lock: another process may have stored it since.
    const known = stored ?? (await storedReply(tx, scope));
    if (known !== null) return repeatedReply(scope, known);

    const at = new Date(deps.clock.now()).toISOString();
    const events: NewEvent[] = [];
    const { status = 200, body } = await input.run({
      tx,
      tenantId,
      role,
      userId: scope.userId,
      at,
      nextVersion: () => head.seq + events.length + 1,
      emit: (...event) => events.push(eventOf(...event)),
    });
    const entries = await append(tx, scope, tenantId, head, at, events);
    const position = formatPosition({ epoch: head.epoch, seq: head.seq + entries.length });
    const reply: Reply<Body> = { status, body, position };
    await storeReply(tx, scope, input.endsAccess ? null : tenantId, reply, at);
    return { kind: "committed", reply, tenantId, epoch: head.epoch, entries };
  });
  return finishCommand(deps, outcome);
};

/** Nudges the relay with committed events, and returns the reply. Call it after the commit. */
export const finishCommand = <Body>({ relay }: Pick<ServiceDeps, "relay">, outcome: Outcome<Body>): Reply<Body> => {
  if (outcome.kind === "committed") relay.nudge(outcome.tenantId, outcome);
  return outcome.reply;
};

export const eventOf = <Definition extends EntityDescriptor>(
  ...[definition, verb, entity]: EventAbout<Definition>
): NewEvent => ({ action: actionOf(definition, verb), data: entity });

/** Appends events of one tenant with the scope's user as initiator and its idempotency key as mutation id. */
export const append = (
  tx: Tx,
  scope: Pick<Scope, "userId" | "idempotency">,
  tenantId: TeamId,
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
