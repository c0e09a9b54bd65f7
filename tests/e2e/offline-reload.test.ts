import { afterEach, beforeAll, expect, test } from "bun:test";
import type { BrowserContext, Page } from "playwright-core";
import { taskSchema } from "../../shared/tasks.ts";
import { prepareAxe, violationsOf } from "./axe.ts";
import {
  addTask,
  card,
  chooseInColumnMenu,
  column,
  columnsOf,
  openBoard,
  openTask,
  shownColumns,
  status,
  taskDialog,
  taskLink,
  untilLive,
} from "./board-steps.ts";
import {
  addMember,
  CONNECTION_LOST,
  closeVisitors,
  createFixture,
  eventually,
  type Fixture,
  failedWith,
  makeTask,
  openStage,
  PASSWORD,
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

/** An offline page still sends requests now and then. */
const OFFLINE =
  /net::ERR_|Failed to load resource|WebSocket connection|An unknown error occurred when fetching the script/;

type OfflineFixture = Fixture & { readonly anna: User };

/** Opens a board for Anna and waits until everything is stored that it needs to open offline. */
const openOfflineReady = async (tasks: readonly string[] = []): Promise<OfflineFixture> => {
  const anna = await signUp(stage, "Anna", { serviceWorkers: "allow" });
  anna.expectedProblems.push(CONNECTION_LOST, OFFLINE);
  await prepareAxe(anna.context);
  const fixture = await createFixture(anna);
  for (const title of tasks) await makeTask(fixture, title);
  await openBoard(anna, fixture.board.id);
  await offlineReady(anna.page);
  return { ...fixture, anna };
};

const offlineReady = async (page: Page): Promise<void> => {
  await page.evaluate(() => navigator.serviceWorker.ready.then(() => undefined));
  await eventually(() => isBoardStored(page), true, 20_000);
};

/** The keys in one of the stores of the page's IndexedDB. */
const keysIn = (page: Page, store: "states" | "changes"): Promise<string[]> =>
  page.evaluate(
    (name) =>
      new Promise<string[]>((resolve) => {
        const request = indexedDB.open("artel");
        request.onupgradeneeded = () => request.transaction?.abort();
        request.onerror = () => resolve([]);
        request.onsuccess = () => {
          const all = request.result.transaction(name).objectStore(name).getAllKeys();
          all.onsuccess = () => {
            request.result.close();
            resolve(all.result.map((key) => JSON.stringify(key)));
          };
        };
      }),
    store,
  );

const isBoardStored = async (page: Page): Promise<boolean> =>
  (await keysIn(page, "states")).some((key) => key.includes('"board"'));

/** Closes the page and opens the same address in a new one. */
const reopen = async (context: BrowserContext, page: Page): Promise<Page> => {
  const address = page.url();
  await page.close();
  const next = await context.newPage();
  next.setDefaultTimeout(15_000);
  await next.goto(address);
  return next;
};

const unsent = (page: Page) => page.getByText("Not sent yet");

test("a board opens offline after a reload and shows the age of its data", async () => {
  const { anna } = await openOfflineReady(["Kept"]);
  await anna.context.setOffline(true);
  await anna.page.reload();
  await taskLink(anna.page, "Kept").waitFor();
  await status(anna.page).getByText("Offline").waitFor();
  await anna.page.getByText(/The data on this page is from/).waitFor();
  await anna.context.setOffline(false);
  await untilLive(anna.page);
});

test("fifty changes made offline outlive the page and are applied or refused with a reason", async () => {
  const boris = await signUp(stage, "Boris");
  const names = Array.from({ length: 10 }, (_, index) => `Task ${index}`);
  const fixture = await openOfflineReady(names);
  const { anna, columns } = fixture;
  await addMember(fixture, boris);
  const [doomed] = (await snapshotOf(fixture)).tasks;
  const page = anna.page;
  await anna.context.setOffline(true);
  await status(page).getByText("Offline").waitFor();
  for (const name of names) {
    await taskLink(page, name).focus();
    await page.keyboard.press("5");
    await card(page, name).getByText("Colour: Green").waitFor();
  }
  for (let index = 0; index < 20; index += 1) {
    await addTask(page, "Doing", `New ${index}`);
    if (index >= 18) continue;
    await taskLink(page, `New ${index}`).focus();
    await page.keyboard.press("7");
    await card(page, `New ${index}`).getByText("Colour: Blue").waitFor();
  }
  await chooseInColumnMenu(page, "Done", "Rename");
  await page.getByRole("textbox", { name: "Column name" }).fill("Finished");
  await page.getByRole("textbox", { name: "Column name" }).press("Enter");
  const dialog = await openTask(page, "Task 1");
  await dialog.getByRole("textbox", { name: "Description" }).fill("Written offline");
  await dialog.getByRole("button", { name: "Close" }).click();
  await page.getByText("50 changes are waiting").waitFor();

  await boris.rest(taskSchema, "DELETE", `/tasks/${doomed!.id}`);
  await boris.rest(taskSchema, "POST", `/boards/${fixture.board.id}/tasks`, {
    columnId: columns[0]!.id,
    title: "Boris's",
  });

  const again = await reopen(anna.context, page);
  await taskLink(again, "New 0").waitFor();
  await again.getByText("50 changes are waiting").waitFor();
  await column(again, "Finished").waitFor();
  await anna.context.setOffline(false);
  await untilLive(again);
  await eventually(() => keysIn(again, "changes"), [], 60_000);
  await again.getByRole("alert").getByText(`The change to “${doomed!.title}” was undone.`).waitFor();

  const expected = await snapshotOf(fixture);
  const byTitle = new Map(expected.tasks.map((task) => [task.title, task]));
  expect(expected.tasks).toHaveLength(30);
  expect(expected.tasks.filter(({ color }) => color === "blue")).toHaveLength(18);
  expect(names.slice(1).map((name) => byTitle.get(name)?.color)).toEqual(Array(9).fill("green"));
  expect(byTitle.get("Task 1")?.description).toBe("Written offline");
  expect(columnsOf(expected).map(([name]) => name)).toEqual(["To do", "Doing", "Finished"]);
  await eventually(async () => (await shownColumns(again)).map(([name]) => name), ["To do", "Doing", "Finished"]);
  await eventually(() => unsent(again).count(), 0);
}, 180_000);

test("two tabs offline show each other's changes, and both are sent", async () => {
  const fixture = await openOfflineReady(["One", "Two"]);
  const { anna } = fixture;
  const second = await anna.context.newPage();
  await second.goto(`/b/${fixture.board.id}`);
  await untilLive(second);
  await anna.context.setOffline(true);
  await addTask(anna.page, "Doing", "From the first tab");
  await taskLink(second, "From the first tab").waitFor();
  await addTask(second, "Done", "From the second tab");
  await taskLink(anna.page, "From the second tab").waitFor();
  await second.close();
  await anna.context.setOffline(false);
  await untilLive(anna.page);
  await eventually(
    async () => columnsOf(await snapshotOf(fixture)),
    [
      ["To do", ["One", "Two"]],
      ["Doing", ["From the first tab"]],
      ["Done", ["From the second tab"]],
    ],
  );
  await eventually(() => unsent(anna.page).count(), 0);
}, 60_000);

test("sign-out with unsent changes asks first and deletes all stored data", async () => {
  const fixture = await openOfflineReady(["Private"]);
  const { anna } = fixture;
  anna.expectedProblems.push(failedWith(401));
  const { page } = anna;
  await page.route("**/api/boards/*/tasks", (route) => route.abort("connectionreset"));
  await addTask(page, "To do", "Never sent");
  await page.getByRole("button", { name: /^Anna/ }).click();
  await page.getByRole("menuitem", { name: "Sign out" }).click();
  const question = page.getByRole("dialog", { name: "Sign out and lose changes?" });
  await question.getByText("1 change has not been sent yet.").waitFor();
  expect(await violationsOf(page)).toEqual([]);
  await question.getByRole("button", { name: "Sign out" }).click();
  await page.getByRole("button", { name: "Create account" }).waitFor();
  await eventually(() => isBoardStored(page), false);
  await eventually(() => keysIn(page, "changes"), []);
  expect(await page.getByText(/not been sent yet/).count()).toBe(0);
  await anna.context.setOffline(true);
  await page.goto(`/b/${fixture.board.id}`);
  await page
    .getByText(/could not|Something/i)
    .first()
    .waitFor();
  expect(await taskLink(page, "Private").count()).toBe(0);
});

test("unsent changes wait for their user when the session ends, and the page says so", async () => {
  const fixture = await openOfflineReady();
  const { anna, board } = fixture;
  const { page, context } = anna;
  anna.expectedProblems.push(failedWith(401));
  await context.setOffline(true);
  await addTask(page, "To do", "Made offline");
  await unsent(page).waitFor();
  await context.clearCookies();
  await context.setOffline(false);
  const note = page.getByText("1 change made in this browser has not been sent yet.");
  await note.waitFor();
  await page.getByRole("button", { name: "Sign in" }).waitFor();
  await page.reload();
  await note.waitFor();
  expect(await violationsOf(page)).toEqual([]);
  await page.getByRole("textbox", { name: "Email" }).fill(anna.email);
  await page.getByRole("textbox", { name: "Password" }).fill(PASSWORD);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.waitForURL(`**/b/${board.id}`);
  await untilLive(page);
  await eventually(async () => (await shownColumns(page))[0], ["To do", ["Made offline"]]);
  await eventually(async () => (await snapshotOf(fixture)).tasks.map(({ title }) => title), ["Made offline"]);
  expect(await note.count()).toBe(0);
}, 60_000);

test("a description changed by another user meanwhile is merged, also after the page was closed", async () => {
  const fixture = await openOfflineReady(["Shared text"]);
  const { anna } = fixture;
  anna.expectedProblems.push(failedWith(412));
  const [task] = (await snapshotOf(fixture)).tasks;
  await anna.rest(taskSchema, "PATCH", `/tasks/${task!.id}`, { description: "First line\nSecond line\n" });
  const dialog = await openTask(anna.page, "Shared text");
  const box = dialog.getByRole("textbox", { name: "Description" });
  await eventually(() => box.inputValue(), "First line\nSecond line\n");
  await anna.context.setOffline(true);
  await box.fill("First line, mine\nSecond line\n");
  await dialog.getByRole("button", { name: "Save" }).click();
  await unsent(anna.page).waitFor({ state: "attached" });
  await anna.rest(taskSchema, "PATCH", `/tasks/${task!.id}`, {
    description: "First line\nSecond line\nThird, theirs\n",
  });
  const page = await reopen(anna.context, anna.page);
  await taskDialog(page, "Shared text").waitFor();
  await page.keyboard.press("Escape");
  await anna.context.setOffline(false);
  await untilLive(page);
  await page.getByRole("alert").getByRole("button", { name: "Merge…" }).click();
  const merge = page.getByRole("dialog", { name: "Merge the texts of “Shared text”" });
  expect(await merge.getByRole("textbox", { name: "Merged text" }).inputValue()).toBe(
    "First line, mine\nSecond line\nThird, theirs\n",
  );
  expect(await violationsOf(page)).toEqual([]);
  await merge.getByRole("button", { name: "Save merged text" }).click();
  await eventually(
    async () => (await snapshotOf(fixture)).tasks[0]?.description,
    "First line, mine\nSecond line\nThird, theirs\n",
  );
  await page.getByRole("alert").waitFor({ state: "detached" });
}, 60_000);

test("an unsaved text is still there after the page was closed, also offline", async () => {
  const { anna } = await openOfflineReady(["Half"]);
  const dialog = await openTask(anna.page, "Half");
  await dialog.getByRole("textbox", { name: "Description" }).pressSequentially("Not saved yet");
  await anna.context.setOffline(true);
  const page = await reopen(anna.context, anna.page);
  const box = taskDialog(page, "Half").getByRole("textbox", { name: "Description" });
  await eventually(() => box.inputValue(), "Not saved yet");
});
