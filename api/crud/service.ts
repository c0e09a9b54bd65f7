import type { EntityOf } from "../../shared/entities/define-entity.ts";
import type { RegisteredEntity } from "../../shared/entities/registry.ts";
import { type CrudCommands, crudCommands } from "./command.ts";
import { type Crud, parentOf, requireCrud } from "./definition.ts";
import { type CrudReads, crudReads } from "./reads.ts";
import type { CrudRules } from "./rules.ts";
import { type EntityTable, entityTable } from "./table.ts";

export type CrudService = Crud & CrudReads & CrudCommands;

/**
 * The reads and commands of an entity, derived from its definition and its special rules.
 * @throws Error when the definition lacks `create`, `update`, `fresh` or `apply`.
 */
export const crudService = <Definition extends RegisteredEntity>(
  definition: Definition,
  rules: CrudRules<EntityOf<Definition>> = {},
  table: EntityTable<EntityOf<Definition>> = entityTable(definition),
): CrudService => {
  const crud: Crud = { definition: requireCrud(definition), parent: parentOf(definition), rules, table };
  return { ...crud, ...crudReads(crud), ...crudCommands(crud) };
};
