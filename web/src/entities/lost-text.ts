import type { Mutation } from "../../../client/sync/mutation.ts";
import type { EntityDescriptor } from "../../../shared/entities/define-entity.ts";

/** A rule in Markdown, so that the copied text reads well where it is pasted. */
const BETWEEN_ENTITIES = "\n\n---\n\n";

/**
 * The texts that refused mutations would have written, of each entity the latest ones, as one text to copy; `null` where
 * there is none. `entityOf` looks an entity's descriptor up by kind.
 */
export const lostText = (
  mutations: readonly Mutation[],
  entityOf: (kind: string) => EntityDescriptor,
): string | null => {
  const written = new Map<string, Record<string, unknown>>();
  for (const { entity, op, id, input } of mutations) {
    const { texts = [] } = entityOf(entity);
    if (op === "delete") written.delete(id);
    if (texts.length === 0 || (op !== "create" && op !== "update")) continue;
    const latest = { ...written.get(id) };
    for (const field of texts) latest[field] = input[field] ?? latest[field];
    written.set(id, latest);
  }
  const texts = [...written.values()].map((fields) => Object.values(fields).filter(Boolean).join("\n\n"));
  return texts.filter(Boolean).join(BETWEEN_ENTITIES) || null;
};
