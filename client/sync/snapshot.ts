import type { QueryKey } from "@tanstack/query-core";
import type { z } from "zod";
import type { Entity, EntityDescriptor } from "../../shared/entities/define-entity.ts";
import type { Position } from "../../shared/protocol/position.ts";
import { Collection } from "./collection.ts";
import type { SnapshotDefinition, SyncSchema } from "./schema.ts";

/** A part of a tenant's state as the server confirmed it: nothing unconfirmed is in it. */
export type Snapshot = {
  readonly kind: string;
  readonly scopeId: string;
  readonly tenantId: string;
  /** It holds the effects of all events up to here, and of those that its tenant's event buffer has taken since. */
  readonly position: Position;
  /** The generation in which its read began: a read of an earlier one may show a history that is over. */
  readonly generation: number;
  /** An event said more than it carries: the snapshot must be read again at this seq or later. */
  readonly incompleteSince: number | null;
  /** The entity that scopes it was deleted. */
  readonly isDeleted: boolean;
  readonly etag: string | null;
  /** Entities by kind. */
  readonly collections: Readonly<Record<string, Collection>>;
};

/** Names a snapshot; `tenantId` may be left out where the answer tells it. */
export type SnapshotRef = {
  readonly kind: string;
  readonly scopeId: string;
  readonly tenantId?: string | undefined;
};

/** Names the snapshot that lists an entity under its parent. `tenantId` may be left out where the parent is the tenant. */
export const listRef = (
  { plural }: Pick<EntityDescriptor, "plural">,
  parentId: string,
  tenantId?: string,
): SnapshotRef => ({ kind: plural, scopeId: parentId, tenantId });

export const queryKeyOf = ({ kind, scopeId }: SnapshotRef): QueryKey => [kind, scopeId];

export const isSnapshot = (value: unknown): value is Snapshot =>
  typeof value === "object" && value !== null && "collections" in value && "generation" in value;

type Described<Schema extends z.ZodType<Entity>> = Pick<EntityDescriptor, "kind" | "plural"> & {
  readonly schema: Schema;
};

/** The entities of one kind in a snapshot. Their descriptor's schema has read each of them. */
export const entitiesIn = <Schema extends z.ZodType<Entity>>(
  { collections }: Snapshot,
  { kind }: Described<Schema>,
): Collection<z.infer<Schema>> => {
  const collection = collections[kind];
  if (collection === undefined) throw new Error(`the snapshot holds no ${kind}`);
  return collection as Collection<z.infer<Schema>>;
};

/** The entity that scopes a snapshot. */
export const rootIn = <Schema extends z.ZodType<Entity>>(
  snapshot: Snapshot,
  descriptor: Described<Schema>,
): z.infer<Schema> | undefined => entitiesIn(snapshot, descriptor).get(snapshot.scopeId);

/** Whether a snapshot has the entity. */
export const hasEntity = ({ isDeleted, collections }: Snapshot, kind: string, id: string): boolean =>
  !isDeleted && (collections[kind]?.has(id) ?? false);

export type SnapshotContent = Pick<Snapshot, "kind" | "scopeId" | "tenantId" | "position" | "generation" | "etag"> & {
  /** Entities by kind. */
  readonly entities: Readonly<Record<string, readonly Entity[]>>;
};

/** A snapshot of what was read. Entities that did not change since `previous` keep their identity. */
export const createSnapshot = (
  schema: SyncSchema,
  { entities, ...content }: SnapshotContent,
  previous?: Snapshot,
): Snapshot => {
  const definition = schema.snapshot(content.kind);
  // In another history the same version may mean something else.
  const old = previous?.position.epoch === content.position.epoch ? previous.collections : {};
  const collections = Object.keys(definition.entities).map((kind) => [
    kind,
    Collection.from(schema.entity(kind), entities[kind] ?? [], old[kind]),
  ]);
  return { ...content, incompleteSince: null, isDeleted: false, collections: Object.fromEntries(collections) };
};

/** The snapshot after its scope was deleted. Its root stays, so that a page can still say what was deleted. */
export const emptied = (schema: SyncSchema, snapshot: Snapshot): Snapshot => {
  const { scope, entities } = schema.snapshot(snapshot.kind);
  const collections = Object.keys(entities).map((kind) => [
    kind,
    kind === scope ? snapshot.collections[kind] : Collection.empty(schema.entity(kind)),
  ]);
  return { ...snapshot, isDeleted: true, collections: Object.fromEntries(collections) };
};

/** Whether a snapshot with this scope holds the entity. */
export const holds = (
  schema: SyncSchema,
  definition: SnapshotDefinition,
  scopeId: string,
  { kind, entity }: { readonly kind: string; readonly entity: Entity },
): boolean => {
  const member = definition.entities[kind];
  if (member === undefined) return false;
  const { key = "id", scope } = schema.entity(kind);
  // An entity that names no such ancestor belongs to the tenant as a whole.
  const field = kind === definition.scope ? key : scope[definition.scope];
  return (field === undefined || entity[field] === scopeId) && (member.holds?.(entity) ?? true);
};

/** The snapshot with one collection changed; the same object if that is as it was. */
export const withCollection = (snapshot: Snapshot, kind: string, next: Collection | undefined): Snapshot =>
  next === undefined || next === snapshot.collections[kind]
    ? snapshot
    : { ...snapshot, collections: { ...snapshot.collections, [kind]: next } };

/** The snapshot without an entity and all that hangs on it. */
export const withoutEntity = (schema: SyncSchema, snapshot: Snapshot, kind: string, id: string): Snapshot => {
  let next = withCollection(snapshot, kind, snapshot.collections[kind]?.delete(id));
  for (const [other, collection] of Object.entries(snapshot.collections)) {
    const { scope, order } = schema.entity(other);
    const field = scope[kind] ?? (order?.within === kind ? order.key : undefined);
    if (field !== undefined) next = withCollection(next, other, collection.deleteWhere(field, id));
  }
  return next;
};
