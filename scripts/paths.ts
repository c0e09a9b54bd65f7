import { join } from "node:path";

/** The repository's root, with no slash at the end. */
export const ROOT = join(import.meta.dir, "..");

export const fromRoot = (...parts: string[]): string => join(ROOT, ...parts);
