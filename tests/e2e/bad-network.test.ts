import { afterEach, beforeAll, expect, test } from "bun:test";
import { type ChaosProxy, FAIR, startChaosProxy, type Weather } from "../support/chaos-proxy.ts";
import { freePort } from "../support/ports.ts";
import { addTask, meet, shown, told, untilLive } from "./board-steps.ts";
import { eventually, everyoneLeaves, openStage, type Stage, snapshotOf } from "./support.ts";

let stage: Stage;
let line: ChaosProxy;
beforeAll(async () => {
  line = await startChaosProxy(0);
  const port = freePort();
  stage = await openStage({ env: { PORT: String(port), BASE_URL: `http://127.0.0.1:${line.port}` } });
  line.setTarget(port);
}, 60_000);
afterEach(everyoneLeaves);

/** All that a bad line makes a browser say. */
const COMPLAINTS = /net::ERR_|WebSocket connection|Failed to load resource/;

const LEVEL_WITHIN_MS = 25_000;

const WEATHERS: [name: string, weather: Partial<Weather>, atOnce: (line: ChaosProxy) => void][] = [
  ["is cut", {}, ({ cut }) => cut()],
  ["is closed at one end", {}, ({ halfClose }) => halfClose()],
  ["is slow", { delayMs: 300 }, () => {}],
  ["swallows what the server says", { swallows: "to-client" }, () => {}],
  ["swallows what the pages say", { swallows: "to-server" }, () => {}],
  ["lets nobody in", { refuses: true }, ({ cut }) => cut()],
];

test.each(WEATHERS)(
  "the line %s amid the work of two: both see all of it, once, and nothing else",
  async (_, weather, atOnce) => {
    const pair = await meet(stage, [["Before"]]);
    const { anna, boris } = pair;
    for (const { expectedProblems } of [anna, boris]) expectedProblems.push(COMPLAINTS);
    line.setWeather(weather);
    atOnce(line);
    await Promise.all([addTask(anna.page, "To do", "By Anna"), addTask(boris.page, "Doing", "By Boris")]);
    line.setWeather(FAIR);
    atOnce(line);
    await addTask(anna.page, "Done", "By Anna afterwards");
    const made = ["Before", "By Anna", "By Anna afterwards", "By Boris"];
    await eventually(
      async () => (await snapshotOf(pair)).tasks.map(({ title }) => title).sort(),
      made,
      LEVEL_WITHIN_MS,
    );
    const truth = told(await snapshotOf(pair));
    await eventually(() => shown(anna.page), truth, LEVEL_WITHIN_MS);
    await eventually(() => shown(boris.page), truth, LEVEL_WITHIN_MS);
    await Promise.all([untilLive(anna.page), untilLive(boris.page)]);
    expect(await anna.page.getByText("Not sent yet").count()).toBe(0);
  },
  90_000,
);
