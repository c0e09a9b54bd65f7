import { expect, test } from "bun:test";
import type { Mutation } from "../../../client/sync/mutation.ts";
import {
  changing,
  creating,
  idOf,
  moving,
  removing,
  renaming,
  SCHEMA,
  TODO,
} from "../../../client/sync/testing/things.ts";
import { lostText } from "./lost-text.ts";

const [ONE, TWO] = [idOf(101), idOf(102)];
const describing = (id: string, description: string) => changing(id, { description });
const column: Mutation = { ...creating(TODO), entity: "column", input: { name: "Column" } };
const lost = (...mutations: Mutation[]) => lostText(mutations, (kind) => SCHEMA.entity(kind));

test("what was written into a task after its making is lost with it", () => {
  expect(lost(creating(ONE), describing(ONE, "Begun"), describing(ONE, "A long text"))).toBe("New\n\nA long text");
  expect(lost(creating(ONE), renaming(ONE, "Better"))).toBe("Better");
});

test("with a column the texts of all tasks in it are lost", () => {
  expect(lost(column, creating(ONE), creating(TWO), describing(ONE, "First"), describing(TWO, "Second"))).toBe(
    "New\n\nFirst\n\n---\n\nNew\n\nSecond",
  );
});

test("one text that was changed is lost alone", () => {
  expect(lost(renaming(ONE, "A"))).toBe("A");
  expect(lost(describing(ONE, "A text"))).toBe("A text");
});

test("where nothing was written nothing is lost, and neither is what its writer deleted", () => {
  expect(lost(moving(ONE, TODO))).toBeNull();
  expect(lost(column)).toBeNull();
  expect(lost(creating(ONE), describing(ONE, "A text"), removing(ONE))).toBeNull();
});
