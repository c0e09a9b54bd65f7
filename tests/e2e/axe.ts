import axe from "axe-core";
import type { BrowserContext, Page } from "playwright-core";

/** Must come before the context's first page is opened anywhere; a script added later would be refused by the page's policy. */
export const prepareAxe = (context: BrowserContext): Promise<unknown> => context.addInitScript({ content: axe.source });

/** What moves or fades has come to rest; what never rests is left alone. */
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

/** What axe finds wrong with what the page shows now, in light and in dark, each finding with its colour scheme. */
export const violationsOf = async (page: Page): Promise<string[]> => {
  const found: string[] = [];
  for (const colorScheme of ["light", "dark"] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
    found.push(...(await inspect(page)).map((violation) => `${colorScheme}: ${violation}`));
  }
  return found;
};
