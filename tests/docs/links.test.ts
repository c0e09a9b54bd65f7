import { describe, expect, test } from "bun:test";
import { existsSync, statSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { fromRoot } from "../../scripts/paths.ts";
import { documents, withoutFences } from "./markdown.ts";

const LINK = /!?\[(?:[^\]\\]|\\.)*\]\(([^)\s]+)(?:\s+"[^"]*")?\)/g;
const IMAGE_BYTES = 300 * 1024;

const files = documents();
const textOf = new Map(files.map(({ path, text }) => [path, withoutFences(text)]));

/** The anchor that Markdown renderers give to a heading. */
const slugOf = (heading: string): string =>
  heading
    .replaceAll(/[`*]/g, "")
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}\- _]/gu, "")
    .replaceAll(" ", "-");

const headingsOf = (path: string): string[] =>
  [...(textOf.get(path) ?? "").matchAll(/^#+ (.+)$/gm)].map(([, heading = ""]) => slugOf(heading.trim()));

const isElsewhere = (target: string): boolean => /^[a-z]+:/.test(target);

const broken = (path: string, text: string): string[] =>
  [...text.matchAll(LINK)]
    .map(([, target = ""]) => target)
    .filter((target) => !isElsewhere(target))
    .filter((target) => {
      const [file = "", fragment] = target.split("#", 2);
      const found = file === "" ? path : normalize(join(dirname(path), file));
      if (!existsSync(fromRoot(found))) return true;
      return fragment !== undefined && !headingsOf(found).includes(fragment);
    })
    .map((target) => `${path}: ${target}`);

describe("the links of the documents", () => {
  test("lead to existing files and headings", () => {
    expect(files.flatMap(({ path, text }) => broken(path, withoutFences(text)))).toEqual([]);
  });

  test("reach every document from the README", () => {
    const reached = new Set(["README.md"]);
    for (const path of reached) {
      for (const [, target = ""] of (textOf.get(path) ?? "").matchAll(LINK)) {
        const found = normalize(join(dirname(path), target.replace(/#.*$/, "")));
        if (!isElsewhere(target) && textOf.has(found)) reached.add(found);
      }
    }
    const ours = files.map(({ path }) => path).filter((path) => /^(docs\/.*|[A-Z]+)\.md$/.test(path));
    expect(ours.filter((path) => !reached.has(path))).toEqual([]);
  });
});

test("the README's picture exists and is small", () => {
  expect(textOf.get("README.md")).toContain("](docs/images/board.png)");
  expect(statSync(fromRoot("docs/images/board.png")).size).toBeLessThan(IMAGE_BYTES);
});

test("decisions are numbered without a gap and have the same three parts", () => {
  const decisions = files.filter(({ path }) => /^docs\/adr\/\d/.test(path));
  decisions.forEach(({ path, text }, index) => {
    expect(path).toStartWith(`docs/adr/${String(index + 1).padStart(4, "0")}-`);
    const parts = [...text.matchAll(/^## (.+)$/gm)].map(([, part]) => part);
    expect([path, parts]).toEqual([path, ["Context", "Decision", "Consequences"]]);
  });
  expect(decisions.length).toBeGreaterThan(0);
});
