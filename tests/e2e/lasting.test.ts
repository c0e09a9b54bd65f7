import { afterEach, beforeAll, expect, test } from "bun:test";
import { closeTask, openBoard, openPair, openTask, taskDialog, taskLink, titles, untilLive } from "./board-steps.ts";
import {
  closeVisitors,
  createFixture,
  eventually,
  failedWith,
  makeTask,
  openStage,
  type Stage,
  signUp,
  snapshotOf,
} from "./support.ts";

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
}, 60_000);
afterEach(closeVisitors);

test("sign-out in one tab signs out the other, which no longer shows the board", async () => {
  const anna = await signUp(stage, "Alla");
  const fixture = await createFixture(anna);
  await makeTask(fixture, "Private");
  anna.expectedProblems.push(failedWith(401));
  await openBoard(anna, fixture.board.id);
  const second = await anna.context.newPage();
  await second.goto(`/b/${fixture.board.id}`);
  await untilLive(second);
  await anna.page.getByRole("button", { name: /^Alla/ }).click();
  await anna.page.getByRole("menuitem", { name: "Sign out" }).click();
  await anna.page.getByRole("button", { name: "Create account" }).waitFor();
  await second.getByRole("button", { name: "Create account" }).waitFor();
  expect(await taskLink(second, "Private").count()).toBe(0);
});

test("Back closes a task and saves its draft; its address opens it", async () => {
  const pair = await openPair(stage, [["One"]]);
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

test("an open task deleted by another user says so and leads back to the board", async () => {
  const pair = await openPair(stage, [["Doomed", "Stays"]]);
  const { page, expectedProblems } = pair.anna;
  expectedProblems.push(failedWith(404), failedWith(410));
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

test("the page announces another user's change to screen readers, with that user's name", async () => {
  const pair = await openPair(stage, [["One"]]);
  const { page } = pair.anna;
  await openBoard(pair.anna, pair.board.id);
  await taskLink(pair.boris.page, "One").focus();
  await pair.boris.page.keyboard.press("m");
  const move = pair.boris.page.getByRole("dialog", { name: "Move task" });
  await move.getByRole("combobox", { name: "Column" }).selectOption("Done");
  await move.getByRole("button", { name: "Move" }).click();
  await page.getByText("Boris moved “One” to Done.").waitFor();
});
