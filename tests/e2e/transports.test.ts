import { afterEach, beforeAll, expect, test } from "bun:test";
import type { Page } from "playwright-core";
import { type NarrowProxy, type Passage, startNarrowProxy } from "../support/narrow-proxy.ts";
import { freePort } from "../support/ports.ts";
import { startArtel } from "../support/processes.ts";
import { prepareAxe, violationsOf } from "./axe.ts";
import { card, status, taskLink, titles, untilLive, untilStatus } from "./board-steps.ts";
import {
  CONNECTION_LOST,
  closeVisitors,
  createFixture,
  eventually,
  type Fixture,
  failedWith,
  makeTask,
  openStage,
  type Stage,
  signUp,
  type User,
} from "./support.ts";

let proxy: NarrowProxy;
let stage: Stage;
beforeAll(async () => {
  proxy = await startNarrowProxy();
  stage = await openStage({ env: { TRUSTED_ORIGINS: proxy.url } });
  proxy.setTarget(stage.artel.port);
}, 60_000);
afterEach(closeVisitors);

const OPEN: Passage = { upgrades: "open", streams: "open" };
const WITHIN_MS = 5_000;
const STREAM = "Live by stream";

/** A user with a board, whose page reaches Artel through the proxy. */
const behindProxy = async (passage: Passage): Promise<Fixture> => {
  proxy.setPassage(passage);
  const person = await signUp(stage, "Pavel", { baseURL: proxy.url });
  person.expectedProblems.push(CONNECTION_LOST, failedWith(502), failedWith(426), /WebSocket connection to .* failed/);
  await prepareAxe(person.context);
  return createFixture(person);
};

const open = ({ owner, board }: Fixture) => owner.page.goto(`/b/${board.id}`);
const within = (page: Page, text: string) => status(page).filter({ hasText: text }).waitFor({ timeout: WITHIN_MS });
/** Dispatches `online`, so that the page retries at once. */
const reportOnline = ({ page }: User) => page.evaluate(() => window.dispatchEvent(new Event("online")));

const showsNewTask = async (fixture: Fixture, title: string): Promise<void> => {
  await makeTask(fixture, title);
  await taskLink(fixture.owner.page, title).waitFor({ timeout: WITHIN_MS });
};

for (const upgrades of ["blocked", "swallowed"] as const) {
  test(`with upgrades ${upgrades}, the page is live by stream within five seconds and says so`, async () => {
    const fixture = await behindProxy({ ...OPEN, upgrades });
    const { page } = fixture.owner;
    await open(fixture);
    await within(page, STREAM);
    await showsNewTask(fixture, "Came by stream");
    await taskLink(page, "Came by stream").focus();
    await page.keyboard.press("5");
    await card(page, "Came by stream").getByText("Colour: Green").waitFor();
  }, 40_000);
}

for (const streams of ["held-back", "blocked"] as const) {
  test(`with streams ${streams} too, the page polls within five seconds and says so`, async () => {
    const fixture = await behindProxy({ upgrades: "blocked", streams });
    const { page } = fixture.owner;
    await open(fixture);
    await within(page, "Polling");
    await showsNewTask(fixture, "Came by polling");
  }, 40_000);
}

test("the page falls back and recovers as transports fail and return, and shows every change once", async () => {
  const fixture = await behindProxy(OPEN);
  const { owner } = fixture;
  const { page } = owner;
  await open(fixture);
  await untilLive(page);
  const made: string[] = [];
  const make = async (title: string) => {
    made.push(title);
    await makeTask(fixture, title);
  };
  for (const [passage, word] of [
    [{ upgrades: "blocked", streams: "open" }, STREAM],
    [{ upgrades: "blocked", streams: "blocked" }, "Polling"],
    [{ upgrades: "blocked", streams: "open" }, STREAM],
    [OPEN, /Live(?! by)/],
    [{ upgrades: "blocked", streams: "blocked" }, "Polling"],
    [OPEN, /Live(?! by)/],
  ] as const) {
    proxy.setPassage(passage);
    await make(`On the way to ${word} ${made.length}`);
    await reportOnline(owner);
    await untilStatus(page, word);
    await make(`On ${word} ${made.length}`);
  }
  await eventually(() => titles(page, "To do"), made);
}, 90_000);

test("the dialog names the transport, the problem, and the settings to change", async () => {
  const fixture = await behindProxy({ upgrades: "blocked", streams: "held-back" });
  const { page } = fixture.owner;
  await open(fixture);
  await within(page, "Polling");
  await page.getByRole("button", { name: "Why is the page not live?" }).click();
  const dialog = page.getByRole("dialog", { name: "Connection" });
  await dialog.getByText("checks for changes every 3 seconds").waitFor();
  await dialog.getByText("proxy_set_header Upgrade $http_upgrade;").waitFor();
  await dialog.getByText("proxy_buffering off;").waitFor();
  expect(await violationsOf(page)).toEqual([]);
  proxy.setPassage({ upgrades: "blocked", streams: "open" });
  await reportOnline(fixture.owner);
  await dialog.getByText("Live over an event stream.").waitFor();
}, 60_000);

/** Opens a page whose socket is at another address, and its connection dialog. */
const connectionDialogOf = async (socketAddress: string) => {
  const artel = await startArtel({ env: { LOG_LEVEL: "warn", WSS_URL: socketAddress } });
  const person = await signUp({ artel, browser: stage.browser }, "Olga");
  person.expectedProblems.push(CONNECTION_LOST, failedWith(403), /WebSocket connection to .* failed/);
  const fixture = await createFixture(person);
  await person.page.goto(`${artel.url}/b/${fixture.board.id}`);
  await within(person.page, STREAM);
  await person.page.getByRole("button", { name: "Why is the page not live?" }).click();
  return person.page.getByRole("dialog", { name: "Connection" });
};

test("the dialog distinguishes a server that does not trust the page from an address without an answer", async () => {
  // The first server trusts the origins of its own port and of the proxy, not that of the second server.
  const untrusting = await connectionDialogOf(`${stage.artel.url.replace("http", "ws")}/ws`);
  await untrusting.getByText("Add it to TRUSTED_ORIGINS").waitFor();
  const nobody = await connectionDialogOf(`ws://127.0.0.1:${freePort()}/ws`);
  await nobody.getByText("Check that the realtime server is running").waitFor();
}, 60_000);

test("the status shows when the page last was up to date, and a button checks at once", async () => {
  const fixture = await behindProxy(OPEN);
  const { page } = fixture.owner;
  await open(fixture);
  await untilLive(page);
  await status(page).getByText("Updated just now").waitFor();
  await status(page)
    .getByText(/Updated \d+ sec/)
    .waitFor();
  await page.getByRole("button", { name: "Refresh now" }).click();
  await status(page).getByText("Updated just now").waitFor();
}, 40_000);
