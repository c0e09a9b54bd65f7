import { afterEach, beforeAll, expect, test } from "bun:test";
import { type ChaosProxy, type Conditions, NORMAL, startChaosProxy } from "../support/chaos-proxy.ts";
import { freePort } from "../support/ports.ts";
import { addTask, columnsOf, openPair, shownColumns, untilLive } from "./board-steps.ts";
import { closeVisitors, eventually, openStage, type Stage, snapshotOf } from "./support.ts";

let stage: Stage;
let proxy: ChaosProxy;
beforeAll(async () => {
  proxy = await startChaosProxy(0);
  const port = freePort();
  stage = await openStage({ env: { PORT: String(port), BASE_URL: `http://127.0.0.1:${proxy.port}` } });
  proxy.setTarget(port);
}, 60_000);
afterEach(closeVisitors);

/** The console errors of a browser on a bad connection. */
const CONSOLE_ERRORS = /net::ERR_|WebSocket connection|Failed to load resource/;

const CONVERGED_WITHIN_MS = 25_000;

const CONDITIONS: [name: string, conditions: Partial<Conditions>, atOnce: (proxy: ChaosProxy) => void][] = [
  ["is cut", {}, ({ cut }) => cut()],
  ["is closed at one end", {}, ({ halfClose }) => halfClose()],
  ["is slow", { delayMs: 300 }, () => {}],
  ["swallows the server's messages", { swallows: "to-client" }, () => {}],
  ["swallows the pages' messages", { swallows: "to-server" }, () => {}],
  ["refuses connections", { refuses: true }, ({ cut }) => cut()],
];

test.each(CONDITIONS)(
  "the connection %s while two users work: both pages show every change once, and nothing else",
  async (_, conditions, atOnce) => {
    const pair = await openPair(stage, [["Before"]]);
    const { anna, boris } = pair;
    for (const { expectedProblems } of [anna, boris]) expectedProblems.push(CONSOLE_ERRORS);
    proxy.setConditions(conditions);
    atOnce(proxy);
    await Promise.all([addTask(anna.page, "To do", "By Anna"), addTask(boris.page, "Doing", "By Boris")]);
    proxy.setConditions(NORMAL);
    atOnce(proxy);
    await addTask(anna.page, "Done", "By Anna afterwards");
    const made = ["Before", "By Anna", "By Anna afterwards", "By Boris"];
    await eventually(
      async () => (await snapshotOf(pair)).tasks.map(({ title }) => title).sort(),
      made,
      CONVERGED_WITHIN_MS,
    );
    const expected = columnsOf(await snapshotOf(pair));
    await eventually(() => shownColumns(anna.page), expected, CONVERGED_WITHIN_MS);
    await eventually(() => shownColumns(boris.page), expected, CONVERGED_WITHIN_MS);
    await Promise.all([untilLive(anna.page), untilLive(boris.page)]);
    expect(await anna.page.getByText("Not sent yet").count()).toBe(0);
  },
  90_000,
);
