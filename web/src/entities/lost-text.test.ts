import { expect, test } from "bun:test";
import type { Intent } from "../../../client/sync/mutations.ts";
import { AT, BOARD_ID, creating, idOf, renaming, TODO } from "../../../client/sync/testing/things.ts";
import { columnIdSchema } from "../../../shared/ids.ts";
import { writtenIn } from "./task-text.ts";

const [ONE, TWO] = [idOf(101), idOf(102)];
const describing = (id: string, description: string): Intent => ({ ...renaming(id, ""), change: { description } });
const column: Intent = {
  kind: "column.create",
  boardId: BOARD_ID,
  input: { id: columnIdSchema.parse(TODO), name: "Column" },
  at: AT,
};
const moving: Intent = {
  kind: "task.move",
  boardId: BOARD_ID,
  id: ONE,
  move: { columnId: columnIdSchema.parse(TODO) },
};
const removing: Intent = { kind: "task.delete", boardId: BOARD_ID, id: ONE };

test("what was written into a task after its making is lost with it", () => {
  expect(writtenIn([creating(ONE), describing(ONE, "Begun"), describing(ONE, "A long text")])).toBe(
    "New\n\nA long text",
  );
  expect(writtenIn([creating(ONE), renaming(ONE, "Better")])).toBe("Better");
});

test("with a column the texts of all tasks in it are lost", () => {
  expect(writtenIn([column, creating(ONE), creating(TWO), describing(ONE, "First"), describing(TWO, "Second")])).toBe(
    "New\n\nFirst\n\n---\n\nNew\n\nSecond",
  );
});

test("one text that was changed is lost alone", () => {
  expect(writtenIn([renaming(ONE, "A")])).toBe("A");
  expect(writtenIn([describing(ONE, "A text")])).toBe("A text");
});

test("where nothing was written nothing is lost, and neither is what its writer deleted", () => {
  expect(writtenIn([moving])).toBeNull();
  expect(writtenIn([column])).toBeNull();
  expect(writtenIn([creating(ONE), describing(ONE, "A text"), removing])).toBeNull();
});
