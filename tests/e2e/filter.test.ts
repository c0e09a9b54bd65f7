import { afterEach, beforeAll, expect, test } from "bun:test";
import { addTask, closeTask, openPair, openTask, shownColumns, taskLink, titles, untilLive } from "./board-steps.ts";
import { closeVisitors, eventually, makeTask, openStage, type Stage } from "./support.ts";

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
}, 60_000);
afterEach(closeVisitors);

test("a task enters a page filtered by green when it becomes green, and leaves it when its colour changes", async () => {
  const { anna, boris } = await openPair(stage, [["Gray mouse"]]);
  await boris.page.getByRole("button", { name: "Filter" }).click();
  const choices = boris.page.getByRole("group", { name: "Filter" });
  await choices.getByRole("checkbox", { name: "Green" }).check();
  await boris.page.keyboard.press("Escape");
  await taskLink(boris.page, "Gray mouse").waitFor({ state: "detached" });
  await eventually(async () => new URL(boris.page.url()).search, "?color=green");

  await addTask(anna.page, "To do", "Grow a lawn");
  const dialog = await openTask(anna.page, "Grow a lawn");
  await dialog.getByRole("radio", { name: "Green" }).check();
  await taskLink(boris.page, "Grow a lawn").waitFor();
  await dialog.getByRole("radio", { name: "Red" }).check();
  await taskLink(boris.page, "Grow a lawn").waitFor({ state: "detached" });
  await dialog.getByRole("radio", { name: "Green" }).check();
  await taskLink(boris.page, "Grow a lawn").waitFor();
  await closeTask(dialog);

  await boris.page.reload();
  await untilLive(boris.page);
  expect(new URL(boris.page.url()).search).toBe("?color=green");
  await eventually(() => titles(boris.page, "To do"), ["Grow a lawn"]);
  await boris.page.getByRole("button", { name: "Filter" }).click();
  expect(await choices.getByRole("checkbox", { name: "Green" }).isChecked()).toBe(true);
});

test("filters of different kinds narrow the result, values of one kind widen it, and one press clears all", async () => {
  const pair = await openPair(stage);
  const { page } = pair.anna;
  await makeTask(pair, "Red apple", { color: "red", assigneeIds: [pair.anna.id] });
  await makeTask(pair, "Red brick", { color: "red" });
  await makeTask(pair, "Green apple", { color: "green" });
  await makeTask(pair, "Blue sky", { color: "blue" });
  await page.getByRole("button", { name: "Filter" }).click();
  const choices = page.getByRole("group", { name: "Filter" });
  await choices.getByRole("checkbox", { name: "Red" }).check();
  await eventually(() => titles(page, "To do"), ["Red apple", "Red brick"]);
  await choices.getByRole("checkbox", { name: "Green" }).check();
  await eventually(() => titles(page, "To do"), ["Red apple", "Red brick", "Green apple"]);
  await choices.getByRole("textbox", { name: "Search tasks" }).fill("APPLE");
  await eventually(() => titles(page, "To do"), ["Red apple", "Green apple"]);
  await choices.getByRole("checkbox", { name: "Anna" }).check();
  await eventually(() => titles(page, "To do"), ["Red apple"]);
  await eventually(
    async () => [...new URL(page.url()).searchParams].map(([name]) => name),
    ["color", "color", "assigneeId", "q"],
  );
  await choices.getByRole("button", { name: "Clear all" }).click();
  await eventually(async () => new URL(page.url()).search, "");
  await eventually(async () => (await shownColumns(page))[0]?.[1].length, 4);
});

test("a page filtered by its own user gains and loses tasks as others change them", async () => {
  const pair = await openPair(stage, [["Wandering"]]);
  const { anna, boris } = pair;
  await boris.page.getByRole("button", { name: "My tasks" }).click();
  await taskLink(boris.page, "Wandering").waitFor({ state: "detached" });
  const dialog = await openTask(anna.page, "Wandering");
  await dialog.getByRole("button", { name: "Assign" }).click();
  const choice = anna.page.getByRole("checkbox", { name: "Boris" });
  await choice.check();
  await taskLink(boris.page, "Wandering").waitFor();
  await choice.uncheck();
  await taskLink(boris.page, "Wandering").waitFor({ state: "detached" });
});

test("the filter stays while a task is opened and closed", async () => {
  const pair = await openPair(stage);
  await makeTask(pair, "Lawn", { color: "green" });
  const { page } = pair.boris;
  await page.goto(`/b/${pair.board.id}?color=green&color=teal`);
  const dialog = await openTask(page, "Lawn");
  expect(new URL(page.url()).search).toBe("?color=green&color=teal");
  await closeTask(dialog);
  expect(new URL(page.url()).pathname).toBe(`/b/${pair.board.id}`);
  expect(new URL(page.url()).search).toBe("?color=green&color=teal");
});
