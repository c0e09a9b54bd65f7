import { afterEach, beforeAll, expect, test } from "bun:test";
import type { Page } from "playwright-core";
import { prepareAxe, violationsOf } from "./axe.ts";
import { closeTask, openBoard, openPair, openTask } from "./board-steps.ts";
import {
  addMember,
  CONNECTION_LOST,
  closeVisitors,
  createFixture,
  eventually,
  makeTask,
  openStage,
  type Stage,
  signUp,
} from "./support.ts";

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
}, 60_000);
afterEach(closeVisitors);

const composer = (page: Page) => page.getByRole("textbox", { name: "New comment" });
const bodies = (page: Page): Promise<string[]> =>
  page
    .getByRole("region", { name: "Comments" })
    .getByRole("article")
    .evaluateAll((articles) => articles.map((article) => article.querySelector("p")?.textContent ?? ""));

const write = async (page: Page, text: string): Promise<void> => {
  await composer(page).fill(text);
  await composer(page).press("Control+Enter");
};

test("a comment that one writes, edits and deletes is so at the other", async () => {
  const { anna, boris } = await openPair(stage, [["Talk"]]);
  await Promise.all([openTask(anna.page, "Talk"), openTask(boris.page, "Talk")]);
  await write(anna.page, "First **words**");
  await write(boris.page, "Second words");
  for (const { page } of [anna, boris]) await eventually(() => bodies(page), ["Second words", "First words"]);
  expect(await boris.page.getByRole("button", { name: "Edit comment" }).count()).toBe(1);

  await anna.page.getByRole("button", { name: "Edit comment" }).click();
  const box = anna.page.getByRole("textbox", { name: "Comment", exact: true });
  await box.fill("Better words");
  await anna.page.getByRole("button", { name: "Save" }).click();
  await eventually(() => bodies(boris.page), ["Second words", "Better words"]);
  await boris.page.getByText("edited").waitFor();

  await boris.page.getByRole("button", { name: "Delete comment" }).click();
  await boris.page
    .getByRole("dialog", { name: "Delete this comment?" })
    .getByRole("button", { name: "Delete comment" })
    .click();
  await eventually(() => bodies(anna.page), ["Better words"]);
});

test("a mention is chosen by keyboard and shows the member's name", async () => {
  const { anna, boris } = await openPair(stage, [["Ask"]]);
  await Promise.all([openTask(anna.page, "Ask"), openTask(boris.page, "Ask")]);
  await composer(anna.page).pressSequentially("Look, @bor");
  await anna.page.getByRole("option", { name: "Boris" }).waitFor();
  await composer(anna.page).press("Enter");
  await composer(anna.page).press("Control+Enter");
  await eventually(() => bodies(boris.page), ["Look, @Boris"]);
});

test("a comment written offline is sent once when the network is back", async () => {
  const { anna, boris } = await openPair(stage, [["Far"]]);
  anna.expectedProblems.push(CONNECTION_LOST, /net::ERR_|WebSocket connection/);
  await Promise.all([openTask(anna.page, "Far"), openTask(boris.page, "Far")]);
  await eventually(() => bodies(anna.page), []);
  await anna.context.setOffline(true);
  await write(anna.page, "From the train");
  await eventually(() => bodies(anna.page), ["From the train"]);
  await anna.context.setOffline(false);
  await eventually(() => bodies(boris.page), ["From the train"], 20_000);
  await eventually(() => bodies(anna.page), ["From the train"]);
});

test("an unsent comment is still in its box after the dialog was closed", async () => {
  const { anna } = await openPair(stage, [["Later"]]);
  const dialog = await openTask(anna.page, "Later");
  await composer(anna.page).fill("Half a thought");
  await closeTask(dialog);
  await openTask(anna.page, "Later");
  expect(await composer(anna.page).inputValue()).toBe("Half a thought");
});

test("a viewer reads comments and writes none; the dialog has no barrier for assistive technology", async () => {
  const [anna, vera] = await Promise.all([signUp(stage, "Anna"), signUp(stage, "Vera")]);
  await Promise.all([prepareAxe(anna.context), prepareAxe(vera.context)]);
  const fixture = await createFixture(anna);
  await addMember(fixture, vera, "viewer");
  await makeTask(fixture, "Read");
  await Promise.all([openBoard(anna, fixture.board.id), openBoard(vera, fixture.board.id)]);
  await Promise.all([openTask(anna.page, "Read"), openTask(vera.page, "Read")]);
  await write(anna.page, "For all to read");
  await eventually(() => bodies(vera.page), ["For all to read"]);
  expect(await composer(vera.page).count()).toBe(0);
  expect(await vera.page.getByRole("button", { name: /comment/ }).count()).toBe(0);
  for (const { page } of [anna, vera]) expect(await violationsOf(page)).toEqual([]);
});
