import { afterEach, beforeAll, expect, test } from "bun:test";
import type { Page } from "playwright-core";
import { columnSchema } from "../../shared/columns.ts";
import { PROBLEM_STATUS, type ProblemCode } from "../../shared/problem.ts";
import { PROBLEM_TITLES } from "../../shared/problem-titles.ts";
import {
  addTask,
  card,
  chooseInColumnMenu,
  column,
  columnsOf,
  openPair,
  shownColumns,
  taskLink,
} from "./board-steps.ts";
import { closeVisitors, eventually, failedWith, openStage, type Stage, snapshotOf } from "./support.ts";

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
}, 60_000);
afterEach(closeVisitors);

/** Answers the first matching request with this error and lets all others through. */
const refuseOnce = async (page: Page, path: string, method: string, code: ProblemCode): Promise<void> => {
  const status = PROBLEM_STATUS[code];
  const title = PROBLEM_TITLES[code];
  let done = false;
  await page.route(path, async (route) => {
    if (done || route.request().method() !== method) return route.fallback();
    done = true;
    await route.fulfill({
      status,
      contentType: "application/problem+json",
      body: JSON.stringify({
        type: "about:blank",
        title,
        status,
        detail: "The server did not want to.",
        code,
        requestId: "r",
      }),
    });
  });
};

const alert = (page: Page) => page.getByRole("alert");

test("a column renamed while another user deletes it disappears, with the reason", async () => {
  const pair = await openPair(stage, [["One"]]);
  const { anna, boris } = pair;
  anna.expectedProblems.push(failedWith(404), failedWith(410));
  const done = pair.columns[2]!;
  await anna.page.route(`**/api/columns/${done.id}`, async (route) => {
    await boris.rest(columnSchema, "DELETE", `/columns/${done.id}`);
    await route.continue();
  });
  await chooseInColumnMenu(anna.page, "Done", "Rename");
  await anna.page.getByRole("textbox", { name: "Column name" }).fill("Finished");
  await anna.page.getByRole("textbox", { name: "Column name" }).press("Enter");
  await alert(anna.page)
    .getByText(/The change to the column “(Done|Finished)” was undone/)
    .waitFor();
  await alert(anna.page)
    .getByText(/no longer exists|has been deleted/)
    .waitFor();
  await column(anna.page, "Finished").waitFor({ state: "detached" });
  await eventually(() => shownColumns(anna.page), columnsOf(await snapshotOf(pair)));
  await alert(anna.page).getByRole("button", { name: "Dismiss" }).click();
  await alert(anna.page).waitFor({ state: "detached" });
});

test("a refused colour is undone with its reason, and a retry works", async () => {
  const pair = await openPair(stage, [["Paint me"]]);
  const { page, expectedProblems } = pair.anna;
  expectedProblems.push(failedWith(422));
  await refuseOnce(page, "**/api/tasks/*", "PATCH", "INVALID");
  await taskLink(page, "Paint me").focus();
  await page.keyboard.press("5");
  await alert(page).getByText("The change to “Paint me” was undone.").waitFor();
  await alert(page).getByText("The server did not want to.").waitFor();
  expect(await card(page, "Paint me").getByText("Colour: Green").count()).toBe(0);
  await alert(page).getByRole("button", { name: "Try again" }).click();
  await card(pair.boris.page, "Paint me").getByText("Colour: Green").waitFor();
  await alert(page).waitFor({ state: "detached" });
});

test("a refused task disappears with its reason, and a retry adds it", async () => {
  const pair = await openPair(stage);
  const { page, expectedProblems } = pair.anna;
  expectedProblems.push(failedWith(403));
  await refuseOnce(page, "**/api/boards/*/tasks", "POST", "FORBIDDEN");
  await column(page, "To do").getByRole("button", { name: "Add a task" }).click();
  await page.getByRole("textbox", { name: "Task title" }).fill("Unwanted");
  await page.keyboard.press("Enter");
  await alert(page).getByText("“Unwanted” was not added.").waitFor();
  await alert(page).getByText("Your role in this team does not allow this.").waitFor();
  await taskLink(page, "Unwanted").waitFor({ state: "detached" });
  await alert(page).getByRole("button", { name: "Try again" }).click();
  await taskLink(pair.boris.page, "Unwanted").waitFor();
  await eventually(() => shownColumns(page), columnsOf(await snapshotOf(pair)));
});

test("a refused move returns the task to its place and keeps other users' changes", async () => {
  const pair = await openPair(stage, [["One", "Two"]]);
  const { page, expectedProblems } = pair.anna;
  expectedProblems.push(failedWith(412));
  await refuseOnce(page, "**/api/tasks/*/move", "POST", "VERSION_MISMATCH");
  await addTask(pair.boris.page, "To do", "Three");
  await taskLink(page, "Three").waitFor();
  await taskLink(page, "One").focus();
  await page.keyboard.press("m");
  const dialog = page.getByRole("dialog", { name: "Move task" });
  await dialog.getByRole("combobox", { name: "Column" }).selectOption("Done");
  await dialog.getByRole("button", { name: "Move" }).click();
  await alert(page).getByText("“One” was moved back.").waitFor();
  await eventually(
    () => shownColumns(page),
    [
      ["To do", ["One", "Two", "Three"]],
      ["Doing", []],
      ["Done", []],
    ],
  );
  await alert(page).getByRole("button", { name: "Try again" }).click();
  await eventually(
    () => shownColumns(pair.boris.page),
    [
      ["To do", ["Two", "Three"]],
      ["Doing", []],
      ["Done", ["One"]],
    ],
  );
});
