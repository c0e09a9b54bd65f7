import { expect, test } from "bun:test";
import { hostBreaches, rangeBreaches } from "./dependency-rules.ts";
import { importBreaches } from "./import-rules.ts";
import { asLines, readAll, repositoryPaths } from "./source-files.ts";
import { barrelBreaches, nameBreaches, textBreaches } from "./text-rules.ts";

const paths = repositoryPaths();
const files = readAll(paths);

test("every import follows the rules of rooms, layers and vendors", () => {
  expect(asLines(importBreaches(files))).toEqual([]);
});

test("environment, transactions, paths, hosts and awaits follow the rules", () => {
  expect(asLines(textBreaches(files))).toEqual([]);
});

test("there is no barrel", () => {
  expect(asLines(barrelBreaches(files))).toEqual([]);
});

test("files and folders are named in kebab-case", () => {
  expect(asLines(nameBreaches(paths))).toEqual([]);
});

test("every dependency is pinned exactly", () => {
  expect(asLines(rangeBreaches(readAll(["package.json"])[0]!))).toEqual([]);
});

test("bun.lock names no host", () => {
  expect(asLines(hostBreaches(readAll(["bun.lock"])[0]!))).toEqual([]);
});
