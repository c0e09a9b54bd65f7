import { afterEach, beforeAll, expect, test } from "bun:test";
import type { Locator, Page } from "playwright-core";
import {
  card,
  column,
  columnsOf,
  openPair,
  shownColumns,
  taskDialog,
  taskLink,
  titles,
  untilLive,
} from "./board-steps.ts";
import {
  closeVisitors,
  createFixture,
  eventually,
  failedWith,
  makeTask,
  openStage,
  openVisitor,
  PASSWORD,
  type Stage,
  signUp,
  snapshotOf,
} from "./support.ts";

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
}, 60_000);
afterEach(closeVisitors);

const hasFocus = (target: Locator): Promise<boolean> =>
  target.evaluate((element) => element === document.activeElement);

const MOST_TABS = 60;

/** Presses Tab until the target has the focus. */
const tabTo = async (page: Page, target: Locator): Promise<void> => {
  for (let press = 0; press < MOST_TABS; press += 1) {
    if ((await target.count()) === 1 && (await hasFocus(target))) return;
    await page.keyboard.press("Tab");
  }
  throw new Error(`${MOST_TABS} times Tab did not lead there`);
};

/** Whether the focused element, or a container around it, has a visible outline. */
const focusIsSeen = (page: Page): Promise<boolean> =>
  page.evaluate(() => {
    for (let at = document.activeElement; at && at !== document.body; at = at.parentElement) {
      for (const element of [at, at.nextElementSibling]) {
        if (!element) continue;
        const { outlineStyle, outlineWidth, outlineColor } = getComputedStyle(element);
        const drawn = outlineStyle !== "none" && Number.parseFloat(outlineWidth) >= 2;
        if (drawn && !/(,|\/) 0\)$|transparent/.test(outlineColor)) return true;
      }
      if (at.matches("li, section, [role=dialog]")) return false;
    }
    return false;
  });

test("the keyboard alone signs in, adds a task, opens it, colours it, moves it and closes it", async () => {
  const owner = await signUp(stage, "Anna");
  const fixture = await createFixture(owner);
  await makeTask(fixture, "There before", { column: 1 });
  const { page, expectedProblems } = await openVisitor(stage);
  expectedProblems.push(failedWith(401));
  const { keyboard } = page;

  await page.goto("/");
  await page.getByRole("textbox", { name: "Name" }).waitFor();
  await tabTo(page, page.getByRole("link", { name: "Sign in" }));
  expect(await focusIsSeen(page)).toBe(true);
  await keyboard.press("Enter");
  await tabTo(page, page.getByRole("textbox", { name: "Email" }));
  await keyboard.type(owner.email);
  await keyboard.press("Tab");
  await keyboard.type(PASSWORD);
  await keyboard.press("Enter");
  await page.getByRole("heading", { name: "My boards" }).waitFor();
  await tabTo(page, page.getByRole("main").getByRole("link", { name: /^Board/ }));
  expect(await focusIsSeen(page)).toBe(true);
  await keyboard.press("Enter");
  await untilLive(page);

  await tabTo(page, column(page, "To do").getByRole("button", { name: "Add a task" }));
  expect(await focusIsSeen(page)).toBe(true);
  await keyboard.press("Enter");
  await keyboard.type("By keys alone");
  await keyboard.press("Enter");
  await taskLink(page, "By keys alone").waitFor();
  await keyboard.press("Escape");
  await eventually(() => hasFocus(column(page, "To do").getByRole("button", { name: "Add a task" })), true);

  const link = taskLink(page, "By keys alone");
  await keyboard.press("Shift+Tab");
  await keyboard.press("Shift+Tab");
  if (!(await hasFocus(link))) await keyboard.press("Shift+Tab");
  expect(await hasFocus(link)).toBe(true);
  expect(await focusIsSeen(page)).toBe(true);
  await keyboard.press("Enter");
  const dialog = taskDialog(page, "By keys alone");
  await dialog.waitFor();

  await tabTo(page, dialog.getByRole("radio", { name: "No colour" }));
  expect(await focusIsSeen(page)).toBe(true);
  for (let step = 0; step < 5; step += 1) await keyboard.press("ArrowRight");
  expect(await hasFocus(dialog.getByRole("radio", { name: "Green", checked: true }))).toBe(true);

  await tabTo(page, dialog.getByRole("button", { name: "Move" }));
  await keyboard.press("Enter");
  const move = page.getByRole("dialog", { name: "Move task" });
  await tabTo(page, move.getByRole("combobox", { name: "Column" }));
  await keyboard.type("Doing");
  await tabTo(page, move.getByRole("combobox", { name: "Position" }));
  await keyboard.press("Home");
  await tabTo(page, move.getByRole("button", { name: "Move" }));
  await keyboard.press("Enter");
  await move.waitFor({ state: "detached" });
  await eventually(() => hasFocus(dialog.getByRole("button", { name: "Move" })), true);
  await keyboard.press("Escape");
  await dialog.waitFor({ state: "detached" });
  await eventually(() => titles(page, "Doing"), ["By keys alone", "There before"]);
  await card(page, "By keys alone").getByText("Colour: Green").waitFor();
  await eventually(() => hasFocus(link), true);
  expect(await focusIsSeen(page)).toBe(true);
  await eventually(() => shownColumns(page), columnsOf(await snapshotOf(fixture)));
});

test("arrow keys move the focus, Space lifts and drops a card, Escape returns it", async () => {
  const pair = await openPair(stage, [["One", "Two"], ["Three"], []]);
  const { page } = pair.anna;
  const { keyboard } = page;
  await taskLink(page, "One").focus();
  await keyboard.press("ArrowDown");
  await eventually(() => hasFocus(taskLink(page, "Two")), true);
  await keyboard.press("ArrowRight");
  await eventually(() => hasFocus(taskLink(page, "Three")), true);
  await keyboard.press("ArrowLeft");
  await eventually(() => hasFocus(taskLink(page, "One")), true);

  await keyboard.press("Space");
  await keyboard.press("ArrowRight");
  await keyboard.press("ArrowDown");
  await keyboard.press("Space");
  await eventually(() => titles(pair.boris.page, "Doing"), ["Three", "One"]);
  await eventually(() => hasFocus(taskLink(page, "One")), true);

  await keyboard.press("Space");
  await keyboard.press("ArrowRight");
  await keyboard.press("Escape");
  await eventually(
    () => shownColumns(page),
    [
      ["To do", ["Two"]],
      ["Doing", ["Three", "One"]],
      ["Done", []],
    ],
  );
  await eventually(() => shownColumns(page), columnsOf(await snapshotOf(pair)));
});

test("single keys set colours and open filter, my tasks and help; Escape returns to the focused task", async () => {
  const pair = await openPair(stage, [["One", "Two"]]);
  const { page } = pair.anna;
  const { keyboard } = page;
  await taskLink(page, "Two").focus();
  await keyboard.press("7");
  await card(pair.boris.page, "Two").getByText("Colour: Blue").waitFor();
  await keyboard.press("0");
  await card(pair.boris.page, "Two").getByText("Colour: Blue").waitFor({ state: "detached" });
  await keyboard.press("?");
  await page.getByRole("dialog", { name: "Keyboard shortcuts" }).waitFor();
  await keyboard.press("Escape");
  await page.getByRole("dialog").waitFor({ state: "detached" });
  await eventually(() => hasFocus(taskLink(page, "Two")), true);
  await keyboard.press("f");
  await page.getByRole("group", { name: "Filter" }).waitFor();
  await keyboard.press("Escape");
  await page.getByRole("group", { name: "Filter" }).waitFor({ state: "detached" });
  await keyboard.press("q");
  await eventually(async () => new URL(page.url()).searchParams.has("assigneeId"), true);
  await keyboard.press("Escape");
  await eventually(async () => new URL(page.url()).search, "");
});
