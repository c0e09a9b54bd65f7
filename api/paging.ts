import { z } from "zod";
import type { Page } from "../shared/paging.ts";
import { invalidFields } from "./app-error.ts";

/** A page of a list: `limit` items behind the one whose sort key is `after`, from the first when it is `null`. */
export type PageRange = { readonly after: readonly string[] | null; readonly limit: number };

/** A cursor names the last item of a page by its sort key. It is opaque to clients. */
const encodeCursor = (key: readonly string[]): string => Buffer.from(JSON.stringify(key)).toString("base64url");

const cursorSchema = z
  .array(
    z
      .string()
      .max(256)
      .refine((part) => !part.includes("\u0000")),
  )
  .max(3);

/** @throws AppError INVALID when the text is not a cursor of ours with `length` parts. */
export const decodeCursor = (cursor: string | undefined, length: number): readonly string[] | null => {
  if (cursor === undefined) return null;
  try {
    const parsed = cursorSchema.safeParse(JSON.parse(Buffer.from(cursor, "base64url").toString("utf8")));
    if (parsed.success && parsed.data.length === length) return parsed.data;
  } catch {
    // Falls through to the answer for every invalid cursor.
  }
  throw invalidFields({ path: "cursor", message: "must be the nextCursor of an answer" });
};

/** The page of `limit + 1` items; the last one tells whether there is a next page. */
export const toPage = <Item>(
  items: readonly Item[],
  limit: number,
  keyOf: (item: Item) => readonly string[],
): Page<Item> => {
  const shown = items.slice(0, limit);
  const last = shown.at(-1);
  return {
    items: shown,
    nextCursor: items.length > limit && last !== undefined ? encodeCursor(keyOf(last)) : null,
  };
};
