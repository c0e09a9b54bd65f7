import { type Action, anyPage, reload } from "./actions.ts";
import { USUAL_WRITE_DELAY_MS, type World } from "./world.ts";

/** Longer than the page waits for an answer of storage. */
const BLOCKED_MS = 9_000;
const SLOW_MS = 400;

const later = (world: World, least: number, bound: number, run: () => void): void => {
  world.scheduler.after(world.scheduler.between(least, bound), world.pendingFaults, run);
};

/** Faults of a browser's storage, and of pages that end without a word. */
export const STORAGE_FAULTS: readonly Action[] = [
  {
    name: "storage slow",
    weight: 5,
    run: (world) => {
      const { scheduler } = world;
      const browser = anyPage(world)?.browser;
      if (browser === undefined || browser.isPrivate) return;
      const isBlocked = scheduler.chance(0.2);
      world.trace.fault(isBlocked ? "storage blocked" : "storage slow");
      browser.writeDelay = isBlocked ? BLOCKED_MS : SLOW_MS;
      later(world, 500, 10_000, () => {
        browser.writeDelay = USUAL_WRITE_DELAY_MS;
      });
    },
  },
  {
    name: "storage full",
    weight: 3,
    run: (world) => {
      const browser = anyPage(world)?.browser;
      if (browser === undefined || browser.isPrivate) return;
      world.trace.fault("storage full");
      browser.isFull = true;
      later(world, 500, 10_000, () => {
        browser.isFull = false;
      });
    },
  },
  {
    name: "page killed with a request under way",
    weight: 6,
    run: (world) => {
      const page = world.scheduler.pick(
        world.pages.filter(({ engine }) => engine.outbox.pending.some(({ status }) => status === "sending")),
      );
      if (page === undefined) return;
      world.trace.fault("pages killed with a request under way");
      reload(world, page);
    },
  },
  {
    name: "browser closed offline",
    weight: 6,
    run: (world) => {
      const { scheduler } = world;
      const page = anyPage(world);
      if (page === undefined) return;
      const { browser, userId } = page;
      world.goOffline(browser);
      for (let count = scheduler.between(1, 4); count > 0; count -= 1) world.act(page);
      later(world, 20, 2_000, () => {
        world.trace.fault(
          browser.pending.length > 0 ? "browsers closed with unsent mutations" : "browsers closed offline",
        );
        for (const each of world.pagesOf(browser)) world.closePage(each);
      });
      later(world, 2_000, 6_000, () => {
        world.openPage(userId);
        // At first still offline: the page shows what is stored.
        later(world, 500, 4_000, () => world.goOnline(browser));
      });
    },
  },
];
