import type { Tx } from "../../platform/db/db.ts";
import type { Entity } from "../../shared/entities/define-entity.ts";
import type { RegisteredEntity } from "../../shared/entities/registry.ts";
import { type Gap, type Placement, rankBetween } from "../../shared/rank.ts";
import type { CommandContext } from "../command.ts";
import { assignRank, findGap, type RankedRow, type Siblings } from "../ordering.ts";
import { columnOf, tableName } from "../sql-names.ts";
import { stamped } from "../versions.ts";
import type { EntityTable } from "./table.ts";

/** The rank of a new entity that has no place yet. */
export const UNPLACED = rankBetween(null, null);

/** The siblings of an entity in its container, e.g. the tasks of a column. */
const siblingsOf = ({ plural, order }: RegisteredEntity, entity: Entity): Siblings => {
  if (order === undefined) throw new Error(`${plural} have no order`);
  return { table: tableName(plural), column: columnOf(order.key), containerId: String(entity[order.key]) };
};

/** The gap that a placement asks for in an entity's container; without neighbours the one behind the last sibling. */
export const gapFor = (
  tx: Tx,
  definition: RegisteredEntity,
  entity: Entity,
  placement: Placement,
): Promise<Gap<RankedRow>> => findGap(tx, siblingsOf(definition, entity), String(entity["id"]), placement);

/** An entity with a rank in a gap and the version of the next event. Neighbours that make room move before it. */
export const placedIn = async <Row extends Entity>(
  context: CommandContext,
  { definition, table }: { readonly definition: RegisteredEntity; readonly table: EntityTable<Row> },
  entity: Row,
  gap: Gap<RankedRow>,
): Promise<Row> => {
  const siblings = siblingsOf(definition, entity);
  const { rank, respread } = await assignRank(context.tx, siblings, String(entity["id"]), gap);
  for (const { id } of respread) {
    const neighbour = await table.find(context.tx, id);
    if (neighbour === null) continue;
    const moved = stamped(neighbour, context);
    await table.update(context.tx, moved);
    context.emit(definition, definition.verbs.includes("MOVED") ? "MOVED" : "UPDATED", moved);
  }
  return stamped({ ...entity, rank }, context);
};
