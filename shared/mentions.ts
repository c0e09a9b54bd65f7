import { type UserId, userIdSchema } from "./ids.ts";

/** A mention of a user in a text, `@[userId]`. */
export const STORED_MENTION = /@\[([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\]/g;

/** The users whom a text mentions, each once, in the order of their first mention. */
export const mentionsIn = (text: string): UserId[] => {
  const ids = [...text.matchAll(STORED_MENTION)].flatMap(([, id]) => userIdSchema.safeParse(id).data ?? []);
  return [...new Set(ids)];
};
