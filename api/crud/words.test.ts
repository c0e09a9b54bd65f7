import { expect, test } from "bun:test";
import { labels } from "../../shared/labels.ts";
import { tasks } from "../../shared/tasks.ts";
import { idParameterOf, nounOf, operationId, pageOf, tagDescriptionOf, tagOf } from "./words.ts";

const items = { kind: "checklist_item", plural: "checklist-items" };

test("an entity of one word is named by its kind and its plural", () => {
  expect([nounOf(labels), tagOf(labels), tagDescriptionOf(labels)]).toEqual(["label", "Labels", "Labels of a board"]);
  expect([idParameterOf(tasks), pageOf(tasks)]).toEqual(["taskId", "A page of tasks"]);
  expect([operationId("list", tasks), operationId("move", tasks)]).toEqual(["listTasks", "moveTask"]);
});

test("an entity of two words is named by both", () => {
  expect([nounOf(items), tagOf(items), pageOf(items)]).toEqual([
    "checklist item",
    "Checklist items",
    "A page of checklist items",
  ]);
  expect(idParameterOf(items)).toBe("checklistItemId");
  expect([operationId("list", items), operationId("create", items)]).toEqual([
    "listChecklistItems",
    "createChecklistItem",
  ]);
});
