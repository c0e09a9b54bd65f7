import { z } from "zod";

/** ISO 8601 in UTC with milliseconds, as every answer shows it. */
export const timestampSchema = z.iso.datetime({ precision: 3 }).meta({ example: "2026-01-31T09:30:00.000Z" });

/** An instant as people may send it: any ISO 8601 date-time with an offset; kept in UTC with milliseconds. */
export const instantInputSchema = z.iso
  .datetime({ offset: true })
  .refine((value) => {
    const year = new Date(value).getUTCFullYear();
    return Number.isNaN(year) || (year >= 1 && year <= 9999);
  }, "must lie in the years 1 to 9999")
  .transform((value) => new Date(value).toISOString());
