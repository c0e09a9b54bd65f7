import { afterEach, beforeAll, expect, test } from "bun:test";
import type { Page } from "playwright-core";
import { openBoard, taskLink } from "./board-steps.ts";
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

const MOST_BYTES = 200 * 1024;

/** Records the scripts that the page requests from now on; the returned function lists them. */
const scriptsOf = (page: Page): (() => string[]) => {
  const urls: string[] = [];
  page.on("request", (request) => {
    if (request.resourceType() === "script" || /\.m?js$/.test(new URL(request.url()).pathname))
      urls.push(request.url());
  });
  return () => [...new Set(urls)];
};

const zippedSize = async (urls: readonly string[]): Promise<number> => {
  const sizes = await Promise.all(
    urls.map(async (url) => Bun.gzipSync(new Uint8Array(await (await fetch(url)).arrayBuffer())).byteLength),
  );
  return sizes.reduce((sum, size) => sum + size, 0);
};

test("the first load of the sign-up page and of a board has at most 200 KB of script", async () => {
  const guest = await openVisitor(stage);
  guest.expectedProblems.push(failedWith(401));
  const ofHome = scriptsOf(guest.page);
  await guest.page.goto("/");
  await guest.page.getByRole("button", { name: "Create account" }).waitFor();
  const home = await zippedSize(ofHome());

  const owner = await signUp(stage, "Anna");
  const fixture = await createFixture(owner);
  await makeTask(fixture, "One");
  // Code that a board needs later loads once the page is live; a silent socket keeps it from that.
  await owner.page.routeWebSocket(/\/ws$/, () => {});
  const ofBoard = scriptsOf(owner.page);
  await owner.page.goto(`/b/${fixture.board.id}`);
  await taskLink(owner.page, "One").waitFor();
  const board = await zippedSize(ofBoard());
  console.log(
    `scripts of the first load, gzipped: / ${(home / 1024).toFixed(1)} KB, board ${(board / 1024).toFixed(1)} KB`,
  );
  expect(home).toBeLessThan(MOST_BYTES);
  expect(board).toBeLessThan(MOST_BYTES);
});

test("every page forbids scripts that are not its own files", async () => {
  for (const path of ["/", "/b/01a1fe1c-c1d4-7291-a3cf-fd902040d860", "/join/x", "/nothing/here"]) {
    const response = await fetch(`${stage.artel.url}${path}`);
    const policy = response.headers.get("Content-Security-Policy") ?? "";
    const scripts = /(?:^|;)\s*script-src([^;]*)/.exec(policy)?.[1] ?? "";
    expect(scripts.trim()).toBe("'self'");
    expect(policy).toContain("default-src 'self'");
    expect(await response.text()).not.toMatch(/<script(?![^>]*\bsrc=)[^>]*>|\son[a-z]+=|javascript:/i);
  }
});

test("text that looks like markup or a script is shown as text, also in Markdown", async () => {
  const owner = await signUp(stage, "Anna");
  const nasty = `<img src=x onerror="document.title='owned'"><script>document.title='owned'</script>`;
  const fixture = await createFixture(owner, [nasty.slice(0, 60)]);
  await makeTask(fixture, nasty, { description: `${nasty}\n\n[press](javascript:document.title='owned')` });
  const { page } = owner;
  await openBoard(owner, fixture.board.id);
  await page.getByRole("listitem").getByRole("link").click();
  const dialog = page.getByRole("dialog");
  await dialog.getByRole("button", { name: "Preview" }).click();
  await dialog.getByText("press").waitFor();
  expect(await dialog.getByRole("link", { name: "press" }).count()).toBe(0);
  expect(await dialog.locator("img, script").count()).toBe(0);
  expect(await page.title()).not.toBe("owned");
});

test("the page fetches nothing from another origin", async () => {
  const owner = await signUp(stage, "Anna");
  const fixture = await createFixture(owner);
  const foreignUrls: string[] = [];
  owner.page.on("request", (request) => {
    const { origin, protocol } = new URL(request.url());
    if (origin !== stage.artel.url && protocol.startsWith("http")) foreignUrls.push(request.url());
  });
  await openBoard(owner, fixture.board.id);
  await owner.page.goto("/");
  await owner.page.getByRole("heading", { name: "My boards" }).waitFor();
  expect(foreignUrls).toEqual([]);
});
