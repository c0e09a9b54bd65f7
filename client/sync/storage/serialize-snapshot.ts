import { z } from "zod";
import type { Entity } from "../../../shared/entities/define-entity.ts";
import { positionSchema } from "../../../shared/protocol/position.ts";
import type { SyncSchema } from "../schema.ts";
import { createSnapshot, type Snapshot } from "../snapshot.ts";

const serializedSchema = z.object({
  kind: z.string(),
  scopeId: z.string(),
  tenantId: z.string(),
  position: positionSchema,
  etag: z.string().nullable(),
  entities: z.record(z.string(), z.array(z.unknown())),
});

export type SerializedSnapshot = z.infer<typeof serializedSchema>;

export const serializeSnapshot = ({
  kind,
  scopeId,
  tenantId,
  position,
  etag,
  collections,
}: Snapshot): SerializedSnapshot => {
  const entities = Object.entries(collections).map(([entity, collection]) => [entity, [...collection.values()]]);
  return { kind, scopeId, tenantId, position, etag, entities: Object.fromEntries(entities) };
};

/** `null` for a snapshot that this version of the page cannot read. */
export const deserializeSnapshot = (schema: SyncSchema, stored: unknown, generation: number): Snapshot | null => {
  const { data } = serializedSchema.safeParse(stored);
  if (data === undefined || !schema.hasSnapshot(data.kind)) return null;
  const entities: Record<string, Entity[]> = {};
  for (const kind of Object.keys(schema.snapshot(data.kind).entities)) {
    const parsed = z.array(schema.entity(kind).schema).safeParse(data.entities[kind]);
    if (!parsed.success) return null;
    entities[kind] = parsed.data;
  }
  return createSnapshot(schema, { ...data, generation, entities });
};

const ENTITY_CHARACTERS = 400;

/** About how many characters a snapshot takes. */
export const sizeOf = (schema: SyncSchema, { collections }: Snapshot): number => {
  let size = 0;
  for (const [kind, collection] of Object.entries(collections)) {
    size += collection.size * ENTITY_CHARACTERS;
    const { texts = [] } = schema.entity(kind);
    if (texts.length === 0) continue;
    for (const entity of collection.values()) for (const field of texts) size += String(entity[field] ?? "").length;
  }
  return size;
};
