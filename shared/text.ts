import { z } from "zod";

const encoder = new TextEncoder();

/** U+0000 cannot be stored by every database and a lone surrogate has no UTF-8 form. */
const storable = (value: string) => !value.includes("\u0000") && value.isWellFormed();

/** Length in Unicode code points, which is what JSON Schema's `maxLength` counts. */
const codePoints = (value: string) => {
  let count = 0;
  for (const _ of value) count += 1;
  return count;
};

/** One line of text: trimmed, `min` to `max` code points, no control characters. */
export const line = (min: number, max: number) =>
  z
    .string()
    .trim()
    .refine(storable, "must be well-formed text without U+0000")
    .refine((value) => {
      const length = value.length > max * 2 ? Number.POSITIVE_INFINITY : codePoints(value);
      return length >= min && length <= max;
    }, `must have ${min} to ${max} characters`)
    .meta({ minLength: min, maxLength: max });

/** Longer text as it was written, up to `maxBytes` of UTF-8. */
export const prose = (maxBytes: number) =>
  z
    .string()
    .refine(storable, "must be well-formed text without U+0000")
    .refine(
      (value) => value.length <= maxBytes && encoder.encode(value).byteLength <= maxBytes,
      `must be at most ${maxBytes} bytes of UTF-8`,
    )
    .meta({ maxLength: maxBytes });

const foldOnce = (value: string): string =>
  value.normalize("NFC").toUpperCase().toLowerCase().replaceAll("ς", "σ").normalize("NFC");

/**
 * Folds case for every script, so that a search finds "Straße" by "STRASSE" and "ὈΔΥΣΣΕΎΣ" by "ὀδυσσεύς".
 * Upper-casing first joins what has several lower-case forms; the final sigma is the one that lower-casing parts again.
 * It also takes letters apart, which are composed again; a few, like the capital sharp s, need both a second time.
 */
export const foldCase = (value: string): string => foldOnce(foldOnce(value));
