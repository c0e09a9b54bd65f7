import { describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { fromRoot } from "../../scripts/paths.ts";
import { examplesOf, runExamples } from "./examples.ts";
import { documents, fencesOf } from "./markdown.ts";

const files = documents();
const withExamples = files
  .map((file) => ({ path: file.path, examples: examplesOf(file) }))
  .filter(({ examples }) => examples.length > 0);

describe("the examples of a document work", () => {
  test.each(withExamples)(
    "in $path, from the first block to the last",
    async ({ examples }) => {
      await runExamples(examples);
      expect(examples).not.toBeEmpty();
    },
    60_000,
  );

  test("the README has examples with curl and with a socket", () => {
    const languages = withExamples.find(({ path }) => path === "README.md")?.examples.map(({ language }) => language);
    expect(new Set(languages)).toEqual(new Set(["sh", "ts"]));
  });
});

describe("a block copied from a file of the repository", () => {
  const copies = files.flatMap(fencesOf).flatMap(({ at, text, directive }) => {
    const source = /^file: (\S+)$/.exec(directive ?? "")?.[1];
    return source === undefined ? [] : [{ at, text, source }];
  });

  test.each(copies)("in $at equals $source, with imports from the root", ({ text, source }) => {
    const there = readFileSync(fromRoot(source), "utf8");
    expect(text).toBe(there.replaceAll(/(?<= from ")(\.\.\/)+/g, "./"));
    expect(text).toContain(' from "./');
  });
});

test("every command that begins with bun exists", () => {
  const { scripts } = JSON.parse(readFileSync(fromRoot("package.json"), "utf8"));
  const known = new Set([...Object.keys(scripts), "test", "install", "x"]);
  const commands = files.flatMap(({ path, text }) =>
    [...text.matchAll(/(?<=`|^|bun@1\.4\.5 )(?:bun )(?:run )?([a-z][\w:-]*)(?=[`\s])/gm)].map(([, name = ""]) => ({
      path,
      name,
    })),
  );
  expect(commands.filter(({ name }) => !known.has(name))).toEqual([]);
  expect(commands).not.toBeEmpty();
});
