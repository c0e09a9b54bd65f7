import type { z } from "zod";
import type { Entity } from "../../shared/entities/define-entity.ts";
import type { CommandContext } from "../command.ts";
import type { Condition } from "./table.ts";

/** Query parameters of a list besides those of its pages, and the conditions that they stand for. */
export type ListFilter = { readonly schema: z.ZodObject; where(filter: object): readonly Condition[] };

export const listFilter = <Schema extends z.ZodObject>(
  schema: Schema,
  where: (filter: z.infer<Schema>) => readonly Condition[],
): ListFilter => ({ schema, where });

export type Operation = "list" | "create" | "get" | "update" | "move" | "delete";

/** The special rules of an entity; the definition says everything else. */
export type CrudRules<Row extends Entity = Entity> = {
  /**
   * Checks an entity that is about to be created, changed or moved, before it gets its place; `before` is `null` for a
   * new one.
   */
  beforeWrite?(context: CommandContext, entity: Row, before: Row | null): Promise<void> | void;
  /** Checks a deletion, or takes the entity off others that name it, in the same transaction. */
  beforeDelete?(context: CommandContext, entity: Row): Promise<void> | void;
  readonly filter?: ListFilter;
  /** Whether one entity can be read by itself. */
  readonly hasGet?: boolean;
  /** Summaries in the OpenAPI document that say more than the usual ones. */
  readonly summaries?: Partial<Record<Operation, string>>;
};
