import { afterEach, beforeAll, expect, test } from "bun:test";
import type { Page } from "playwright-core";
import { type NarrowProxy, type Passage, startNarrowProxy } from "../support/narrow-proxy.ts";
import { freePort } from "../support/ports.ts";
import { startArtel } from "../support/processes.ts";
import { prepareAxe, violationsOf } from "./axe.ts";
import { card, status, taskLink, titles, untilLive, untilStatus } from "./board-steps.ts";
import {
  answered,
  arrive,
  CUT_OFF,
  eventually,
  everyoneLeaves,
  type Ground,
  makeGround,
  makeTask,
  openStage,
  type Someone,
  type Stage,
} from "./support.ts";

let proxy: NarrowProxy;
let stage: Stage;
beforeAll(async () => {
  proxy = await startNarrowProxy();
  stage = await openStage({ env: { TRUSTED_ORIGINS: proxy.url } });
  proxy.setTarget(stage.artel.port);
}, 60_000);
afterEach(everyoneLeaves);

const OPEN: Passage = { upgrades: "open", streams: "open" };
const WITHIN_MS = 5_000;
const STREAM = "Live by stream";

/** Somebody whose way to Artel leads through the proxy, with a board. */
const behindProxy = async (passage: Passage): Promise<Ground> => {
  proxy.setPassage(passage);
  const person = await arrive(stage, "Pavel", { baseURL: proxy.url });
  person.expectedProblems.push(CUT_OFF, answered(502), answered(426), /WebSocket connection to .* failed/);
  await prepareAxe(person.context);
  return makeGround(person);
};

const open = ({ owner, board }: Ground) => owner.page.goto(`/b/${board.id}`);
const within = (page: Page, text: string) => status(page).filter({ hasText: text }).waitFor({ timeout: WITHIN_MS });
/** The browser says that the network is back, so that nobody has to wait for the next try. */
const hurry = ({ page }: Someone) => page.evaluate(() => window.dispatchEvent(new Event("online")));

const shows = async (ground: Ground, title: string): Promise<void> => {
  await makeTask(ground, title);
  await taskLink(ground.owner.page, title).waitFor({ timeout: WITHIN_MS });
};

for (const upgrades of ["blocked", "swallowed"] as const) {
  test(`upgrades that are ${upgrades}: the page works by stream within five seconds and says so`, async () => {
    const ground = await behindProxy({ ...OPEN, upgrades });
    const { page } = ground.owner;
    await open(ground);
    await within(page, STREAM);
    await shows(ground, "Came by stream");
    await taskLink(page, "Came by stream").focus();
    await page.keyboard.press("5");
    await card(page, "Came by stream").getByText("Colour: Green").waitFor();
  }, 40_000);
}

for (const streams of ["held-back", "blocked"] as const) {
  test(`streams that are ${streams} too: the page polls within five seconds and says so`, async () => {
    const ground = await behindProxy({ upgrades: "blocked", streams });
    const { page } = ground.owner;
    await open(ground);
    await within(page, "Polling");
    await shows(ground, "Came by polling");
  }, 40_000);
}

test("what gets through is used, down and up again, and no change is lost or doubled on the way", async () => {
  const ground = await behindProxy(OPEN);
  const { owner } = ground;
  const { page } = owner;
  await open(ground);
  await untilLive(page);
  const made: string[] = [];
  const make = async (title: string) => {
    made.push(title);
    await makeTask(ground, title);
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
    await hurry(owner);
    await untilStatus(page, word);
    await make(`On ${word} ${made.length}`);
  }
  await eventually(() => titles(page, "To do"), made);
}, 90_000);

test("the dialog names the rung, what is wrong, and what an administrator has to change", async () => {
  const ground = await behindProxy({ upgrades: "blocked", streams: "held-back" });
  const { page } = ground.owner;
  await open(ground);
  await within(page, "Polling");
  await page.getByRole("button", { name: "Why is the page not live?" }).click();
  const dialog = page.getByRole("dialog", { name: "Connection" });
  await dialog.getByText("asks for changes every 3 seconds").waitFor();
  await dialog.getByText("proxy_set_header Upgrade $http_upgrade;").waitFor();
  await dialog.getByText("proxy_buffering off;").waitFor();
  expect(await violationsOf(page)).toEqual([]);
  proxy.setPassage({ upgrades: "blocked", streams: "open" });
  await hurry(ground.owner);
  await dialog.getByText("Live over an event stream.").waitFor();
}, 60_000);

/** A page whose socket is at another address; its dialog. */
const elsewhere = async (socketAddress: string) => {
  const artel = await startArtel({ env: { LOG_LEVEL: "warn", WSS_URL: socketAddress } });
  const person = await arrive({ artel, browser: stage.browser }, "Olga");
  person.expectedProblems.push(CUT_OFF, answered(403), /WebSocket connection to .* failed/);
  const ground = await makeGround(person);
  await person.page.goto(`${artel.url}/b/${ground.board.id}`);
  await within(person.page, STREAM);
  await person.page.getByRole("button", { name: "Why is the page not live?" }).click();
  return person.page.getByRole("dialog", { name: "Connection" });
};

test("the dialog tells a server that does not trust the page from an address where nothing answers", async () => {
  // This one trusts the origin of its own port, and the proxy's.
  const untrusting = await elsewhere(`${stage.artel.url.replace("http", "ws")}/ws`);
  await untrusting.getByText("Add it to TRUSTED_ORIGINS").waitFor();
  const nobody = await elsewhere(`ws://127.0.0.1:${freePort()}/ws`);
  await nobody.getByText("Check that the realtime server is running").waitFor();
}, 60_000);

test("the status tells when the page last was in step, and a button finds out now", async () => {
  const ground = await behindProxy(OPEN);
  const { page } = ground.owner;
  await open(ground);
  await untilLive(page);
  await status(page).getByText("Updated just now").waitFor();
  await status(page)
    .getByText(/Updated \d+ sec/)
    .waitFor();
  await page.getByRole("button", { name: "Refresh now" }).click();
  await status(page).getByText("Updated just now").waitFor();
}, 40_000);
