import { afterEach, beforeAll, expect, test } from "bun:test";
import { prepareAxe, violationsOf } from "./axe.ts";
import { openBoard, openPair, shownColumns, untilLive } from "./board-steps.ts";
import {
  closeVisitors,
  createFixture,
  eventually,
  failedWith,
  invite,
  makeTask,
  openStage,
  openVisitor,
  PASSWORD,
  type Stage,
  signUp,
} from "./support.ts";

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
}, 60_000);
afterEach(closeVisitors);

const FIRST_BOARD: [string, string[]][] = [
  ["To do", []],
  ["Doing", []],
  ["Done", []],
];

test("a new user signs up, names a team and gets a first board", async () => {
  const { page, expectedProblems } = await openVisitor(stage);
  expectedProblems.push(failedWith(401));
  await page.goto("/");
  await page.getByRole("textbox", { name: "Name" }).fill("Nora");
  await page.getByRole("textbox", { name: "Email" }).fill("nora@example.test");
  await page.getByRole("textbox", { name: "Password" }).fill(PASSWORD);
  await page.getByRole("button", { name: "Create account" }).click();
  await page.getByRole("textbox", { name: "Team name" }).fill("Nora's team");
  await page.getByRole("button", { name: "Create team" }).click();
  await page.waitForURL(/\/b\/[0-9a-f-]{36}$/);
  await untilLive(page);
  await eventually(() => shownColumns(page), FIRST_BOARD);

  await page.getByRole("button", { name: /^Nora/ }).click();
  await page.getByRole("menuitem", { name: "Sign out" }).click();
  await page.getByRole("link", { name: "Sign in" }).click();
  await page.getByRole("textbox", { name: "Email" }).fill("nora@example.test");
  await page.getByRole("textbox", { name: "Password" }).fill(PASSWORD);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByRole("heading", { name: "Nora's team" }).waitFor();
  await page
    .getByRole("main")
    .getByRole("link", { name: /First board/ })
    .click();
  await untilLive(page);
  await eventually(() => shownColumns(page), FIRST_BOARD);
});

test("a wrong password shows an error and keeps the typed email", async () => {
  const { email, close } = await signUp(stage, "Ida");
  await close();
  const { page, expectedProblems } = await openVisitor(stage);
  expectedProblems.push(failedWith(401));
  await page.goto("/");
  await page.getByRole("link", { name: "Sign in" }).click();
  await page.getByRole("textbox", { name: "Email" }).fill(email);
  await page.getByRole("textbox", { name: "Password" }).fill("not the right one");
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByRole("alert").filter({ hasText: "Wrong email or password." }).waitFor();
  expect(await page.getByRole("textbox", { name: "Email" }).inputValue()).toBe(email);
});

test("a visitor without a session signs in and returns to the board of the address, with its filter", async () => {
  const owner = await signUp(stage, "Olga");
  const { board } = await createFixture(owner);
  const { page, expectedProblems } = await openVisitor(stage);
  expectedProblems.push(failedWith(401));
  await page.goto(`/b/${board.id}?color=green`);
  await page.getByRole("link", { name: "Sign in" }).click();
  await page.getByRole("textbox", { name: "Email" }).fill(owner.email);
  await page.getByRole("textbox", { name: "Password" }).fill(PASSWORD);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.waitForURL(`**/b/${board.id}?color=green`);
  await untilLive(page);
});

test("a second user joins by the invitation link and sees the board", async () => {
  const owner = await signUp(stage, "Anna");
  const fixture = await createFixture(owner);
  await owner.page.goto("/");
  await owner.page.getByRole("link", { name: "Team settings" }).click();
  await owner.page.getByRole("button", { name: "Create link" }).click();
  const link = await owner.page.getByRole("textbox", { name: "Invitation link" }).inputValue();
  expect(new URL(link).pathname).toMatch(/^\/join\/[0-9a-f-]{36}$/);

  const { page, expectedProblems } = await openVisitor(stage);
  expectedProblems.push(failedWith(401));
  await page.goto(link);
  await page.getByText("Anna invites you to").waitFor();
  await page.getByRole("textbox", { name: "Name" }).fill("Boris");
  await page.getByRole("textbox", { name: "Email" }).fill("boris@example.test");
  await page.getByRole("textbox", { name: "Password" }).fill(PASSWORD);
  await page.getByRole("button", { name: "Create account" }).click();
  await page.getByRole("button", { name: "Join" }).click();
  await page
    .getByRole("main")
    .getByRole("link", { name: /^Board/ })
    .click();
  await untilLive(page);
  await eventually(() => shownColumns(page), FIRST_BOARD);

  await openBoard(owner, fixture.board.id);
  await owner.page.getByRole("img", { name: "Boris is here" }).waitFor();
});

test("a used invitation link shows that it is no longer valid", async () => {
  const owner = await signUp(stage, "Anna");
  const fixture = await createFixture(owner);
  const { id, url } = await invite(fixture, "member");
  const guest = await signUp(stage, "Boris");
  await guest.page.goto(url);
  await guest.page.getByRole("button", { name: "Join" }).click();
  await guest.page.getByRole("heading", { name: "My boards" }).waitFor();

  const late = await signUp(stage, "Late");
  late.expectedProblems.push(failedWith(410), failedWith(404));
  await late.page.goto(`/join/${id}`);
  await late.page.getByRole("heading", { name: "This invitation is no longer valid" }).waitFor();
});

test("a new name appears at once on the boards of other users; the account's dialog has no barriers", async () => {
  const pair = await openPair(stage);
  await makeTask(pair, "Mine", { assigneeIds: [pair.anna.id] });
  await pair.boris.page.getByRole("img", { name: "Anna", exact: true }).waitFor();
  const { page, context } = pair.anna;
  await prepareAxe(context);
  await openBoard(pair.anna, pair.board.id);
  await page.getByRole("button", { name: /^Anna/ }).click();
  await page.getByRole("menuitem", { name: "My account" }).click();
  const dialog = page.getByRole("dialog", { name: "My account" });
  await dialog.getByRole("textbox", { name: "Your name" }).waitFor();
  expect(await violationsOf(page)).toEqual([]);
  await dialog.getByRole("textbox", { name: "Your name" }).fill("Anna Karenina");
  await dialog.getByRole("textbox", { name: "Your name" }).press("Enter");
  await pair.boris.page.getByRole("img", { name: "Anna Karenina", exact: true }).waitFor();
});
