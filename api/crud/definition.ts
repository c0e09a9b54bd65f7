import { z } from "zod";
import type { Executor } from "../../platform/db/db.ts";
import type { CreationContext, Entity, EntitySchema } from "../../shared/entities/define-entity.ts";
import { ENTITIES, type RegisteredEntity } from "../../shared/entities/registry.ts";
import { type TeamId, teamIdSchema } from "../../shared/ids.ts";
import { teamOf } from "../access.ts";
import type { CrudRules } from "./rules.ts";
import type { EntityTable } from "./table.ts";

/** The definition of an entity that requests create and change. */
export type CrudDefinition = RegisteredEntity &
  Required<Pick<RegisteredEntity, "create" | "update" | "fresh" | "apply">>;

/** An entity with all that its routes, reads and commands follow from. */
export type Crud = {
  readonly definition: CrudDefinition;
  readonly parent: Parent;
  readonly rules: CrudRules;
  readonly table: EntityTable<Entity>;
};

export type Parent = {
  readonly definition: RegisteredEntity;
  /** The child's field with the parent's id. */
  readonly key: string;
};

const isCrud = (definition: RegisteredEntity): definition is CrudDefinition =>
  definition.create !== undefined &&
  definition.update !== undefined &&
  definition.fresh !== undefined &&
  definition.apply !== undefined;

/** The entities that requests create and change, in the order of the registry. */
export const crudDefinitions = (): CrudDefinition[] => Object.values<RegisteredEntity>(ENTITIES).filter(isCrud);

export const requireCrud = (definition: RegisteredEntity): CrudDefinition => {
  if (!isCrud(definition)) throw new Error(`${definition.kind} has no create, update, fresh or apply`);
  return definition;
};

/** The innermost of an entity's ancestors. */
export const parentOf = ({ kind, scope }: RegisteredEntity): Parent => {
  const [parentKind, key] = Object.entries(scope).at(-1) ?? [];
  const definition = Object.values<RegisteredEntity>(ENTITIES).find((other) => other.kind === parentKind);
  if (definition === undefined || key === undefined) throw new Error(`${kind} has no parent`);
  return { definition, key };
};

/** The team of an entity; `null` when the entity does not exist. */
export const teamOfEntity = (tx: Executor, { plural }: RegisteredEntity, id: string): Promise<TeamId | null> =>
  teamOf(tx, plural, id);

/** The team that a parent's entities belong to. */
export const teamOfParent = async (tx: Executor, parent: Parent, parentId: string): Promise<TeamId | null> =>
  parent.definition.kind === "team" ? teamIdSchema.parse(parentId) : teamOfEntity(tx, parent.definition, parentId);

/** The new entity of a valid request to create one. */
export const freshEntity = <Schema extends EntitySchema, Input>(
  definition: { readonly schema: Schema; fresh?(input: Input, context: CreationContext): unknown },
  input: Input,
  context: CreationContext,
): z.infer<Schema> => z.parse(definition.schema, definition.fresh?.(input, context));
