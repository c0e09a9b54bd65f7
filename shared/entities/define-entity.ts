import type { z } from "zod";
import type { Placement } from "../rank.ts";
import type { Role } from "../role.ts";

/** The last word of an action. All but `DELETED` carry the entity as it is after the event. */
export type Verb = "CREATED" | "UPDATED" | "MOVED" | "IMPORTED" | "DELETED";

/** An entity as REST shows it and events carry it; `version` is the seq of its last change. */
export type Entity = { readonly version: number; readonly [field: string]: unknown };

/** A new entity's surroundings. The server knows them for certain, the page guesses them for its optimistic view. */
export type CreationContext<ScopeKey extends string = string> = {
  readonly id: string;
  /** Ids of the entities that the new one is created under, by the field that keeps them. */
  readonly scope: Readonly<Record<ScopeKey, string>>;
  /** A place behind its last sibling; `""` for an entity without `order`. */
  readonly rank: string;
  /** Id of the user who creates it. */
  readonly by: string;
  /** ISO 8601 UTC with milliseconds. */
  readonly at: string;
  readonly version: number;
};

type Body = z.ZodType<object, object>;

/** A Zod object, whose `shape` has the fields of the entity. */
export type EntitySchema = z.ZodType<Entity> & { readonly shape: Readonly<Record<string, z.ZodType>> };

/**
 * Describes an entity once: the API's commands and routes, event validation, rights, the page's snapshots, optimistic
 * view and outbox, and the simulator all derive from it.
 */
export type EntityDefinition<
  Kind extends string,
  Verbs extends readonly Verb[],
  Schema extends EntitySchema,
  ScopeKey extends string,
  Create extends Body,
  Update extends Body,
  Plural extends string = string,
> = {
  /** Prefix of its actions in lower case, e.g. `checklist_item`. */
  readonly kind: Kind;
  /** Path segment, table and prefix of its rights. */
  readonly plural: Plural;
  readonly verbs: Verbs;
  readonly schema: Schema;
  /** The field with its id; `id` where it is left out. */
  readonly key?: string;
  /** Its ancestors from the outermost to its parent: kind → field that keeps the ancestor's id. Deleted with any of them. */
  readonly scope: Readonly<Record<string, ScopeKey>>;
  /** Its siblings sort by `(rank, id)` within this container, and it is deleted with the container. */
  readonly order?: { readonly within: string; readonly key: string };
  /** The least role that reads it, and that creates, changes, moves and deletes it. */
  readonly read: Role;
  readonly write: Role;
  readonly create?: Create;
  readonly update?: Update;
  readonly move?: z.ZodType<Placement>;
  /** Fields of its requests with ids of other entities, which must exist before the request is sent. */
  readonly references?: readonly string[];
  /** Fields that people write at length: an edit of one does not overwrite another person's edit. */
  readonly texts?: readonly string[];
  /** The field that names it to people. */
  readonly title?: string;
  /** The new entity of a valid `create` body. */
  fresh?(input: z.infer<Create>, context: CreationContext<ScopeKey>): z.input<Schema>;
  /** The entity after a valid `update` body; `version` and `updatedAt` stay as they are. Pure. */
  apply?(entity: z.infer<Schema>, change: z.infer<Update>, at: string): z.infer<Schema>;
};

/** Any entity's definition, for code that works by look-up. */
export type EntityDescriptor = EntityDefinition<string, readonly Verb[], EntitySchema, string, Body, Body>;

export const defineEntity = <
  const Kind extends string,
  const Verbs extends readonly Verb[],
  Schema extends EntitySchema,
  const ScopeKey extends string,
  Create extends Body,
  Update extends Body,
  const Plural extends string,
>(
  definition: EntityDefinition<Kind, Verbs, Schema, ScopeKey, Create, Update, Plural>,
): EntityDefinition<Kind, Verbs, Schema, ScopeKey, Create, Update, Plural> => definition;

/** An entity of a definition, as REST shows it. */
export type EntityOf<Definition extends { readonly schema: z.ZodType }> = z.infer<Definition["schema"]>;

/** The action of an event about an entity, e.g. `CHECKLIST_ITEM_MOVED`. */
export const actionOf = ({ kind }: { readonly kind: string }, verb: Verb): string => `${kind.toUpperCase()}_${verb}`;

/** The fields that a request carries: `undefined` stands for a field that it leaves out. */
export const given = <Fields extends object>(
  fields: Fields,
): { [Key in keyof Fields]: Exclude<Fields[Key], undefined> } => {
  const present: Partial<Fields> = { ...fields };
  for (const key in present) if (present[key] === undefined) delete present[key];
  return present as { [Key in keyof Fields]: Exclude<Fields[Key], undefined> };
};

/** When an entity was archived, after a change with `archived`. */
export const archivedAtAfter = (before: string | null, archived: boolean | undefined, at: string): string | null => {
  if (archived === undefined) return before;
  return archived ? (before ?? at) : null;
};
