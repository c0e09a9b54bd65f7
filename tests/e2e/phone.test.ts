import { afterEach, beforeAll, expect, test } from "bun:test";
import type { Page } from "playwright-core";
import { column, columnsOf, openBoard, shownColumns, status, taskDialog, taskLink, titles } from "./board-steps.ts";
import {
  closeVisitors,
  createFixture,
  eventually,
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

const PHONE = { viewport: { width: 360, height: 740 }, hasTouch: true, isMobile: true, deviceScaleFactor: 2 };

const fitsAcross = (page: Page): Promise<boolean> =>
  page.evaluate(() => document.documentElement.scrollWidth <= document.documentElement.clientWidth);

test("on a phone, touch alone adds, opens, colours and moves a task", async () => {
  const owner = await signUp(stage, "Anna", PHONE);
  const fixture = await createFixture(owner);
  await makeTask(fixture, "There before", { column: 2 });
  const { page } = owner;
  await openBoard(owner, fixture.board.id);
  expect(await fitsAcross(page)).toBe(true);

  await column(page, "To do").getByRole("button", { name: "Add a task" }).tap();
  await page.getByRole("textbox", { name: "Task title" }).fill("From the bus");
  await page.keyboard.press("Enter");
  await taskLink(page, "From the bus").waitFor();
  await page.getByRole("button", { name: "Cancel" }).tap();

  await taskLink(page, "From the bus").tap();
  const dialog = taskDialog(page, "From the bus");
  await dialog.waitFor();
  expect(await fitsAcross(page)).toBe(true);
  await dialog.getByRole("radio", { name: "Purple" }).tap();
  await dialog.getByRole("button", { name: "Move" }).tap();
  const move = page.getByRole("dialog", { name: "Move task" });
  await move.getByRole("combobox", { name: "Column" }).selectOption("Done");
  await move.getByRole("combobox", { name: "Position" }).selectOption("1");
  expect(await fitsAcross(page)).toBe(true);
  await move.getByRole("button", { name: "Move" }).tap();
  await move.waitFor({ state: "detached" });
  await dialog.getByRole("button", { name: "Close" }).tap();
  await dialog.waitFor({ state: "detached" });
  await eventually(() => titles(page, "Done"), ["From the bus", "There before"]);
  await eventually(async () => columnsOf(await snapshotOf(fixture)), await shownColumns(page));
  expect((await snapshotOf(fixture)).tasks.find(({ title }) => title === "From the bus")?.color).toBe("purple");
});

test("on a phone, filter, menu and status are reachable and fit", async () => {
  const owner = await signUp(stage, "Anna", PHONE);
  const fixture = await createFixture(owner);
  await makeTask(fixture, "Green one", { color: "green" });
  await makeTask(fixture, "Red one", { color: "red" });
  const { page } = owner;
  await openBoard(owner, fixture.board.id);
  expect(await status(page).textContent()).toContain("Live");
  await page.getByRole("button", { name: "Filter" }).tap();
  await page.getByRole("group", { name: "Filter" }).getByRole("checkbox", { name: "Green" }).tap();
  expect(await fitsAcross(page)).toBe(true);
  await eventually(() => titles(page, "To do"), ["Green one"]);
  await page.keyboard.press("Escape");
  await page.getByRole("button", { name: "Open menu" }).tap();
  await page.getByRole("navigation").getByRole("link", { name: "My boards", exact: true }).tap();
  await page.getByRole("heading", { name: "My boards" }).waitFor();
  expect(await fitsAcross(page)).toBe(true);
});

test("a long press lifts a card, and the card stays where it is dropped", async () => {
  const owner = await signUp(stage, "Anna", PHONE);
  const fixture = await createFixture(owner);
  for (const title of ["One", "Two", "Three"]) await makeTask(fixture, title);
  const { page, context } = owner;
  await openBoard(owner, fixture.board.id);
  const from = (await taskLink(page, "Three").boundingBox())!;
  const to = (await taskLink(page, "One").boundingBox())!;
  const session = await context.newCDPSession(page);
  const touch = (type: "touchStart" | "touchMove" | "touchEnd", y: number) =>
    session.send("Input.dispatchTouchEvent", {
      type,
      touchPoints: type === "touchEnd" ? [] : [{ x: from.x + 60, y }],
    });
  const start = from.y + from.height / 2;
  await touch("touchStart", start);
  // A lifted card is inert in its place, and its copy follows the pointer.
  await page.locator("[inert]").waitFor();
  for (let step = 1; step <= 8; step += 1) await touch("touchMove", start + ((to.y + 4 - start) * step) / 8);
  await touch("touchEnd", to.y + 4);
  await eventually(() => titles(page, "To do"), ["Three", "One", "Two"]);
  await eventually(async () => columnsOf(await snapshotOf(fixture))[0]?.[1], ["Three", "One", "Two"]);
});
