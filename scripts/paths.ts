import { join } from "node:path";

/** The repository's root, without a trailing slash. */
export const ROOT = join(import.meta.dir, "..");

export const fromRoot = (...parts: string[]): string => join(ROOT, ...parts);
