import { afterEach, beforeAll, expect, test } from "bun:test";
import type { Page } from "playwright-core";
import { columnsOf, openPair, openTask, type Pair, shownColumns, taskLink } from "./board-steps.ts";
import { closeVisitors, eventually, failedWith, openStage, type Stage, snapshotOf } from "./support.ts";

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
}, 60_000);
afterEach(closeVisitors);

/** Waits until both pages show the columns and tasks of REST, in order. */
const allAgree = async (pair: Pair): Promise<void> => {
  await Promise.all(
    [pair.anna, pair.boris].map(({ page }) => page.getByText("Not sent yet").waitFor({ state: "detached" })),
  );
  // A mutation in flight is on its own page already and not yet in REST: compare until they agree.
  await eventually(async () => {
    const expected = columnsOf(await snapshotOf(pair));
    const pages = [await shownColumns(pair.anna.page), await shownColumns(pair.boris.page)];
    return pages.map((page) => (Bun.deepEquals(page, expected) ? "as REST has it" : { page, expected }));
  }, Array(2).fill("as REST has it"));
};

/** Fills in the Move dialog; the returned function submits it. */
const prepareMove = async (page: Page, title: string, column: string, position: string) => {
  await taskLink(page, title).focus();
  await page.keyboard.press("m");
  const dialog = page.getByRole("dialog", { name: "Move task" });
  await dialog.getByRole("combobox", { name: "Column" }).selectOption(column);
  await dialog.getByRole("combobox", { name: "Position" }).selectOption(position);
  return async (): Promise<void> => {
    await dialog.getByRole("button", { name: "Move" }).click();
    await dialog.waitFor({ state: "detached" });
  };
};

test("two users move one task at the same time, and both pages end up equal to REST", async () => {
  const pair = await openPair(stage, [["One", "Two", "Three"], ["Four", "Five"], ["Six"]]);
  const rounds = [
    { title: "One", anna: ["Doing", "1"], boris: ["Done", "2"] },
    { title: "Four", anna: ["To do", "1"], boris: ["Doing", "2"] },
    { title: "One", anna: ["To do", "2"], boris: ["To do", "1"] },
    { title: "Six", anna: ["Doing", "1"], boris: ["To do", "3"] },
  ] as const;
  for (const { title, anna, boris } of rounds) {
    const moves = await Promise.all([
      prepareMove(pair.anna.page, title, anna[0], anna[1]),
      prepareMove(pair.boris.page, title, boris[0], boris[1]),
    ]);
    await Promise.all(moves.map((move) => move()));
    await allAgree(pair);
  }
});

test("two users move different tasks to one place at the same time, and both pages show one order", async () => {
  const pair = await openPair(stage, [["One", "Two"], ["There"], []]);
  const moves = await Promise.all([
    prepareMove(pair.anna.page, "One", "Doing", "1"),
    prepareMove(pair.boris.page, "Two", "Doing", "1"),
  ]);
  await Promise.all(moves.map((move) => move()));
  await allAgree(pair);
  const [, [, doing]] = (await shownColumns(pair.anna.page)) as [unknown, [string, string[]]];
  expect(doing.toSorted()).toEqual(["One", "There", "Two"]);
  expect(doing.at(-1)).toBe("There");
});

test("two users rename one task at the same time: one title wins, on both pages", async () => {
  const pair = await openPair(stage, [["Nameless"]]);
  for (const { expectedProblems } of [pair.anna, pair.boris]) expectedProblems.push(failedWith(412));
  const boxes = await Promise.all(
    [pair.anna, pair.boris].map(async ({ page, name }) => {
      const dialog = await openTask(page, "Nameless");
      const box = dialog.getByRole("textbox", { name: "Title" });
      await box.fill(`Named by ${name}`);
      return box;
    }),
  );
  await Promise.all(boxes.map((box) => box.press("Enter")));
  await Promise.all(
    [pair.anna, pair.boris].map(async ({ page }) => {
      await page.keyboard.press("Escape");
      await page.getByRole("dialog").waitFor({ state: "detached" });
    }),
  );
  await allAgree(pair);
  expect((await snapshotOf(pair)).tasks[0]?.title).toMatch(/^Named by (Anna|Boris)$/);
});

test("a description saved by one user while another writes loses neither text", async () => {
  const pair = await openPair(stage, [["Shared text"]]);
  const mine = await openTask(pair.anna.page, "Shared text");
  await mine.getByRole("textbox", { name: "Description" }).fill("Anna's draft");
  const theirs = await openTask(pair.boris.page, "Shared text");
  await theirs.getByRole("textbox", { name: "Description" }).fill("Boris's text");
  await theirs.getByRole("button", { name: "Save" }).click();

  await mine.getByText("Boris's text").waitFor();
  expect(await mine.getByRole("textbox", { name: "Description" }).inputValue()).toBe("Anna's draft");
  await mine.getByRole("button", { name: "Keep mine" }).click();
  await mine.getByRole("button", { name: "Save" }).click();
  await eventually(async () => (await snapshotOf(pair)).tasks[0]?.description, "Anna's draft");
  await eventually(() => theirs.getByRole("textbox", { name: "Description" }).inputValue(), "Anna's draft");
});

test("a second tab of one user stays current, and its change is sent once", async () => {
  const pair = await openPair(stage, [["One"]]);
  const second = await pair.anna.context.newPage();
  await second.goto(`/b/${pair.board.id}`);
  await taskLink(second, "One").waitFor();
  await taskLink(pair.anna.page, "One").focus();
  await pair.anna.page.keyboard.press("5");
  await second.getByText("Colour: Green").waitFor();
  const move = await prepareMove(second, "One", "Done", "1");
  await move();
  await eventually(
    async () => columnsOf(await snapshotOf(pair)),
    [
      ["To do", []],
      ["Doing", []],
      ["Done", ["One"]],
    ],
  );
  await eventually(() => shownColumns(second), columnsOf(await snapshotOf(pair)));
  await allAgree(pair);
});
