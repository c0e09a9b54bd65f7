import { expect, test } from "bun:test";
import { MUTATIONS } from "../sim/mutations.ts";
import { codesIn, readDocument, tableOf } from "./markdown.ts";

test("docs/simulation.md tells of every mistake that the simulator is tried with", () => {
  const rows = tableOf(readDocument("docs/simulation.md"), "Mistake");
  const told = rows.map(([name, about]) => [codesIn(name)[0], about]);
  expect(told).toEqual(Object.entries(MUTATIONS).map(([name, { about }]) => [name, about]));
});
