import { afterEach, beforeAll, expect, test } from "bun:test";
import type { Locator, Page } from "playwright-core";
import {
  column,
  columnsOf,
  openBoard,
  openPair,
  type Pair,
  shownColumns,
  taskDialog,
  taskLink,
  titles,
} from "./board-steps.ts";
import { closeVisitors, eventually, makeTask, openStage, type Stage, snapshotOf } from "./support.ts";

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
}, 60_000);
afterEach(closeVisitors);

type Point = { x: number; y: number };

const middleOf = async (target: Locator): Promise<Point> => {
  const box = await target.boundingBox();
  if (!box) throw new Error("it is not to be seen");
  return { x: box.x + box.width / 2, y: box.y + box.height / 2 };
};

const LIFTED_WITHIN_MS = 5_000;

/** Moves the pointer in small steps until the card is lifted: a drag begins only after some movement. */
const lift = async (page: Page, { x, y }: Point): Promise<void> => {
  await page.mouse.move(x, y);
  await page.mouse.down();
  const isLifted = () => page.evaluate(() => document.documentElement.style.cursor === "grabbing");
  const until = performance.now() + LIFTED_WITHIN_MS;
  for (let far = 6; !(await isLifted()) && performance.now() < until; far = 12 - far + 3) {
    await page.mouse.move(x + far, y + far);
  }
};

const drag = async (page: Page, from: Point, to: Point): Promise<void> => {
  await lift(page, from);
  await page.mouse.move(to.x, to.y, { steps: 12 });
  await page.mouse.up();
};

/** Drops a card on the upper or the lower half of another one. */
const dropOn = async (page: Page, title: string, other: string, half: "upper" | "lower"): Promise<void> => {
  const [from, to] = await Promise.all([middleOf(taskLink(page, title)), middleOf(taskLink(page, other))]);
  await drag(page, from, { x: to.x, y: to.y + (half === "upper" ? -8 : 8) });
};

const allAgree = async (pair: Pair, expected: [string, string[]][]): Promise<void> => {
  await eventually(() => shownColumns(pair.anna.page), expected);
  await eventually(() => shownColumns(pair.boris.page), expected);
  expect(columnsOf(await snapshotOf(pair))).toEqual(expected);
};

test("a card dragged to another column stays where it was dropped, on both pages", async () => {
  const pair = await openPair(stage, [["One", "Two"], ["Three", "Four"], []]);
  await dropOn(pair.anna.page, "One", "Four", "upper");
  await allAgree(pair, [
    ["To do", ["Two"]],
    ["Doing", ["Three", "One", "Four"]],
    ["Done", []],
  ]);
  const empty = await middleOf(column(pair.anna.page, "Done").getByRole("button", { name: "Add a task" }));
  await drag(pair.anna.page, await middleOf(taskLink(pair.anna.page, "Three")), empty);
  await allAgree(pair, [
    ["To do", ["Two"]],
    ["Doing", ["One", "Four"]],
    ["Done", ["Three"]],
  ]);
  expect(await taskDialog(pair.anna.page, "Three").count()).toBe(0);
});

test("a card dragged within its column moves up and down", async () => {
  const pair = await openPair(stage, [["One", "Two", "Three", "Four"]]);
  await dropOn(pair.anna.page, "Four", "Two", "upper");
  await eventually(() => titles(pair.boris.page, "To do"), ["One", "Four", "Two", "Three"]);
  await dropOn(pair.anna.page, "One", "Three", "lower");
  await allAgree(pair, [
    ["To do", ["Four", "Two", "Three", "One"]],
    ["Doing", []],
    ["Done", []],
  ]);
});

test("Escape during a drag puts the card back", async () => {
  const pair = await openPair(stage, [["One", "Two"], ["Three"]]);
  const { page } = pair.anna;
  const [from, to] = await Promise.all([middleOf(taskLink(page, "One")), middleOf(taskLink(page, "Three"))]);
  await page.mouse.move(from.x, from.y);
  await page.mouse.down();
  await page.mouse.move(to.x, to.y, { steps: 8 });
  await page.keyboard.press("Escape");
  await page.mouse.up();
  await allAgree(pair, [
    ["To do", ["One", "Two"]],
    ["Doing", ["Three"]],
    ["Done", []],
  ]);
});

test("under a filter, a drop places the card between its visible neighbours", async () => {
  const pair = await openPair(stage);
  const fill = async (title: string, color: "green" | null, index: number) => {
    await makeTask(pair, title, { column: index, color });
  };
  await fill("Mine", "green", 0);
  for (const title of ["a", "b"]) await fill(`hidden ${title}`, null, 1);
  await fill("Green 1", "green", 1);
  await fill("hidden c", null, 1);
  await fill("Green 2", "green", 1);
  await fill("hidden d", null, 1);
  const { page } = pair.anna;
  await openBoard(pair.anna, pair.board.id, "?color=green");
  await eventually(() => titles(page, "Doing"), ["Green 1", "Green 2"]);
  await dropOn(page, "Mine", "Green 2", "upper");
  await eventually(() => titles(page, "Doing"), ["Green 1", "Mine", "Green 2"]);
  const order = async (): Promise<string[]> => columnsOf(await snapshotOf(pair))[1]?.[1] ?? [];
  await eventually(async () => (await order()).length, 7);
  const all = await order();
  expect(all.filter((title) => title !== "Mine")).toEqual([
    "hidden a",
    "hidden b",
    "Green 1",
    "hidden c",
    "Green 2",
    "hidden d",
  ]);
  expect(all.indexOf("Mine")).toBeGreaterThan(all.indexOf("Green 1"));
  expect(all.indexOf("Mine")).toBeLessThan(all.indexOf("Green 2"));
  await dropOn(page, "Mine", "Green 1", "upper");
  await eventually(() => titles(page, "Doing"), ["Mine", "Green 1", "Green 2"]);
  await eventually(async () => {
    const now = await order();
    return now.indexOf("Mine") < now.indexOf("Green 1");
  }, true);
});

test("a column dragged by its header changes its place, on both pages", async () => {
  const pair = await openPair(stage, [["One"]]);
  const { page } = pair.anna;
  const heading = (name: string) => column(page, name).getByRole("heading", { name });
  const [from, to] = await Promise.all([middleOf(heading("To do")), middleOf(column(page, "Done"))]);
  await drag(page, from, { x: to.x + 60, y: from.y });
  await allAgree(pair, [
    ["Doing", []],
    ["Done", []],
    ["To do", ["One"]],
  ]);
});

test("a task deleted by another user during its drag disappears, and the page shows no error", async () => {
  const pair = await openPair(stage, [["One", "Doomed"], ["Three"]]);
  const { page } = pair.anna;
  const [from, to] = await Promise.all([middleOf(taskLink(page, "Doomed")), middleOf(taskLink(page, "Three"))]);
  await page.mouse.move(from.x, from.y);
  await page.mouse.down();
  await page.mouse.move(to.x, to.y, { steps: 8 });
  const doomed = (await snapshotOf(pair)).tasks.find(({ title }) => title === "Doomed")!;
  await pair.boris.context.request.delete(`/api/tasks/${doomed.id}`);
  await taskLink(pair.boris.page, "Doomed").waitFor({ state: "detached" });
  await taskLink(page, "Doomed").waitFor({ state: "detached" });
  await page.mouse.up();
  await allAgree(pair, [
    ["To do", ["One"]],
    ["Doing", ["Three"]],
    ["Done", []],
  ]);
  expect(await page.getByRole("alert").count()).toBe(0);
});
