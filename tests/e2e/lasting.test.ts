import { afterEach, beforeAll, expect, test } from "bun:test";
import { closeTask, meet, openBoard, openTask, taskDialog, taskLink, titles, untilLive } from "./board-steps.ts";
import {
  answered,
  arrive,
  eventually,
  everyoneLeaves,
  makeGround,
  makeTask,
  openStage,
  type Stage,
  snapshotOf,
} from "./support.ts";

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
}, 60_000);
afterEach(everyoneLeaves);

test("who signs out in one tab is signed out in the other, and sees nothing of the board any more", async () => {
  const anna = await arrive(stage, "Alla");
  const ground = await makeGround(anna);
  await makeTask(ground, "Private");
  anna.expectedProblems.push(answered(401));
  await openBoard(anna, ground.board.id);
  const second = await anna.context.newPage();
  await second.goto(`/b/${ground.board.id}`);
  await untilLive(second);
  await anna.page.getByRole("button", { name: /^Alla/ }).click();
  await anna.page.getByRole("menuitem", { name: "Sign out" }).click();
  await anna.page.getByRole("button", { name: "Create account" }).waitFor();
  await second.getByRole("button", { name: "Create account" }).waitFor();
  expect(await taskLink(second, "Private").count()).toBe(0);
});

test("Back closes a task, its address opens it, and what is written in it is not lost on the way", async () => {
  const pair = await meet(stage, [["One"]]);
  const { page } = pair.anna;
  const dialog = await openTask(page, "One");
  const address = page.url();
  await dialog.getByRole("textbox", { name: "Description" }).fill("Begun");
  await page.goBack();
  await dialog.waitFor({ state: "detached" });
  await eventually(async () => (await snapshotOf(pair)).tasks[0]?.description, "Begun");
  await pair.boris.page.goto(address);
  const there = taskDialog(pair.boris.page, "One");
  await eventually(() => there.getByRole("textbox", { name: "Description" }).inputValue(), "Begun");
  await closeTask(there);
  expect(new URL(pair.boris.page.url()).pathname).toBe(`/b/${pair.board.id}`);
});

test("a task that another deletes while it is open says so and leads back to the board", async () => {
  const pair = await meet(stage, [["Doomed", "Stays"]]);
  const { page, expectedProblems } = pair.anna;
  expectedProblems.push(answered(404), answered(410));
  await openTask(page, "Doomed");
  const dialog = await openTask(pair.boris.page, "Doomed");
  await dialog.getByRole("button", { name: "Delete task" }).click();
  await pair.boris.page
    .getByRole("dialog", { name: "Delete this task?" })
    .getByRole("button", { name: "Delete task" })
    .click();
  await page.getByRole("dialog", { name: "Task not found" }).waitFor();
  await page.getByRole("button", { name: "Back to the board" }).click();
  await page.getByRole("dialog").waitFor({ state: "detached" });
  await eventually(() => titles(page, "To do"), ["Stays"]);
});

test("what others do is told to who listens, briefly and by name", async () => {
  const pair = await meet(stage, [["One"]]);
  const { page } = pair.anna;
  await openBoard(pair.anna, pair.board.id);
  await taskLink(pair.boris.page, "One").focus();
  await pair.boris.page.keyboard.press("m");
  const move = pair.boris.page.getByRole("dialog", { name: "Move task" });
  await move.getByRole("combobox", { name: "Column" }).selectOption("Done");
  await move.getByRole("button", { name: "Move" }).click();
  await page.getByText("Boris moved “One” to Done.").waitFor();
});
