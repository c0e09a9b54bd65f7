import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fromRoot } from "./paths.ts";

const IGNORED = /(^|\/)(node_modules|dist|tests?|__snapshots__)(\/|$)|\.test\.tsx?$|\.md$/;

const filesUnder = (path: string): string[] => {
  if (IGNORED.test(path) || !existsSync(fromRoot(path))) return [];
  const entries = readdirSync(fromRoot(path), { withFileTypes: true });
  return entries.flatMap((entry) => {
    const child = join(path, entry.name);
    if (entry.isDirectory()) return filesUnder(child);
    return entry.isFile() && !IGNORED.test(child) ? [child] : [];
  });
};

/**
 * Hashes the named files and all files in the named folders except tests. `salt` stands for other inputs of the result.
 */
export const fingerprint = (inputs: { files: string[]; folders: string[]; salt: string }): string => {
  const hash = new Bun.CryptoHasher("sha256");
  hash.update(inputs.salt);
  for (const path of [...inputs.files, ...inputs.folders.flatMap(filesUnder).sort()]) {
    if (!existsSync(fromRoot(path))) continue;
    const content = readFileSync(fromRoot(path));
    hash.update(`\0${path}\0${content.length}\0`);
    hash.update(content);
  }
  return hash.digest("hex");
};

export const readStamp = (path: string): string | undefined =>
  existsSync(fromRoot(path)) ? readFileSync(fromRoot(path), "utf8") : undefined;
