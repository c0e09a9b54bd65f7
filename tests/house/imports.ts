import { dirname, join, normalize } from "node:path";
import { lineAt, type SourceFile, withoutComments } from "./source-files.ts";

export type Import = {
  /** As written: a package, a builtin or a relative path. */
  readonly specifier: string;
  /** The path from the root, with its extension; `null` for a package or builtin. */
  readonly target: string | null;
  /** The package's name, or a builtin with its prefix; `null` for a file of the repository. */
  readonly dependency: string | null;
  /** Erased at run time. */
  readonly typeOnly: boolean;
  /** The named specifiers, without aliases. */
  readonly names: string[];
  readonly line: number;
};

// Biome puts every statement at the start of a line; imports elsewhere come from Bun's scanner below.
const STATEMENT = /^(?:import|export)\s+(type\s+)?(?:([^;"'()]*?)\s+from\s+)?["']([^"'\n]+)["']/gm;
const CALL = /\bimport\(\s*["']([^"'\n]+)["']/g;

const dependencyOf = (specifier: string): string => {
  if (/^(node|bun):/.test(specifier) || specifier === "bun") return specifier;
  return specifier
    .split("/")
    .slice(0, specifier.startsWith("@") ? 2 : 1)
    .join("/");
};

const namesOf = (clause: string): string[] =>
  (/\{([\s\S]*)\}/.exec(clause)?.[1] ?? "")
    .split(",")
    .map(
      (name) =>
        name
          .trim()
          .replace(/^type\s+/, "")
          .split(/\s+as\s+/)[0] ?? "",
    )
    .filter((name) => name !== "");

const importOf = (file: SourceFile, specifier: string, line: number, rest: Partial<Import> = {}): Import => {
  const ours = specifier.startsWith(".");
  return {
    specifier,
    target: ours ? normalize(join(dirname(file.path), specifier.replace(/\?.*$/, ""))) : null,
    dependency: ours ? null : dependencyOf(specifier),
    typeOnly: false,
    names: [],
    line,
    ...rest,
  };
};

/** The imports and re-exports of a file, types included, in the order of the text. */
export const importsOf = (file: SourceFile): Import[] => {
  const text = withoutComments(file.text);
  const loader = file.path.endsWith("x") ? "tsx" : "ts";
  const scanned = new Bun.Transpiler({ loader }).scanImports(file.text);
  const found = [...text.matchAll(STATEMENT)].map((match) =>
    importOf(file, match[3]!, lineAt(text, match.index), {
      typeOnly: match[1] !== undefined,
      names: namesOf(match[2] ?? ""),
    }),
  );
  for (const match of text.matchAll(CALL)) {
    const runs = scanned.some((one) => one.kind === "dynamic-import" && one.path === match[1]);
    found.push(importOf(file, match[1]!, lineAt(text, match.index), { typeOnly: !runs }));
  }
  for (const { path } of scanned) {
    if (found.some((one) => one.specifier === path)) continue;
    // The JSX transform adds this import.
    if (path.startsWith("react/jsx")) continue;
    found.push(importOf(file, path, lineAt(text, Math.max(0, text.indexOf(path)))));
  }
  return found.sort((a, b) => a.line - b.line);
};
