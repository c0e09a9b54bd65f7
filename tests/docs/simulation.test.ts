import { expect, test } from "bun:test";
import { MUTATIONS } from "../sim/mutations.ts";
import { codesIn, readDocument, tableOf } from "./markdown.ts";

test("docs/simulation.md lists every mutation of the simulator", () => {
  const rows = tableOf(readDocument("docs/simulation.md"), "Mistake");
  const told = rows.map(([name, about]) => [codesIn(name)[0], about]);
  expect(told).toEqual(Object.entries(MUTATIONS).map(([name, { about }]) => [name, about]));
});
