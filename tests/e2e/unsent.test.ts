import { afterEach, beforeAll, expect, test } from "bun:test";
import { card, meet, taskLink } from "./board-steps.ts";
import { everyoneLeaves, openStage, type Stage, snapshotOf } from "./support.ts";

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
}, 60_000);
afterEach(everyoneLeaves);

test("a change that waits survives that the page is loaded anew, and is sent once", async () => {
  const pair = await meet(stage, [["Paint me"]]);
  const { page, expectedProblems } = pair.anna;
  expectedProblems.push(/net::ERR_/);
  let cut = true;
  await page.route("**/api/tasks/*", (route) => (cut ? route.abort("connectionreset") : route.fallback()));
  await taskLink(page, "Paint me").focus();
  await page.keyboard.press("5");
  await card(page, "Paint me").getByText("Not sent yet").waitFor();
  await page.reload();
  await card(page, "Paint me").getByText("Colour: Green").waitFor();
  await card(page, "Paint me").getByText("Not sent yet").waitFor();
  cut = false;
  await card(pair.boris.page, "Paint me").getByText("Colour: Green").waitFor();
  await card(page, "Paint me").getByText("Not sent yet").waitFor({ state: "detached" });
  expect((await snapshotOf(pair)).tasks.map(({ color }) => color)).toEqual(["green"]);
});
