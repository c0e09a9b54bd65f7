import { afterEach, beforeAll, expect, test } from "bun:test";
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fromRoot } from "../../scripts/paths.ts";
import { boardSnapshotSchema } from "../../shared/boards.ts";
import { temporaryFolder } from "../support/lifetime.ts";
import { columnsOf, shownColumns, untilLive } from "./board-steps.ts";
import {
  addMember,
  closeVisitors,
  createFixture,
  eventually,
  failedWith,
  openStage,
  type Stage,
  signUp,
} from "./support.ts";

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
}, 60_000);
afterEach(closeVisitors);

const EXPORT = fromRoot("tests/fixtures/trello-board.json");

test("a Trello import creates the whole board, which appears at once in the other members' lists", async () => {
  const [anna, boris] = await Promise.all([signUp(stage, "Anna"), signUp(stage, "Boris")]);
  const fixture = await createFixture(anna);
  await addMember(fixture, boris);
  await boris.page.goto("/");
  await untilLive(boris.page);

  const { page } = anna;
  await page.goto("/");
  await page.getByRole("button", { name: "Import from Trello" }).click();
  const dialog = page.getByRole("dialog", { name: "Import a Trello board" });
  await dialog.getByLabel("Trello export").setInputFiles(EXPORT);
  await dialog.getByRole("button", { name: "Import" }).click();
  await dialog.getByText("3 columns, 11 tasks").waitFor();
  await boris.page
    .getByRole("main")
    .getByRole("link", { name: /^Tekken Notes/ })
    .waitFor();
  await boris.page.getByRole("navigation").getByRole("link", { name: "Tekken Notes" }).waitFor();

  await dialog.getByRole("link", { name: "Open the board" }).click();
  await page.waitForURL(/\/b\/[0-9a-f-]{36}$/);
  const expected: [string, string[]][] = [
    ["Personal", ["Lee", "Zafina", "Drag"]],
    ["Lab", ["feng", "Ling", "Lili"]],
    [
      "Drill",
      ["Whiff drill", "Advanced whiff drill", "Grab/reaction drill", "Advanced reaction drill", "Zafina lab drills"],
    ],
  ];
  await eventually(() => shownColumns(page), expected);
  const id = new URL(page.url()).pathname.slice("/b/".length);
  expect(columnsOf(await boris.rest(boardSnapshotSchema, "GET", `/boards/${id}`))).toEqual(expected);
});

test("an invalid export shows the place of its error, and the next file can be imported at once", async () => {
  const anna = await signUp(stage, "Anna");
  await createFixture(anna);
  const folder = temporaryFolder("imports");
  const write = (name: string, text: string): string => {
    const path = join(folder, name);
    writeFileSync(path, text);
    return path;
  };
  anna.expectedProblems.push(failedWith(400), failedWith(422));
  const { page } = anna;
  await page.goto("/");
  await page.getByRole("button", { name: "Import from Trello" }).click();
  const dialog = page.getByRole("dialog", { name: "Import a Trello board" });
  const importing = async (path: string): Promise<void> => {
    await dialog.getByLabel("Trello export").setInputFiles(path);
    await dialog.getByRole("button", { name: "Import" }).click();
  };

  await importing(write("cut.json", '{"name": "Cut off", "lists": [{"id": "1", "na'));
  await dialog
    .getByRole("alert")
    .getByText(/JSON|line|position/i)
    .waitFor();

  await importing(
    write(
      "odd.json",
      JSON.stringify({ name: "Odd", lists: [{ id: "1", name: "A", pos: 1 }], cards: [{ id: "2", name: 7 }] }),
    ),
  );
  await dialog
    .getByRole("alert")
    .getByText(/cards.*0/)
    .waitFor();

  await importing(EXPORT);
  await dialog.getByRole("link", { name: "Open the board" }).waitFor();
  expect(await dialog.getByRole("alert").count()).toBe(0);
  rmSync(folder, { recursive: true });
});
