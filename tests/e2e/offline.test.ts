import { afterEach, beforeAll, expect, test } from "bun:test";
import { taskSchema } from "../../shared/tasks.ts";
import {
  addTask,
  card,
  columnsOf,
  openPair,
  openTask,
  shownColumns,
  status,
  taskDialog,
  taskLink,
  untilLive,
} from "./board-steps.ts";
import { CONNECTION_LOST, closeVisitors, eventually, makeTask, openStage, type Stage, snapshotOf } from "./support.ts";

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
}, 60_000);
afterEach(closeVisitors);

test("an offline page says so and shows its own changes as unsent; on return all changes are there once", async () => {
  const pair = await openPair(stage, [["Stays", "Goes", "Changes"]]);
  const { anna, boris } = pair;
  anna.expectedProblems.push(CONNECTION_LOST);
  const [, goes, changes] = (await snapshotOf(pair)).tasks;
  // Wait for the code that loads once the page is live: it cannot load offline.
  await anna.page.waitForLoadState("networkidle");

  await anna.context.setOffline(true);
  await status(anna.page)
    .getByText(/Offline|Reconnecting/)
    .waitFor();
  await makeTask(pair, "Made by Boris meanwhile");
  await boris.rest(taskSchema, "DELETE", `/tasks/${goes!.id}`);
  await boris.rest(taskSchema, "PATCH", `/tasks/${changes!.id}`, { title: "Changed", color: "red" });
  await taskLink(boris.page, "Changed").waitFor();

  await addTask(anna.page, "Doing", "Made by Anna offline");
  await card(anna.page, "Made by Anna offline").getByText("Not sent yet").waitFor();
  await taskLink(anna.page, "Changes").focus();
  await anna.page.keyboard.press("7");
  await card(anna.page, "Changes").getByText("Colour: Blue").waitFor();
  await anna.page.getByText("2 changes are waiting").waitFor();
  expect(await taskLink(anna.page, "Made by Boris meanwhile").count()).toBe(0);

  await anna.context.setOffline(false);
  await untilLive(anna.page);
  await taskLink(anna.page, "Made by Boris meanwhile").waitFor();
  await taskLink(boris.page, "Made by Anna offline").waitFor();
  await card(boris.page, "Changed").getByText("Colour: Blue").waitFor();
  await anna.page.getByText("Not sent yet").waitFor({ state: "detached" });
  const expected: [string, string[]][] = [
    ["To do", ["Stays", "Changed", "Made by Boris meanwhile"]],
    ["Doing", ["Made by Anna offline"]],
    ["Done", []],
  ];
  expect(columnsOf(await snapshotOf(pair))).toEqual(expected);
  await eventually(() => shownColumns(anna.page), expected);
  await eventually(() => shownColumns(boris.page), expected);
});

test("a task first opened offline opens on return at the latest, and the page stays usable", async () => {
  const { anna } = await openPair(stage, [["Closed until now"]]);
  anna.expectedProblems.push(CONNECTION_LOST);
  await anna.context.setOffline(true);
  await taskLink(anna.page, "Closed until now").click();
  await status(anna.page).getByText("Offline").waitFor();
  await anna.context.setOffline(false);
  await taskDialog(anna.page, "Closed until now").waitFor();
});

test("screen readers hear in an open dialog that the page is offline", async () => {
  const { anna } = await openPair(stage, [["Open"]]);
  anna.expectedProblems.push(CONNECTION_LOST);
  await openTask(anna.page, "Open");
  await anna.context.setOffline(true);
  await status(anna.page).getByText("Offline").waitFor();
  expect(await status(anna.page).ariaSnapshot()).toContain("Offline");
});

test("a request whose answer was lost is sent again and acts once", async () => {
  const pair = await openPair(stage);
  const { anna } = pair;
  anna.expectedProblems.push(/net::ERR_/);
  let lost = 0;
  await anna.page.route("**/api/boards/*/tasks", async (route) => {
    if (lost === 2) return route.fallback();
    lost += 1;
    await route.fetch();
    await route.abort("connectionreset");
  });
  await addTask(anna.page, "To do", "Only once");
  await card(anna.page, "Only once").getByText("Not sent yet").waitFor({ state: "detached" });
  await eventually(async () => (await snapshotOf(pair)).tasks.map(({ title }) => title), ["Only once"]);
  await eventually(() => taskLink(anna.page, "Only once").count(), 1);
});

test("after the server is killed and restarted on its address, both pages are live and equal", async () => {
  const own = await openStage();
  const pair = await openPair(own, [["Before"]]);
  for (const { expectedProblems } of [pair.anna, pair.boris])
    expectedProblems.push(CONNECTION_LOST, /WebSocket connection/);
  await own.artel.kill();
  await Promise.all([pair.anna, pair.boris].map(({ page }) => status(page).getByText("Reconnecting").waitFor()));
  await addTask(pair.anna.page, "Doing", "Made while it was away");
  await card(pair.anna.page, "Made while it was away").getByText("Not sent yet").waitFor();

  await openStage({ dataDir: own.artel.dataDir, env: { PORT: String(own.artel.port) } });
  await Promise.all([untilLive(pair.anna.page), untilLive(pair.boris.page)]);
  await taskLink(pair.boris.page, "Made while it was away").waitFor();
  await pair.anna.page.getByText("Not sent yet").waitFor({ state: "detached" });
  await makeTask(pair, "After");
  const expected: [string, string[]][] = [
    ["To do", ["Before", "After"]],
    ["Doing", ["Made while it was away"]],
    ["Done", []],
  ];
  await eventually(() => shownColumns(pair.anna.page), expected);
  await eventually(() => shownColumns(pair.boris.page), expected);
  expect(columnsOf(await snapshotOf(pair))).toEqual(expected);
}, 60_000);
