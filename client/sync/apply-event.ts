import type { DecodedEvent, EntityChange, EventEffect } from "./decode-event.ts";
import { ancestorKey, type SyncSchema } from "./schema.ts";
import { emptied, holds, type Snapshot, withCollection, withoutEntity } from "./snapshot.ts";

const incomplete = (snapshot: Snapshot, seq: number): Snapshot => ({ ...snapshot, incompleteSince: seq });

const afterPut = (
  schema: SyncSchema,
  snapshot: Snapshot,
  { kind, id, entity, isContentNew }: EntityChange,
  seq: number,
): Snapshot => {
  const definition = schema.snapshot(snapshot.kind);
  const collection = snapshot.collections[kind];
  const isHeld = holds(schema, definition, snapshot.scopeId, { kind, entity });
  // An event may tell that an entity has left: a task that moved to another board or into the archive.
  const next = withCollection(snapshot, kind, isHeld ? collection?.put(entity) : collection?.delete(id));
  const isRoot = kind === definition.scope && id === snapshot.scopeId;
  return isContentNew && isRoot ? incomplete(next, seq) : next;
};

const afterDelete = (schema: SyncSchema, snapshot: Snapshot, { kind, id }: EntityChange, seq: number): Snapshot => {
  const { scope } = schema.snapshot(snapshot.kind);
  if (kind === scope ? id === snapshot.scopeId : id === snapshot.tenantId) return emptied(schema, snapshot);
  const key = ancestorKey(schema.entity(scope), kind);
  if (key !== undefined) {
    const root = snapshot.collections[scope]?.get(snapshot.scopeId);
    if (root?.[key] === id) return emptied(schema, snapshot);
    // Without the root nobody here knows whether it was deleted with its ancestor: the server does.
    if (root === undefined && snapshot.collections[scope] === undefined) return incomplete(snapshot, seq);
  }
  return withoutEntity(schema, snapshot, kind, id);
};

const after = (schema: SyncSchema, snapshot: Snapshot, effect: EventEffect, seq: number): Snapshot => {
  if (effect.type === "none") return snapshot;
  const isRelevant = effect.kind === null || schema.isRelevant(schema.snapshot(snapshot.kind), effect.kind);
  if (!isRelevant) return snapshot;
  if (effect.type === "undecodable") return incomplete(snapshot, seq);
  return effect.op === "put" ? afterPut(schema, snapshot, effect, seq) : afterDelete(schema, snapshot, effect, seq);
};

/** A snapshot after an event. One that it holds already changes nothing. Pure. */
export const applyEvent = (schema: SyncSchema, snapshot: Snapshot, { at, effect }: DecodedEvent): Snapshot => {
  if (at.epoch !== snapshot.position.epoch || at.seq <= snapshot.position.seq) return snapshot;
  const next = after(schema, snapshot, effect, at.seq);
  return next === snapshot ? snapshot : { ...next, position: at };
};
