import { afterEach, beforeAll, beforeEach, expect, test } from "bun:test";
import {
  addTask,
  card,
  chooseInColumnMenu,
  closeTask,
  column,
  columnsOf,
  openPair,
  openTask,
  type Pair,
  shownColumns,
  taskLink,
  titles,
} from "./board-steps.ts";
import { closeVisitors, eventually, makeTask, openStage, type Stage, snapshotOf } from "./support.ts";

let stage: Stage;
let pair: Pair;
let loads = 0;
beforeAll(async () => {
  stage = await openStage();
}, 60_000);
beforeEach(async () => {
  pair = await openPair(stage);
  loads = 0;
  for (const { page } of [pair.anna, pair.boris]) page.on("load", () => void loads++);
});
afterEach(async () => {
  expect(loads).toBe(0);
  const expected = columnsOf(await snapshotOf(pair));
  await eventually(() => shownColumns(pair.anna.page), expected);
  await eventually(() => shownColumns(pair.boris.page), expected);
  await closeVisitors();
});

const makeTaskOnBoth = async (title: string): Promise<void> => {
  await makeTask(pair, title);
  await Promise.all([pair.anna, pair.boris].map(({ page }) => taskLink(page, title).waitFor()));
};

test("a task added on one page appears on the other", async () => {
  await addTask(pair.anna.page, "To do", "Buy nails");
  await taskLink(column(pair.boris.page, "To do"), "Buy nails").waitFor();
});

test("a colour set on one page appears on the other", async () => {
  await makeTaskOnBoth("Paint me");
  const dialog = await openTask(pair.anna.page, "Paint me");
  await dialog.getByRole("group", { name: "Colour" }).getByRole("radio", { name: "Teal" }).check();
  await card(pair.boris.page, "Paint me").getByText("Colour: Teal").waitFor();
  await closeTask(dialog);
});

test("a task's new title appears on the other page, also in an open dialog", async () => {
  await makeTaskOnBoth("Old name");
  await openTask(pair.boris.page, "Old name");
  const dialog = await openTask(pair.anna.page, "Old name");
  await dialog.getByRole("textbox", { name: "Title" }).fill("New name");
  await dialog.getByRole("textbox", { name: "Title" }).press("Enter");
  await closeTask(pair.boris.page.getByRole("dialog", { name: "New name" }));
  await taskLink(pair.boris.page, "New name").waitFor();
  expect(await taskLink(pair.boris.page, "Old name").count()).toBe(0);
  await closeTask(pair.anna.page.getByRole("dialog", { name: "New name" }));
});

test("a task moved on one page has the same place on the other", async () => {
  for (const title of ["First there", "Second there"]) await makeTask(pair, title, { column: 1 });
  await makeTaskOnBoth("Traveller");
  const dialog = await openTask(pair.anna.page, "Traveller");
  await dialog.getByRole("button", { name: "Move" }).click();
  const move = pair.anna.page.getByRole("dialog", { name: "Move task" });
  await move.getByRole("combobox", { name: "Column" }).selectOption("Doing");
  await move.getByRole("combobox", { name: "Position" }).selectOption("2");
  await move.getByRole("button", { name: "Move" }).click();
  await closeTask(dialog);
  const expected = ["First there", "Traveller", "Second there"];
  await eventually(() => titles(pair.boris.page, "Doing"), expected);
  await eventually(() => titles(pair.anna.page, "Doing"), expected);
});

test("a label, an assignee, a due date and a description set on one page appear on the other", async () => {
  await makeTaskOnBoth("Dress me");
  const there = card(pair.boris.page, "Dress me");
  const { page } = pair.anna;
  const dialog = await openTask(page, "Dress me");

  await dialog.getByRole("button", { name: "Choose labels" }).click();
  await page.getByRole("button", { name: "New label" }).click();
  await page.getByRole("textbox", { name: "Label name" }).fill("urgent");
  await page.getByRole("button", { name: "Create label" }).click();
  await there.getByText("urgent", { exact: true }).waitFor();
  await page.keyboard.press("Escape");

  await dialog.getByRole("button", { name: "Assign" }).click();
  await page.getByRole("checkbox", { name: "Boris" }).check();
  await there.getByRole("img", { name: "Boris" }).waitFor();
  await page.keyboard.press("Escape");

  await dialog.getByLabel("Due date").fill("2031-05-06");
  await there.getByText("Due May 6, 2031").waitFor();

  await dialog.getByRole("textbox", { name: "Description" }).fill("With **care**");
  await dialog.getByRole("button", { name: "Save" }).click();
  await there.getByText("Has a description").waitFor();
  await closeTask(dialog);
});

test("a label's new name appears on the other page's cards, and its deletion removes it there", async () => {
  await makeTaskOnBoth("Labelled");
  const there = card(pair.boris.page, "Labelled");
  const { page } = pair.anna;
  const dialog = await openTask(page, "Labelled");
  await dialog.getByRole("button", { name: "Choose labels" }).click();
  await page.getByRole("button", { name: "New label" }).click();
  await page.getByRole("textbox", { name: "Label name" }).fill("soon");
  await page.getByRole("button", { name: "Create label" }).click();
  await there.getByText("soon", { exact: true }).waitFor();
  await page.getByRole("button", { name: "Edit the label soon" }).click();
  await page.getByRole("textbox", { name: "Label name" }).fill("later");
  await page.getByRole("button", { name: "Save" }).click();
  await there.getByText("later", { exact: true }).waitFor();
  await page.getByRole("button", { name: "Edit the label later" }).click();
  await page.getByRole("button", { name: "Delete", exact: true }).click();
  await page.getByText("It will be removed from all tasks").waitFor();
  await page.getByRole("button", { name: "Delete", exact: true }).click();
  await there.getByText("later", { exact: true }).waitFor({ state: "detached" });
  await page.keyboard.press("Escape");
  await closeTask(dialog);
});

test("a task archived or deleted on one page leaves the board on the other", async () => {
  await makeTaskOnBoth("Archive me");
  const archived = await openTask(pair.anna.page, "Archive me");
  await archived.getByRole("button", { name: "Archive" }).click();
  await taskLink(pair.boris.page, "Archive me").waitFor({ state: "detached" });

  await makeTaskOnBoth("Delete me");
  const deleted = await openTask(pair.anna.page, "Delete me");
  await deleted.getByRole("button", { name: "Delete task" }).click();
  const ask = pair.anna.page.getByRole("dialog", { name: "Delete this task?" });
  await ask.getByRole("button", { name: "Delete task" }).click();
  await taskLink(pair.boris.page, "Delete me").waitFor({ state: "detached" });
});

test("a column added, renamed, limited, moved and deleted on one page follows on the other", async () => {
  const { page } = pair.anna;
  const names = async (): Promise<string[]> => (await shownColumns(pair.boris.page)).map(([name]) => name);
  await page.getByRole("button", { name: "Add a column" }).click();
  await page.getByRole("textbox", { name: "Column name" }).fill("Later");
  await page.getByRole("textbox", { name: "Column name" }).press("Enter");
  await eventually(names, ["To do", "Doing", "Done", "Later"]);
  await page.getByRole("textbox", { name: "Column name" }).press("Escape");

  await chooseInColumnMenu(page, "Later", "Rename");
  await page.getByRole("textbox", { name: "Column name" }).fill("Some day");
  await page.getByRole("textbox", { name: "Column name" }).press("Enter");
  await eventually(names, ["To do", "Doing", "Done", "Some day"]);

  await chooseInColumnMenu(page, "Some day", "Move left");
  await eventually(names, ["To do", "Doing", "Some day", "Done"]);

  await chooseInColumnMenu(page, "Some day", "Set a limit");
  await page.getByRole("textbox", { name: "Maximum number of tasks" }).fill("3");
  await page.getByRole("button", { name: "Save" }).click();
  await column(pair.boris.page, "Some day").getByText("0 tasks, limit 3").waitFor();

  await chooseInColumnMenu(page, "Some day", "Delete column");
  await page.getByRole("dialog").getByRole("button", { name: "Delete column" }).click();
  await eventually(names, ["To do", "Doing", "Done"]);
});

test("a board's new name appears on the other page, on the board and in the list", async () => {
  const { page } = pair.anna;
  await page.getByRole("button", { name: "Board menu" }).click();
  await page.getByRole("menuitem", { name: "Rename board" }).click();
  await page.getByRole("textbox", { name: "Board name" }).fill("Workshop");
  await page.getByRole("textbox", { name: "Board name" }).press("Enter");
  await pair.boris.page.getByRole("heading", { name: "Workshop", level: 1 }).waitFor();
  await pair.boris.page.getByRole("navigation").getByRole("link", { name: "Workshop" }).waitFor();
});
