import { afterEach, beforeAll, expect, test } from "bun:test";
import type { Page } from "playwright-core";
import { z } from "zod";
import { column, meet, openBoard, openTask, shown, taskLink, told } from "./board-steps.ts";
import {
  addMember,
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

const GONE_WITHIN_MS = 3_000;

/** Requests of the page that would change something. */
const writesOf = (page: Page): string[] => {
  const writes: string[] = [];
  page.on("request", (request) => {
    const { pathname } = new URL(request.url());
    if (request.method() !== "GET" && pathname !== "/api/realtime/token")
      writes.push(`${request.method()} ${pathname}`);
  });
  return writes;
};

test("a member who is removed loses the board within moments and is told why", async () => {
  const { anna, boris, team, board } = await meet(stage, [["Secret"]]);
  boris.expectedProblems.push(answered(403), answered(404));
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
  await boris.page.getByRole("heading", { name: /board/ }).first().waitFor();
  expect(await taskLink(boris.page, "Secret").count()).toBe(0);
  await addMember({ owner: anna, team, board, columns: [] }, boris);
  await openBoard(boris, board.id);
  await taskLink(boris.page, "Secret").waitFor();
});

test("a viewer sees the board live and nothing to change it with, by mouse or by key", async () => {
  const owner = await arrive(stage, "Anna");
  const viewer = await arrive(stage, "Vera");
  const ground = await makeGround(owner);
  await addMember(ground, viewer, "viewer");
  await makeTask(ground, "Look at me", { color: "green", description: "Only *read* me" });
  const { page } = viewer;
  const writes = writesOf(page);
  await openBoard(viewer, ground.board.id);
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

  await makeTask(ground, "Seen live");
  await taskLink(page, "Seen live").waitFor();
  await eventually(() => shown(page), told(await snapshotOf(ground)));
  expect(writes).toEqual([]);
});

test("rights that change are felt at once: controls come and go without a reload", async () => {
  const owner = await arrive(stage, "Anna");
  const guest = await arrive(stage, "Vera");
  const ground = await makeGround(owner);
  await addMember(ground, guest, "viewer");
  await openBoard(guest, ground.board.id);
  const role = (name: string) =>
    owner.rest(z.unknown(), "PATCH", `/teams/${ground.team.id}/members/${guest.id}`, { role: name });
  const add = column(guest.page, "To do").getByRole("button", { name: "Add a task" });
  expect(await add.count()).toBe(0);
  await role("member");
  await add.waitFor();
  await role("viewer");
  await add.waitFor({ state: "detached" });
});

test("a board of another team is not there, and neither is one that never was", async () => {
  const owner = await arrive(stage, "Anna");
  const { board } = await makeGround(owner);
  const stranger = await arrive(stage, "Stranger");
  await makeGround(stranger);
  stranger.expectedProblems.push(answered(404));
  for (const id of [board.id, "01a1fe1c-c1d4-7291-a3cf-fd902040d860", "nonsense"]) {
    await stranger.page.goto(`/b/${id}`);
    await stranger.page.getByRole("heading", { name: "Board not found" }).waitFor();
  }
});
