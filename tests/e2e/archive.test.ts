import { afterEach, beforeAll, expect, test } from "bun:test";
import { prepareAxe, violationsOf } from "./axe.ts";
import {
  closeTask,
  openBoard,
  openPair,
  openTask,
  type Pair,
  shownColumns,
  taskDialog,
  taskLink,
  titles,
} from "./board-steps.ts";
import { closeVisitors, eventually, makeTask, openStage, type Stage } from "./support.ts";

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
}, 60_000);
afterEach(closeVisitors);

const archive = async ({ anna }: Pair, title: string): Promise<void> => {
  const dialog = await openTask(anna.page, title);
  await dialog.getByRole("button", { name: "Archive" }).click();
  await dialog.waitFor({ state: "detached" });
};

test("an archived task leaves both boards, and Undo brings it back to its place", async () => {
  const pair = await openPair(stage, [["One", "Two", "Three"]]);
  await archive(pair, "Two");
  await eventually(() => titles(pair.boris.page, "To do"), ["One", "Three"]);
  await pair.anna.page.getByRole("button", { name: "Undo" }).click();
  await eventually(() => titles(pair.boris.page, "To do"), ["One", "Two", "Three"]);
  await eventually(() => shownColumns(pair.anna.page), await shownColumns(pair.boris.page));
});

test("the list of archived tasks has no barriers, stays current, and restores a task", async () => {
  const pair = await openPair(stage, [["One", "Two"]]);
  const { page } = pair.boris;
  await prepareAxe(pair.boris.context);
  await openBoard(pair.boris, pair.board.id);
  await archive(pair, "One");
  await page.getByRole("button", { name: "Board menu" }).click();
  await page.getByRole("menuitem", { name: "Archived tasks" }).click();
  const list = page.getByRole("dialog", { name: "Archived tasks" });
  await list.getByText("1 archived task").waitFor();
  await archive(pair, "Two");
  await list.getByText("2 archived tasks").waitFor();
  expect(await violationsOf(page)).toEqual([]);
  await list.getByRole("button", { name: "Restore “One”" }).click();
  await taskLink(pair.anna.page, "One").waitFor();
  await list.getByText("1 archived task").waitFor();
});

test("the address of an archived task shows the task as archived and offers to restore it", async () => {
  const pair = await openPair(stage);
  const { id } = await makeTask(pair, "Put away");
  await taskLink(pair.anna.page, "Put away").waitFor();
  await archive(pair, "Put away");
  const { page } = pair.boris;
  await prepareAxe(pair.boris.context);
  await page.goto(`/b/${pair.board.id}/t/${id}`);
  const dialog = taskDialog(page, "Put away");
  await dialog.getByText("It is not shown on the board.").waitFor();
  expect(await violationsOf(page)).toEqual([]);
  await dialog.getByRole("button", { name: /^Restore/ }).click();
  await taskLink(pair.anna.page, "Put away").waitFor();
  await closeTask(dialog);
  await eventually(() => titles(page, "To do"), ["Put away"]);
});
