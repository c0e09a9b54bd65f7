import { afterEach, beforeAll, expect, test } from "bun:test";
import type { Page } from "playwright-core";
import { openPair, taskLink } from "./board-steps.ts";
import { closeVisitors, openStage, type Stage } from "./support.ts";

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
}, 60_000);
afterEach(closeVisitors);

const CHANGES = 20;
const MEDIAN_BELOW_MS = 500;

/** Watches the page from now on; resolves to the time of the first paint after the text appears. */
const watchFor = async (page: Page, text: string): Promise<() => Promise<number>> => {
  const watch = await page.evaluateHandle((wanted) => {
    const painted = new Promise<number>((resolve) => {
      const look = (): void => {
        if (!document.querySelector("main")?.textContent?.includes(wanted)) return;
        observer.disconnect();
        // requestAnimationFrame runs before the paint, the message after it.
        requestAnimationFrame(() => {
          const { port1, port2 } = new MessageChannel();
          port1.onmessage = () => resolve(performance.timeOrigin + performance.now());
          port2.postMessage(null);
        });
      };
      const observer = new MutationObserver(look);
      observer.observe(document.body, { subtree: true, childList: true, characterData: true });
    });
    return { painted };
  }, text);
  return () => watch.evaluate(({ painted }) => painted);
};

/** Records the time of each key press and of the answer to its change. */
const watchKeys = async (page: Page) => {
  const moments = await page.evaluateHandle(() => {
    const noted: { pressed: number; answered: number } = { pressed: 0, answered: 0 };
    addEventListener("keydown", ({ timeStamp }) => (noted.pressed = performance.timeOrigin + timeStamp), true);
    new PerformanceObserver((list) => {
      const last = list.getEntries().findLast(({ name }) => name.includes("/api/tasks/"));
      if (last instanceof PerformanceResourceTiming) noted.answered = performance.timeOrigin + last.responseStart;
    }).observe({ type: "resource" });
    return noted;
  });
  return () => moments.evaluate((noted) => ({ ...noted }));
};

const median = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
const summary = (values: readonly number[]): string =>
  `median ${median(values).toFixed(0)} ms, worst ${Math.max(...values).toFixed(0)} ms`;

test("another user's page paints a change shortly after the key press", async () => {
  const { anna, boris } = await openPair(stage, [["Paint me"]]);
  await taskLink(anna.page, "Paint me").focus();
  const keyMoments = await watchKeys(anna.page);
  const own: number[] = [];
  const others: number[] = [];
  const afterAnswer: number[] = [];
  const colors = ["Red", "Green", "Blue", "Orange"] as const;
  const keys = { Red: "2", Green: "5", Blue: "7", Orange: "3" } as const;
  for (let change = 0; change < CHANGES; change += 1) {
    const color = colors[change % colors.length] ?? "Red";
    const [mine, theirs] = await Promise.all([
      watchFor(anna.page, `Colour: ${color}`),
      watchFor(boris.page, `Colour: ${color}`),
    ]);
    const answer = anna.page.waitForResponse((response) => response.request().method() === "PATCH");
    await anna.page.keyboard.press(keys[color]);
    const [here, there] = await Promise.all([mine(), theirs(), answer]);
    const { pressed, answered } = await keyMoments();
    own.push(here - pressed);
    others.push(there - pressed);
    afterAnswer.push(there - answered);
  }
  console.log(`own paint: ${summary(own)}; the other's: ${summary(others)}, after the answer: ${summary(afterAnswer)}`);
  expect(median(others)).toBeLessThan(MEDIAN_BELOW_MS);
});
