import { afterEach, beforeAll, expect, test } from "bun:test";
import { card, openBoard, untilStatus } from "./board-steps.ts";
import {
  closeVisitors,
  createFixture,
  failedWith,
  makeTask,
  openStage,
  openVisitor,
  type Stage,
  signUp,
} from "./support.ts";

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
}, 60_000);
afterEach(closeVisitors);

const MOSCOW = { locale: "ru-RU", timezoneId: "Europe/Moscow" };
const LATIN_WORD = /(?<![\p{L}@.])[A-Za-z]{3,}/u;

test("a Russian browser gets the page in Russian, marked as Russian for screen readers", async () => {
  const { page, expectedProblems } = await openVisitor(stage, MOSCOW);
  expectedProblems.push(failedWith(401));
  await page.goto("/");
  await page.getByRole("textbox", { name: "Имя" }).waitFor();
  await page.getByRole("button", { name: "Создать учётную запись" }).waitFor();
  expect(await page.getAttribute("html", "lang")).toBe("ru");
});

test("a board is Russian throughout, with Russian dates and plurals", async () => {
  const anna = await signUp(stage, "Анна", MOSCOW);
  const fixture = await createFixture(anna, ["Задачи", "В работе"]);
  for (const title of ["Раз", "Два"]) await makeTask(fixture, title, { dueAt: "2031-05-06T20:59:00.000Z" });
  const { page } = anna;
  await page.goto(`/b/${fixture.board.id}`);
  await card(page, "Раз").getByText("6 мая 2031").first().waitFor();
  await untilStatus(page, /[а-я]/);
  await page.getByRole("region", { name: "Задачи" }).getByText("2 задачи").waitFor();
  expect(await page.getAttribute("html", "lang")).toBe("ru");
  const words = (await page.locator("body").ariaSnapshot())
    .split("\n")
    .map((line) => line.replace(/^\s*- (\w+)?/, "").replace(/\/url:.*|\[[^\]]*\]/g, ""))
    .filter((line) => LATIN_WORD.test(line) && !/Artel|Board|Team/.test(line));
  expect(words).toEqual([]);
});

test("the user can choose the language, and a reload keeps the choice", async () => {
  const anna = await signUp(stage, "Anna");
  const fixture = await createFixture(anna);
  const { page } = anna;
  await openBoard(anna, fixture.board.id);
  await page.getByRole("button", { name: /^Anna/ }).click();
  await page.getByRole("menuitemradio", { name: "Русский" }).click();
  await page.keyboard.press("Escape");
  await page.getByRole("button", { name: "Фильтр" }).waitFor();
  expect(await page.getAttribute("html", "lang")).toBe("ru");
  await page.reload();
  await page.getByRole("button", { name: "Фильтр" }).waitFor();
});
