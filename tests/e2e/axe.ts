import axe from "axe-core";
import type { BrowserContext, Page } from "playwright-core";

/** Call it before the context's first page loads: the page's policy refuses a script that is added later. */
export const prepareAxe = (context: BrowserContext): Promise<unknown> => context.addInitScript({ content: axe.source });

/** Waits for all animations that end. */
const untilStill = (page: Page): Promise<void> =>
  page.evaluate(async () => {
    const moving = () =>
      document
        .getAnimations()
        .filter(({ effect, playState }) => playState === "running" && effect?.getTiming().iterations !== Infinity);
    for (let all = moving(); all.length > 0; all = moving())
      await Promise.allSettled(all.map(({ finished }) => finished));
  });

const inspect = async (page: Page): Promise<string[]> => {
  await untilStill(page);
  return page.evaluate(async () => {
    const { axe } = globalThis as unknown as { axe: typeof import("axe-core") };
    const { violations } = await axe.run(document, { resultTypes: ["violations"] });
    return violations.flatMap(({ id, nodes }) =>
      nodes.map(({ html, failureSummary }) => `${id}: ${html.slice(0, 160)} ${failureSummary?.split("\n")[1] ?? ""}`),
    );
  });
};

/** The violations that axe finds on the page, in light and in dark, each with its colour scheme. */
export const violationsOf = async (page: Page): Promise<string[]> => {
  const found: string[] = [];
  for (const colorScheme of ["light", "dark"] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
    found.push(...(await inspect(page)).map((violation) => `${colorScheme}: ${violation}`));
  }
  return found;
};
