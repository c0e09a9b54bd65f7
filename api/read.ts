import { type Executor, readSnapshot, type Tx } from "../platform/db/db.ts";
import { readHead } from "../platform/events/log.ts";
import type { TeamId } from "../shared/ids.ts";
import { formatPosition, type Position } from "../shared/protocol/position.ts";
import type { Role } from "../shared/role.ts";
import { chargeOnce, requireRight, roleIn } from "./access.ts";
import { notFound } from "./app-error.ts";
import type { ServiceDeps } from "./deps.ts";
import type { Reply } from "./reply.ts";
import type { Right } from "./rights.ts";
import type { Scope } from "./scope.ts";

/** The snapshot that a read of one tenant works on. */
export type ReadContext = { readonly tx: Tx; readonly tenantId: TeamId; readonly role: Role };

export type ReadInput<Body> = {
  readonly right: Right;
  /** Finds the tenant; `null` when the entity that the request names does not exist. */
  readonly tenantOf: (tx: Executor) => Promise<TeamId | null>;
  /** Leaves the tenant's budget alone: another read of the same request was charged. */
  readonly isFree?: boolean;
  readonly run: (context: ReadContext, head: Position) => Promise<Body>;
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
