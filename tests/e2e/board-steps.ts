import type { Locator, Page } from "playwright-core";
import type { BoardSnapshot } from "../../shared/boards.ts";
import { compareRanked } from "../../shared/rank.ts";
import { addMember, createFixture, type Fixture, makeTask, returningUser, type Stage, type User } from "./support.ts";

export const status = (page: Page): Locator => page.getByRole("status");
export const untilStatus = (page: Page, text: string | RegExp): Promise<void> =>
  status(page).filter({ hasText: text }).waitFor();
export const untilLive = (page: Page): Promise<void> => untilStatus(page, "Live");

/** Opens the board and waits until the page is live. */
export const openBoard = async ({ page }: Pick<User, "page">, boardId: string, search = ""): Promise<void> => {
  await page.goto(`/b/${boardId}${search}`);
  await untilLive(page);
};

export const column = (page: Page, name: string): Locator => page.getByRole("region", { name, exact: true });

export const taskLink = (within: Page | Locator, title: string): Locator =>
  within.getByRole("listitem").getByRole("link", { name: title, exact: true });

export const card = (within: Page | Locator, title: string): Locator =>
  within
    .getByRole("listitem")
    .filter({ has: ("page" in within ? within.page() : within).getByRole("link", { name: title, exact: true }) });

export const taskDialog = (page: Page, title: string): Locator =>
  page.getByRole("dialog", { name: title, exact: true });

export const openTask = async (page: Page, title: string): Promise<Locator> => {
  await taskLink(page, title).click();
  const dialog = taskDialog(page, title);
  await dialog.waitFor();
  return dialog;
};

export const closeTask = async (dialog: Locator): Promise<void> => {
  await dialog.getByRole("button", { name: "Close" }).click();
  await dialog.waitFor({ state: "detached" });
};

export const addTask = async (page: Page, columnName: string, title: string): Promise<void> => {
  const place = column(page, columnName);
  const box = place.getByRole("textbox", { name: "Task title" });
  if (!(await box.isVisible())) await place.getByRole("button", { name: "Add a task" }).click();
  await box.fill(title);
  await box.press("Enter");
  await taskLink(place, title).waitFor();
};

export const chooseInColumnMenu = async (page: Page, columnName: string, item: string): Promise<void> => {
  await column(page, columnName).getByRole("button", { name: "Column menu" }).click();
  await page.getByRole("menuitem", { name: item, exact: true }).click();
};

/** Titles in the order in which the column shows them. */
export const titles = (page: Page, columnName: string): Promise<string[]> =>
  column(page, columnName).getByRole("listitem").getByRole("link").allTextContents();

/** The columns that the page shows, in order, each with its titles in order; read in one step. */
export const shownColumns = (page: Page): Promise<[string, string[]][]> =>
  page
    .getByRole("main")
    .getByRole("region")
    .evaluateAll((regions) =>
      regions
        .filter((region) => region.querySelector("ul"))
        .map((region): [string, string[]] => [
          region.ariaLabel ?? "",
          [...region.querySelectorAll("li a")].map((link) => link.textContent ?? ""),
        ]),
    );

/** The same for a snapshot that REST answered. */
export const columnsOf = ({ columns, tasks }: BoardSnapshot): [string, string[]][] =>
  [...columns].sort(compareRanked).map(({ id, name }) => [
    name,
    tasks
      .filter(({ columnId }) => columnId === id)
      .sort(compareRanked)
      .map(({ title }) => title),
  ]);

export type Pair = Fixture & { readonly anna: User; readonly boris: User };

/** Opens one board with these tasks for Anna and Boris, who share a team. */
export const openPair = async (stage: Stage, tasks: readonly (readonly string[])[] = []): Promise<Pair> => {
  const [anna, boris] = await Promise.all([returningUser(stage, "Anna"), returningUser(stage, "Boris")]);
  const fixture = await createFixture(anna);
  await addMember(fixture, boris);
  for (const [index, names] of tasks.entries()) {
    for (const name of names) await makeTask(fixture, name, { column: index });
  }
  await Promise.all([openBoard(anna, fixture.board.id), openBoard(boris, fixture.board.id)]);
  return { ...fixture, anna, boris };
};
