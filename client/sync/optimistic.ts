import type { Entity, EntityDescriptor } from "../../shared/entities/define-entity.ts";
import { type Gap, type Placement, placeAmong, type Ranked, rankBetween } from "../../shared/rank.ts";
import type { Collection } from "./collection.ts";
import type { Mutation } from "./mutation.ts";
import type { SnapshotDefinition, SyncSchema } from "./schema.ts";
import { emptied, holds, type Snapshot, withCollection, withoutEntity } from "./snapshot.ts";

/** Between two neighbours of one rank (a guess of ours beside a rank given since) only the id can decide. */
const rankIn = ({ after, before }: Gap<Ranked>): string =>
  after !== null && before !== null && after.rank >= before.rank
    ? after.rank
    : rankBetween(after?.rank ?? null, before?.rank ?? null);

const isBeside = (list: readonly Ranked[], id: string, { beforeId, afterId }: Placement): boolean => {
  const index = list.findIndex((sibling) => sibling.id === id);
  if (index < 0 || (!beforeId && !afterId)) return false;
  return (!beforeId || list[index + 1]?.id === beforeId) && (!afterId || list[index - 1]?.id === afterId);
};

const placementIn = ({ beforeId, afterId }: Mutation["input"]): Placement => ({
  beforeId: typeof beforeId === "string" ? beforeId : null,
  afterId: typeof afterId === "string" ? afterId : null,
});

type RankedCollection = Collection<Entity & Ranked>;

/** The schema of an entity with `order` has an id and a rank. */
const ranked = (collection: Collection): RankedCollection => collection as RankedCollection;

/** Whether a mutation may change a snapshot. */
export const isShownIn = (schema: SyncSchema, snapshot: Snapshot, { entity, id, scope }: Mutation): boolean => {
  const definition = schema.snapshot(snapshot.kind);
  if (!schema.isRelevant(definition, entity)) return false;
  // A mutation that an earlier version stored may not name all its ancestors.
  return entity === definition.scope
    ? id === snapshot.scopeId
    : (scope[definition.scope] ?? snapshot.scopeId) === snapshot.scopeId;
};

type Context = {
  readonly schema: SyncSchema;
  readonly definition: SnapshotDefinition;
  readonly descriptor: EntityDescriptor;
  readonly collection: Collection;
};

/** Whether the snapshot holds the container of an entity, or holds no containers at all. */
const hasContainer = ({ schema, descriptor }: Context, { collections }: Snapshot, entity: Entity): boolean => {
  const container = schema.containerOf(descriptor);
  if (container === null) return true;
  const containers = collections[container.kind];
  return containers === undefined || containers.has(String(entity[container.key]));
};

const put = (context: Context, snapshot: Snapshot, entity: Entity): Snapshot => {
  const { schema, definition, descriptor, collection } = context;
  const { kind } = descriptor;
  const isHeld = holds(schema, definition, snapshot.scopeId, { kind, entity });
  return withCollection(snapshot, kind, isHeld ? collection.put(entity) : collection.delete(collection.idOf(entity)));
};

const created = (context: Context, snapshot: Snapshot, { id, input, scope, by, at }: Mutation): Snapshot => {
  const { descriptor, collection } = context;
  if (collection.has(id) || descriptor.create === undefined || descriptor.fresh === undefined) return snapshot;
  // Of what the schema refuses there is nothing to show: the server's refusal says why.
  const valid = descriptor.create.safeParse({ id, ...input });
  if (!valid.success) return snapshot;
  const ids = Object.entries(descriptor.scope).map(([kind, key]) => [
    key,
    scope[kind] ?? (kind === context.definition.scope ? snapshot.scopeId : snapshot.tenantId),
  ]);
  const ancestors: Record<string, string> = Object.fromEntries(ids);
  const { order } = descriptor;
  const siblings = order && ranked(collection).group(String(input[order.key] ?? ancestors[order.key]));
  const rank = siblings === undefined ? "" : rankIn({ after: siblings.at(-1) ?? null, before: null });
  const fresh = descriptor.fresh(valid.data, { id, scope: ancestors, rank, by: by ?? "", at, version: 0 });
  const entity = descriptor.schema.safeParse(fresh);
  return entity.success && hasContainer(context, snapshot, entity.data)
    ? put(context, snapshot, entity.data)
    : snapshot;
};

const updated = (context: Context, snapshot: Snapshot, { id, input, at, known }: Mutation): Snapshot => {
  const { descriptor, collection } = context;
  // The container of an entity that is not on show may have gone while the entity was away.
  const away = known !== undefined && hasContainer(context, snapshot, known) ? known : undefined;
  const entity = collection.get(id) ?? away;
  return entity === undefined || descriptor.apply === undefined
    ? snapshot
    : put(context, snapshot, descriptor.apply(entity, input, at));
};

const moved = (context: Context, snapshot: Snapshot, { id, input }: Mutation): Snapshot => {
  const { order } = context.descriptor;
  const collection = ranked(context.collection);
  const entity = collection.get(id);
  if (order === undefined || entity === undefined) return snapshot;
  const from = String(entity[order.key]);
  const to = String(input[order.key] ?? from);
  const target = { ...entity, [order.key]: to };
  if (!hasContainer(context, snapshot, target)) return snapshot;
  const placement = placementIn(input);
  if (from === to && isBeside(collection.group(to), id, placement)) return snapshot;
  const rank = rankIn(placeAmong(collection.siblingsOf(entity, to), placement));
  return put(context, snapshot, { ...target, rank });
};

/**
 * Shows a mutation over a snapshot, each field for itself, so that another person's change of another field stays.
 * A mutation of an entity that is gone shows nothing. Pure.
 */
export const applyMutation = (schema: SyncSchema, snapshot: Snapshot, mutation: Mutation): Snapshot => {
  if (snapshot.isDeleted || !isShownIn(schema, snapshot, mutation)) return snapshot;
  const { entity: kind, op, id } = mutation;
  const definition = schema.snapshot(snapshot.kind);
  if (op === "delete") {
    return kind === definition.scope ? emptied(schema, snapshot) : withoutEntity(schema, snapshot, kind, id);
  }
  const collection = snapshot.collections[kind];
  if (collection === undefined) return snapshot;
  const context: Context = { schema, definition, descriptor: schema.entity(kind), collection };
  switch (op) {
    case "create":
      return created(context, snapshot, mutation);
    case "update":
      return updated(context, snapshot, mutation);
    case "move":
      return moved(context, snapshot, mutation);
  }
};
