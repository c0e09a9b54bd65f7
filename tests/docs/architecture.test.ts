import { describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fromRoot } from "../../scripts/paths.ts";
import { codesIn, readDocument, tableOf } from "./markdown.ts";

const document = readDocument("docs/architecture.md");

/** The targets of the links in a cell. */
const linksIn = (cell: string | undefined): string[] =>
  [...(cell ?? "").matchAll(/\]\(([^)]+)\)/g)].map(([, target = ""]) => target);

const contains = (target: string | undefined, code: string): boolean =>
  new RegExp(`(?<![\\w-])${code}(?![\\w-])`).test(readFileSync(fromRoot(join("docs", target ?? "")), "utf8"));

describe("docs/architecture.md", () => {
  test.each(tableOf(document, "Question"))("answers “%s” with files that contain the text", (_question, file, text) => {
    const [files, codes] = [linksIn(file), codesIn(text)];
    expect(files).not.toBeEmpty();
    expect(codes).toHaveLength(files.length);
    expect(codes.filter((code, index) => !contains(files[index], code))).toEqual([]);
  });

  test.each(tableOf(document, "Concept"))("names a file that contains %s", (concept, _sentence, file) => {
    const [code = ""] = codesIn(concept);
    const [target] = linksIn(file);
    expect([code, contains(target, code)]).toEqual([code, true]);
  });
});
