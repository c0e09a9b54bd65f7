import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fromRoot, ROOT } from "../../scripts/paths.ts";

/** `path` is from the root, with slashes. */
export type SourceFile = { readonly path: string; readonly text: string };

export type Breach = {
  readonly path: string;
  readonly line: number;
  readonly rule: string;
  readonly detail: string;
};

const NOT_OURS = /^(node_modules|dist|data|coverage|\.git|\.artel)(\/|$)/;
const BINARY = /\.(png|jpe?g|gif|webp|avif|ico|woff2?|zip|gz|db|pdf|webm|mp4)$/;

const pathsUnder = (folder: string): string[] => {
  const full = join(ROOT, folder);
  if (!existsSync(full)) return [];
  return readdirSync(full, { withFileTypes: true }).flatMap((entry) => {
    const path = folder === "" ? entry.name : `${folder}/${entry.name}`;
    if (NOT_OURS.test(path) || entry.name === "node_modules" || entry.isSymbolicLink()) return [];
    return entry.isDirectory() ? pathsUnder(path) : [path];
  });
};

/** The paths of all files of the repository, tracked by git or not yet. */
export const repositoryPaths = (): string[] => pathsUnder("").sort();

export const readAll = (paths: string[]): SourceFile[] =>
  paths.filter((path) => !BINARY.test(path)).map((path) => ({ path, text: readFileSync(fromRoot(path), "utf8") }));

export const isCode = (path: string): boolean => /\.[cm]?tsx?$/.test(path);

/** Whether only tests use the file. */
export const isTest = (path: string): boolean => /\.test\.tsx?$|(^|\/)(tests?|testing)\//.test(path);

export const lineAt = (text: string, index: number): number => text.slice(0, index).split("\n").length;

/** Replaces comments by blanks, so that positions stay. A `//` in a string is a comment only after a blank. */
export const withoutComments = (text: string): string =>
  text.replace(/\/\*[\s\S]*?\*\/|(?<=^|\s)\/\/.*$/gm, (comment) => comment.replace(/[^\n]/g, " "));

export const asLines = (breaches: Breach[]): string[] =>
  breaches.map(({ path, line, rule, detail }) => `${path}:${line}  ${rule}: ${detail}`);
