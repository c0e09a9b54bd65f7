import { afterEach, beforeAll, expect, test } from "bun:test";
import type { Page } from "playwright-core";
import { z } from "zod";
import { column, columnsOf, openBoard, openPair, openTask, shownColumns, taskLink } from "./board-steps.ts";
import {
  addMember,
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

const GONE_WITHIN_MS = 3_000;

/** Records the page's requests that would change data. */
const writesOf = (page: Page): string[] => {
  const writes: string[] = [];
  page.on("request", (request) => {
    const { pathname } = new URL(request.url());
    if (request.method() !== "GET" && pathname !== "/api/realtime/token")
      writes.push(`${request.method()} ${pathname}`);
  });
  return writes;
};

test("a removed member loses the board within seconds and sees the reason", async () => {
  const { anna, boris, team, board } = await openPair(stage, [["Secret"]]);
  boris.expectedProblems.push(failedWith(403), failedWith(404));
  await anna.page.goto("/");
  await anna.page.getByRole("link", { name: "Team settings" }).click();
  await anna.page.getByRole("button", { name: "Remove Boris" }).click();
  const ask = anna.page.getByRole("dialog", { name: "Remove Boris from the team?" });
  await ask.getByRole("button", { name: "Remove" }).click();
  const begun = performance.now();
  await boris.page.getByRole("heading", { name: "You have no access to this board" }).waitFor();
  const took = performance.now() - begun;
  console.log(`the board was gone ${took.toFixed(0)} ms after the removal`);
  expect(took).toBeLessThan(GONE_WITHIN_MS);
  await boris.page.getByText("It belongs to a team that you are not in").waitFor();
  expect(await taskLink(boris.page, "Secret").count()).toBe(0);
  await boris.page
    .getByRole("navigation")
    .getByRole("link", { name: "Board", exact: true })
    .waitFor({ state: "detached" });

  await boris.page.reload();
  await boris.page.getByRole("heading", { name: /board/i }).first().waitFor();
  expect(await taskLink(boris.page, "Secret").count()).toBe(0);
  await addMember({ owner: anna, team, board, columns: [] }, boris);
  await openBoard(boris, board.id);
  await taskLink(boris.page, "Secret").waitFor();
});

test("a viewer sees the board live and has no control that changes it, by mouse or by key", async () => {
  const owner = await signUp(stage, "Anna");
  const viewer = await signUp(stage, "Vera");
  const fixture = await createFixture(owner);
  await addMember(fixture, viewer, "viewer");
  await makeTask(fixture, "Look at me", { color: "green", description: "Only *read* me" });
  const { page } = viewer;
  const writes = writesOf(page);
  await openBoard(viewer, fixture.board.id);
  await taskLink(page, "Look at me").waitFor();

  for (const name of ["Add a task", "Add a column", "Column menu", "Task menu"]) {
    expect(await page.getByRole("button", { name }).count()).toBe(0);
  }
  await taskLink(page, "Look at me").focus();
  for (const key of ["n", "m", "2", "0", " ", "ArrowRight", "Escape"]) await page.keyboard.press(key);
  expect(await page.getByRole("textbox").count()).toBe(0);
  expect(await page.getByRole("dialog").count()).toBe(0);

  const card = (await taskLink(page, "Look at me").boundingBox())!;
  const away = (await column(page, "Done").boundingBox())!;
  await page.mouse.move(card.x + 20, card.y + 10);
  await page.mouse.down();
  await page.mouse.move(away.x + 40, away.y + 60, { steps: 8 });
  await page.mouse.up();

  const dialog = await openTask(page, "Look at me");
  for (const name of ["Move", "Archive", "Delete task", "Assign", "Choose labels", "Save"]) {
    expect(await dialog.getByRole("button", { name, exact: true }).count()).toBe(0);
  }
  expect(await dialog.getByRole("textbox").count()).toBe(0);
  expect(await dialog.getByRole("radio").count()).toBe(0);
  await dialog.getByText("Only read me").waitFor();
  await page.keyboard.press("Escape");

  await makeTask(fixture, "Seen live");
  await taskLink(page, "Seen live").waitFor();
  await eventually(() => shownColumns(page), columnsOf(await snapshotOf(fixture)));
  expect(writes).toEqual([]);
});

test("a change of role shows and hides controls at once, without a reload", async () => {
  const owner = await signUp(stage, "Anna");
  const guest = await signUp(stage, "Vera");
  const fixture = await createFixture(owner);
  await addMember(fixture, guest, "viewer");
  await openBoard(guest, fixture.board.id);
  const role = (name: string) =>
    owner.rest(z.unknown(), "PATCH", `/teams/${fixture.team.id}/members/${guest.id}`, { role: name });
  const add = column(guest.page, "To do").getByRole("button", { name: "Add a task" });
  expect(await add.count()).toBe(0);
  await role("member");
  await add.waitFor();
  await role("viewer");
  await add.waitFor({ state: "detached" });
});

test("a board of another team and one that never existed are both not found", async () => {
  const owner = await signUp(stage, "Anna");
  const { board } = await createFixture(owner);
  const stranger = await signUp(stage, "Stranger");
  await createFixture(stranger);
  stranger.expectedProblems.push(failedWith(404));
  for (const id of [board.id, "01a1fe1c-c1d4-7291-a3cf-fd902040d860", "nonsense"]) {
    await stranger.page.goto(`/b/${id}`);
    await stranger.page.getByRole("heading", { name: "Board not found" }).waitFor();
  }
});
