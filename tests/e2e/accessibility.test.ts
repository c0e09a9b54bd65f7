import { afterEach, beforeAll, expect, test } from "bun:test";
import { COLORS } from "../../shared/color.ts";
import { labelSchema } from "../../shared/labels.ts";
import { prepareAxe, violationsOf } from "./axe.ts";
import { chooseInColumnMenu, column, openBoard, openTask, status, taskLink } from "./board-steps.ts";
import {
  addMember,
  CONNECTION_LOST,
  closeVisitors,
  createFixture,
  type Fixture,
  failedWith,
  invite,
  makeTask,
  openStage,
  openVisitor,
  type Stage,
  signUp,
  type User,
} from "./support.ts";

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
}, 60_000);
afterEach(closeVisitors);

const DAY = 86_400_000;

const user = async (name: string): Promise<User> => {
  const person = await signUp(stage, name);
  await prepareAxe(person.context);
  return person;
};

/** A board whose cards have every badge, colour and label. */
const fullBoard = async (owner: User): Promise<Fixture> => {
  const fixture = await createFixture(owner);
  const path = `/boards/${fixture.board.id}/labels`;
  const labels = await Promise.all(
    [...COLORS, null].map((color) =>
      owner.rest(labelSchema, "POST", path, { name: `Label ${color ?? "plain"}`, color }),
    ),
  );
  for (const [index, color] of [...COLORS, null].entries()) {
    await makeTask(fixture, `Task ${color ?? "plain"}`, {
      column: index % 3,
      color,
      labelIds: [labels[index]!.id],
      assigneeIds: [owner.id],
      description: "Something to *read*, with [a link](https://example.test) and `code`",
      dueAt: new Date(Date.now() + [-3, 0.5, 30][index % 3]! * DAY).toISOString(),
    });
  }
  return fixture;
};

test("sign-up, sign-in, a wrong password and the invitation have no barriers", async () => {
  const owner = await signUp(stage, "Anna");
  const { url } = await invite(await createFixture(owner), "member");
  const { page, context, expectedProblems } = await openVisitor(stage);
  await prepareAxe(context);
  expectedProblems.push(failedWith(401), failedWith(404), failedWith(410));
  await page.goto("/");
  await page.getByRole("button", { name: "Create account" }).waitFor();
  expect(await violationsOf(page)).toEqual([]);
  await page.getByRole("link", { name: "Sign in" }).click();
  await page.getByRole("textbox", { name: "Email" }).fill("nobody@example.test");
  await page.getByRole("textbox", { name: "Password" }).fill("not the password");
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByRole("alert").waitFor();
  expect(await violationsOf(page)).toEqual([]);
  await page.goto(url);
  await page.getByText("invites you to").waitFor();
  expect(await violationsOf(page)).toEqual([]);
  await page.goto("/join/01a1fe1c-c1d4-4291-a3cf-fd902040d860");
  await page.getByRole("heading", { name: "This invitation is no longer valid" }).waitFor();
  expect(await violationsOf(page)).toEqual([]);
}, 60_000);

test("the first team, the list of boards, its dialogs and unknown addresses have no barriers", async () => {
  const anna = await user("Anna");
  const { page } = anna;
  anna.expectedProblems.push(failedWith(404));
  await page.goto("/");
  await page.getByRole("textbox", { name: "Team name" }).waitFor();
  expect(await violationsOf(page)).toEqual([]);
  const fixture = await createFixture(anna);
  await invite(fixture, "viewer");
  await page.reload();
  await page
    .getByRole("main")
    .getByRole("link", { name: /^Board/ })
    .waitFor();
  expect(await violationsOf(page)).toEqual([]);
  await page.getByRole("button", { name: "Import from Trello" }).click();
  await page.getByRole("dialog").waitFor();
  expect(await violationsOf(page)).toEqual([]);
  await page.keyboard.press("Escape");
  await page.getByRole("link", { name: "Team settings" }).click();
  await page.getByRole("textbox", { name: "Invitation link" }).waitFor();
  expect(await violationsOf(page)).toEqual([]);
  await page.keyboard.press("Escape");
  await page.getByRole("button", { name: /^Anna/ }).click();
  await page.getByRole("menuitem", { name: "Sign out" }).waitFor();
  expect(await violationsOf(page)).toEqual([]);
  for (const [path, heading] of [
    ["/no/such/page", "Page not found"],
    ["/b/01a1fe1c-c1d4-7291-a3cf-fd902040d860", "Board not found"],
    [`/b/${fixture.board.id}/t/01a1fe1c-c1d4-7291-a3cf-fd902040d860`, "Task not found"],
  ] as const) {
    await page.goto(path);
    await page.getByRole("heading", { name: heading }).waitFor();
    expect(await violationsOf(page)).toEqual([]);
  }
}, 60_000);

test("a full board, its filter, composer, menus and banners have no barriers", async () => {
  const anna = await user("Anna");
  const fixture = await fullBoard(anna);
  const boris = await signUp(stage, "Boris");
  await addMember(fixture, boris);
  await openBoard(boris, fixture.board.id);
  const { page } = anna;
  await openBoard(anna, fixture.board.id);
  await page.getByRole("img", { name: "Boris is here" }).waitFor();
  expect(await violationsOf(page)).toEqual([]);
  await page.getByRole("button", { name: "Filter" }).click();
  await page.getByRole("group", { name: "Filter" }).getByRole("checkbox", { name: "Green", exact: true }).check();
  expect(await violationsOf(page)).toEqual([]);
  await page.keyboard.press("Escape");
  await column(page, "To do").getByRole("button", { name: "Add a task" }).click();
  await page.getByRole("textbox", { name: "Task title" }).waitFor();
  expect(await violationsOf(page)).toEqual([]);
  await page.keyboard.press("Escape");
  await column(page, "Doing").getByRole("button", { name: "Column menu" }).click();
  await page.getByRole("menuitem", { name: "Rename" }).waitFor();
  expect(await violationsOf(page)).toEqual([]);
  await page.keyboard.press("Escape");
  anna.expectedProblems.push(CONNECTION_LOST);
  await anna.context.setOffline(true);
  await status(page).getByText("Offline").waitFor();
  await page.getByText("You are offline.").waitFor();
  expect(await violationsOf(page)).toEqual([]);
}, 60_000);

test("the task's dialog, the move dialog, confirmations and help have no barriers", async () => {
  const anna = await user("Anna");
  const fixture = await fullBoard(anna);
  const { page } = anna;
  await openBoard(anna, fixture.board.id);
  const dialog = await openTask(page, "Task red");
  expect(await violationsOf(page)).toEqual([]);
  await dialog.getByRole("button", { name: "Choose labels" }).click();
  await page.getByRole("checkbox", { name: "Label red" }).waitFor();
  expect(await violationsOf(page)).toEqual([]);
  await page.keyboard.press("Escape");
  await dialog.getByRole("button", { name: "Preview" }).click();
  await dialog.getByText("Something to").waitFor();
  expect(await violationsOf(page)).toEqual([]);
  await dialog.getByRole("button", { name: "Move" }).click();
  await page.getByRole("dialog", { name: "Move task" }).waitFor();
  expect(await violationsOf(page)).toEqual([]);
  await page.keyboard.press("Escape");
  await dialog.getByRole("button", { name: "Delete task" }).click();
  await page.getByRole("dialog", { name: "Delete this task?" }).waitFor();
  expect(await violationsOf(page)).toEqual([]);
  await page.keyboard.press("Escape");
  await page.keyboard.press("Escape");
  await dialog.waitFor({ state: "detached" });
  await chooseInColumnMenu(page, "To do", "Set a limit");
  await page.getByRole("dialog").waitFor();
  expect(await violationsOf(page)).toEqual([]);
  await page.keyboard.press("Escape");
  await taskLink(page, "Task red").focus();
  await page.keyboard.press("?");
  await page.getByRole("dialog", { name: "Keyboard shortcuts" }).waitFor();
  expect(await violationsOf(page)).toEqual([]);
}, 60_000);

test("a viewer's board and task have no barriers", async () => {
  const owner = await signUp(stage, "Anna");
  const fixture = await fullBoard(owner);
  const viewer = await user("Vera");
  await addMember(fixture, viewer, "viewer");
  await openBoard(viewer, fixture.board.id);
  expect(await violationsOf(viewer.page)).toEqual([]);
  await openTask(viewer.page, "Task green");
  expect(await violationsOf(viewer.page)).toEqual([]);
}, 60_000);
