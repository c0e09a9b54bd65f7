import { afterEach, beforeAll, expect, test } from "bun:test";
import type { Page } from "playwright-core";
import type { Board } from "../../shared/boards.ts";
import { importSchema } from "../../shared/imports.ts";
import { type Task, taskSchema } from "../../shared/tasks.ts";
import { card, column, openBoard, openTask, taskLink, untilLive } from "./board-steps.ts";
import {
  addMember,
  closeVisitors,
  createFixture,
  eventually,
  type Fixture,
  openStage,
  type Stage,
  signUp,
  snapshotOf,
  type User,
} from "./support.ts";

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
}, 60_000);
afterEach(closeVisitors);

const LISTS = 4;
const TASKS = 10_000;
const MOST_ELEMENTS = 4_000;
const LISTS_OF_PAGE = ["List 0", "List 1", "List 2", "List 3"];

const nameOf = (index: number): string => `Task ${String(index).padStart(5, "0")}`;

/** Imports a board of ten thousand tasks from a Trello export. */
const makeBigBoard = async (owner: User): Promise<Fixture> => {
  const fixture = await createFixture(owner, []);
  const started = await owner.rest(importSchema, "POST", `/teams/${fixture.team.id}/imports`, {
    format: "trello",
    data: {
      name: "Big",
      lists: Array.from({ length: LISTS }, (_, index) => ({ id: `list-${index}`, name: `List ${index}`, pos: index })),
      cards: Array.from({ length: TASKS }, (_, index) => ({
        id: `card-${index}`,
        name: nameOf(index),
        idList: `list-${index % LISTS}`,
        pos: index,
      })),
    },
  });
  const read = () => owner.rest(importSchema, "GET", `/imports/${started.id}`);
  await eventually(async () => (await read()).status, "completed", 60_000);
  const { boardId } = await read();
  const board: Board = { ...fixture.board, id: boardId! };
  return { ...fixture, board };
};

const elementsOf = (page: Page): Promise<number> => page.evaluate(() => document.querySelectorAll("*").length);

/** Frame times in milliseconds while the column's list scrolls from top to bottom. */
const scrollThrough = (page: Page, name: string): Promise<number[]> =>
  column(page, name)
    .getByRole("list")
    .evaluate(async (list) => {
      let scroller = list.parentElement;
      while (scroller && scroller.scrollHeight <= scroller.clientHeight) scroller = scroller.parentElement;
      const times: number[] = [];
      let before = performance.now();
      for (let frame = 0; frame < 60; frame += 1) {
        scroller?.scrollBy(0, 700);
        const now = await new Promise<number>((resolve) => requestAnimationFrame(resolve));
        times.push(now - before);
        before = now;
      }
      return times.slice(1);
    });

const percentile = (values: readonly number[], share: number): number =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length * share)] ?? Number.NaN;

test("a board of ten thousand tasks opens, scrolls and stays live with few elements", async () => {
  const [anna, boris] = await Promise.all([signUp(stage, "Anna"), signUp(stage, "Boris")]);
  const fixture = await makeBigBoard(anna);
  await addMember(fixture, boris);
  const { page } = anna;

  const begun = performance.now();
  await page.goto(`/b/${fixture.board.id}`);
  await taskLink(page, nameOf(0)).waitFor();
  const seen = performance.now() - begun;
  await untilLive(page);
  expect(await elementsOf(page)).toBeLessThan(MOST_ELEMENTS);
  for (const name of LISTS_OF_PAGE) await column(page, name).getByText("2,500 tasks").waitFor();

  const frames = await scrollThrough(page, "List 0");
  const heap = (await page.evaluate(() => Reflect.get(performance, "memory")?.usedJSHeapSize ?? 0)) / 2 ** 20;
  console.log(
    `10,000 tasks: seen after ${seen.toFixed(0)} ms, ${await elementsOf(page)} elements, ${heap.toFixed(0)} MB; frames while scrolling: median ${percentile(frames, 0.5).toFixed(0)} ms, p95 ${percentile(frames, 0.95).toFixed(0)} ms`,
  );
  expect(await elementsOf(page)).toBeLessThan(MOST_ELEMENTS);
  expect(await taskLink(page, nameOf(0)).count()).toBe(0);

  await page.reload();
  await taskLink(page, nameOf(0)).waitFor();
  await untilLive(page);
  const first = (await snapshotOf(fixture)).tasks.find(({ title }) => title === nameOf(0))!;
  const sent = performance.now();
  await boris.rest(taskSchema, "PATCH", `/tasks/${first.id}`, { color: "green" });
  await card(page, nameOf(0)).getByText("Colour: Green").waitFor();
  console.log(`10,000 tasks: a live change was seen after ${(performance.now() - sent).toFixed(0)} ms`);
}, 90_000);

test("with ten thousand tasks, search, a move to the end of a column and a deep link work", async () => {
  const anna = await signUp(stage, "Anna");
  const fixture = await makeBigBoard(anna);
  const { page } = anna;
  await openBoard(anna, fixture.board.id, "?q=task+0999");
  await eventually(() => page.getByRole("main").getByRole("listitem").count(), 10);
  const dialog = await openTask(page, nameOf(9_990));
  await dialog.getByRole("button", { name: "Move" }).click();
  const move = page.getByRole("dialog", { name: "Move task" });
  await move.getByRole("combobox", { name: "Column" }).selectOption("List 1");
  await move.getByRole("textbox", { name: "Position" }).fill("2501");
  await move.getByRole("button", { name: "Move" }).click();
  await move.waitFor({ state: "detached" });
  const last = async (): Promise<Task | undefined> => {
    const { tasks, columns } = await snapshotOf(fixture);
    const there = tasks.filter(({ columnId }) => columnId === columns.find(({ name }) => name === "List 1")?.id);
    return there.sort((a, b) => (a.rank < b.rank ? -1 : 1)).at(-1);
  };
  await eventually(async () => (await last())?.title, nameOf(9_990));

  await page.goto(`/b/${fixture.board.id}/t/${(await last())!.id}`);
  await page.getByRole("dialog", { name: nameOf(9_990) }).waitFor();
  await page.keyboard.press("Escape");
  await column(page, "List 1")
    .getByRole("link", { name: nameOf(9_990) })
    .waitFor();
}, 90_000);
