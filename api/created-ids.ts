import type { EntityKind } from "../shared/entities/registry.ts";
import { AppError } from "./app-error.ts";
import type { CommandContext } from "./command.ts";

/**
 * Claims the id of a new entity; `"again"` when the same user has created it under the same parent before.
 * @throws AppError ID_TAKEN when any other entity has, or ever had, this id.
 */
export const claimId = async (
  context: CommandContext,
  claim: { readonly id: string; readonly kind: EntityKind; readonly parentId: string },
): Promise<"new" | "again"> => {
  const known = await context.tx.selectFrom("created_ids").selectAll().where("id", "=", claim.id).executeTakeFirst();
  if (known === undefined) {
    await context.tx
      .insertInto("created_ids")
      .values({ id: claim.id, kind: claim.kind, parent_id: claim.parentId, created_by: context.userId })
      .execute();
    return "new";
  }
  if (known.kind === claim.kind && known.parent_id === claim.parentId && known.created_by === context.userId) {
    return "again";
  }
  throw new AppError("ID_TAKEN", `The id ${claim.id} is taken`);
};

/** Answers a repeated creation with the entity as it is now. @throws AppError GONE when it was deleted since. */
export const createdBefore = <Entity>(entity: Entity | null): { status: 200; body: Entity } => {
  if (entity === null) throw new AppError("GONE", "It was created with this id, and deleted since");
  return { status: 200, body: entity };
};

const IDS_PER_INSERT = 200;

/** Records the ids of many new entities at once; the server chose them. */
export const recordIds = async (
  context: CommandContext,
  made: readonly { readonly kind: EntityKind; readonly parentId: string; readonly ids: readonly string[] }[],
): Promise<void> => {
  const rows = made.flatMap(({ kind, parentId, ids }) =>
    ids.map((id) => ({ id, kind, parent_id: parentId, created_by: context.userId })),
  );
  for (let start = 0; start < rows.length; start += IDS_PER_INSERT) {
    await context.tx
      .insertInto("created_ids")
      .values(rows.slice(start, start + IDS_PER_INSERT))
      .execute();
  }
};
