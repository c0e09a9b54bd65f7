import { afterEach, beforeAll, expect, test } from "bun:test";
import { card, openBoard, untilStatus } from "./board-steps.ts";
import { answered, arrive, everyoneLeaves, makeGround, makeTask, openStage, type Stage, visit } from "./support.ts";

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
}, 60_000);
afterEach(everyoneLeaves);

const MOSCOW = { locale: "ru-RU", timezoneId: "Europe/Moscow" };
const LATIN_WORD = /(?<![\p{L}@.])[A-Za-z]{3,}/u;

test("a Russian browser is greeted in Russian and says so to screen readers", async () => {
  const { page, expectedProblems } = await visit(stage, MOSCOW);
  expectedProblems.push(answered(401));
  await page.goto("/");
  await page.getByRole("textbox", { name: "Имя" }).waitFor();
  await page.getByRole("button", { name: "Создать учётную запись" }).waitFor();
  expect(await page.getAttribute("html", "lang")).toBe("ru");
});

test("a board is Russian throughout, with Russian dates and plurals", async () => {
  const anna = await arrive(stage, "Анна", MOSCOW);
  const ground = await makeGround(anna, ["Задачи", "В работе"]);
  for (const title of ["Раз", "Два"]) await makeTask(ground, title, { dueAt: "2031-05-06T20:59:00.000Z" });
  const { page } = anna;
  await page.goto(`/b/${ground.board.id}`);
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

test("the language can be changed by hand, and the choice stays", async () => {
  const anna = await arrive(stage, "Anna");
  const ground = await makeGround(anna);
  const { page } = anna;
  await openBoard(anna, ground.board.id);
  await page.getByRole("button", { name: /^Anna/ }).click();
  await page.getByRole("menuitemradio", { name: "Русский" }).click();
  await page.keyboard.press("Escape");
  await page.getByRole("button", { name: "Фильтр" }).waitFor();
  expect(await page.getAttribute("html", "lang")).toBe("ru");
  await page.reload();
  await page.getByRole("button", { name: "Фильтр" }).waitFor();
});
