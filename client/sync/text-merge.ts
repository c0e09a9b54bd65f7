import type { Entity } from "../../shared/entities/define-entity.ts";
import type { Mutation } from "./mutation.ts";
import type { SyncSchema } from "./schema.ts";

/** An edit of a text: as it was when the editing began, and as this person left it. */
export type TextEdit = { readonly field: string; readonly base: string; readonly mine: string };

/** What a refused text comes to: sent anew on the entity as it is now, there already, or in conflict. */
export type Rebased = Mutation | "done" | "conflict";

/** The texts that a mutation edits. */
export const textEditsOf = (schema: SyncSchema, { entity, op, input, base }: Mutation): readonly TextEdit[] => {
  if (op !== "update" || base === undefined) return [];
  return (schema.entity(entity).texts ?? []).flatMap((field) => {
    const [before, mine] = [base[field], input[field]];
    return before === undefined || typeof mine !== "string" ? [] : [{ field, base: before, mine }];
  });
};

/** The mutation on the confirmed version, if its texts still are as they were when their editing began. */
export const prepareTexts = (schema: SyncSchema, mutation: Mutation, confirmed: Entity | undefined): Mutation => {
  const edits = textEditsOf(schema, mutation);
  const isAsBefore = edits.every(({ field, base }) => confirmed?.[field] === base);
  return confirmed !== undefined && edits.length > 0 && isAsBefore
    ? { ...mutation, ifVersion: confirmed.version }
    : mutation;
};

/** What becomes of a text edit whose entity is at another version by now. */
export const rebaseTexts = (schema: SyncSchema, mutation: Mutation, now: Entity): Rebased => {
  const edits = textEditsOf(schema, mutation);
  if (mutation.op !== "update") return "conflict";
  if (edits.some(({ field, base, mine }) => now[field] !== base && now[field] !== mine)) return "conflict";
  const isTextAlone = edits.length === Object.keys(mutation.input).length;
  if (isTextAlone && edits.every(({ field, mine }) => now[field] === mine)) return "done";
  return { ...mutation, ifVersion: now.version };
};
