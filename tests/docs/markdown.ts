import { readFileSync } from "node:fs";
import { fromRoot } from "../../scripts/paths.ts";
import { readAll, repositoryPaths, type SourceFile } from "../house/source-files.ts";

export type Fence = {
  /** File and line, for the messages of failing tests. */
  readonly at: string;
  readonly language: string;
  /** The text after the language on the opening line. */
  readonly more: string;
  readonly text: string;
  /** The text of the HTML comment on the line right above, if there is one. */
  readonly directive: string | null;
};

export type Table = { readonly header: readonly string[]; readonly rows: readonly (readonly string[])[] };

export const documents = (): SourceFile[] => readAll(repositoryPaths().filter((path) => path.endsWith(".md")));

export const readDocument = (path: string): SourceFile => ({ path, text: readFileSync(fromRoot(path), "utf8") });

const FENCE = /^(?:<!-- (.+) -->\n)?```(\w+)(.*)\n([\s\S]*?)^```$/gm;

export const fencesOf = ({ path, text }: SourceFile): Fence[] =>
  [...text.matchAll(FENCE)].map(([whole, directive, language = "", more = "", content = ""], index, all) => {
    const line = text.slice(0, all[index]?.index).split("\n").length;
    return {
      at: `${path}:${line + (whole.startsWith("<!--") ? 1 : 0)}`,
      language,
      more: more.trim(),
      text: content,
      directive: directive ?? null,
    };
  });

/** The text without its fenced blocks, which contain no links or headings. */
export const withoutFences = (text: string): string => text.replaceAll(/^```[\s\S]*?^```$/gm, "");

const cellsOf = (line: string): string[] =>
  line
    .replace(/^\||\|$/g, "")
    .split(/(?<!\\)\|/)
    .map((cell) => cell.replaceAll("\\|", "|").trim());

export const tablesOf = ({ text }: SourceFile): Table[] =>
  [...withoutFences(text).matchAll(/^(\|.+\|)\n\|[-:| ]+\|\n((?:\|.*\|\n?)+)/gm)].map(([, head = "", body = ""]) => ({
    header: cellsOf(head),
    rows: body.trim().split("\n").map(cellsOf),
  }));

/** The only table of a document whose first column has this heading. */
export const tableOf = (file: SourceFile, heading: string): Table["rows"] => {
  const found = tablesOf(file).filter(({ header }) => header[0] === heading);
  if (found.length !== 1) throw new Error(`${file.path} has ${found.length} tables that begin with "${heading}"`);
  return found[0]?.rows ?? [];
};

/** The inline code in a cell, without backticks. */
export const codesIn = (cell: string | undefined): string[] =>
  [...(cell ?? "").matchAll(/`([^`]+)`/g)].map(([, code = ""]) => code);

/** The only inline code in a cell. */
export const codeIn = (cell: string | undefined): string => {
  const [code, ...more] = codesIn(cell);
  if (code === undefined || more.length > 0) throw new Error(`expected one piece of code in "${cell}"`);
  return code;
};
