import { expect, test } from "bun:test";
import { existsSync } from "node:fs";
import { fromRoot } from "../../scripts/paths.ts";
import { codesIn, readDocument, tableOf } from "./markdown.ts";

const document = readDocument("docs/guarantees.md");

test("every test that docs/guarantees.md names exists", () => {
  const named = tableOf(document, "Id").flatMap(([, , heldBy]) => codesIn(heldBy));
  const files = named.filter((name) => name.endsWith(".ts"));
  expect(files.length).toBeGreaterThan(10);
  expect(files.filter((file) => !existsSync(fromRoot(file)))).toEqual([]);
});
