import { BACKOFF_CAP_MS } from "../../client/realtime/backoff.ts";
import { formatPosition } from "../../shared/protocol/position.ts";
import { ACTIONS } from "./actions.ts";
import { FAULTS } from "./faults.ts";
import { createFixture } from "./fixture.ts";
import { differenceOf, readTruth, type Truth } from "./oracle.ts";
import type { Page } from "./page.ts";
import { recordingMetrics } from "./recorder.ts";
import { createRest } from "./rest.ts";
import { MAX_APIS, type Setup, USUAL_WRITE_DELAY_MS, World } from "./world.ts";

export type RunResult = {
  readonly seed: number;
  readonly hash: string;
  /** In the order of their finding. */
  readonly violations: readonly string[];
  readonly counts: ReadonlyMap<string, number>;
  readonly lines: readonly string[];
  /** Milliseconds of virtual time from the end of faults until every page had converged. */
  readonly convergedAfter: number;
};

/** Creates the part that all runs share. */
export const createSetup = async (): Promise<Setup> => {
  const metrics = recordingMetrics();
  const fixture = await createFixture(metrics);
  return { metrics, fixture, rests: Array.from({ length: MAX_APIS }, createRest), oracleRest: createRest() };
};

/** The protocol's bound: everything has converged within a heartbeat of the end of faults. */
const CONVERGE_WITHIN_MS = 25_000;
/** A page that failed often waits so long before it tries again, and only then can it converge. */
const LONGEST_WAIT_MS = BACKOFF_CAP_MS;
const LOOK_EVERY_MS = 1_000;
/** Longer than any answer is under way. */
const LATE_MS = 5_000;
/** A page that has converged must stay so. */
const STILL_MS = 3_000;

/** The longest wait of a consumer after a failure, and a sweep. */
const CONSUMER_WITHIN_MS = 62_000;

type Weighted = { readonly weight: number };

const choose = <Item extends Weighted>(random: () => number, items: readonly Item[]): Item | undefined => {
  let rest = random() * items.reduce((sum, { weight }) => sum + weight, 0);
  return items.find(({ weight }) => {
    rest -= weight;
    return rest < 0;
  });
};

/** Runs one world: people work while things go wrong, then nothing goes wrong any more, and everything must converge. */
export const simulate = (setup: Setup, seed: number, options: { readonly isTraced?: boolean } = {}): RunResult => {
  const world = new World(setup, seed, { isTraced: options.isTraced ?? false });
  try {
    return run(world, seed);
  } finally {
    world.close();
  }
};

const run = (world: World, seed: number): RunResult => {
  const { scheduler, trace, setup } = world;
  // Not every kind of fault in every run: some hide others.
  const share = scheduler.pick([0.15, 0.3, 0.6]) ?? 0.3;
  const faults = FAULTS.filter(() => scheduler.chance(share));
  const faultShare = scheduler.pick([0.15, 0.3, 0.5]) ?? 0.2;
  const steps = scheduler.between(10, 32);
  for (let count = scheduler.between(2, 4); count > 0; count -= 1) {
    world.openPage(scheduler.pick(setup.fixture.people) ?? "");
  }
  for (let step = 0; step < steps; step += 1) {
    const isFault = faults.length > 0 && scheduler.chance(faultShare);
    const action = isFault ? choose(scheduler.random, faults) : choose(scheduler.random, ACTIONS);
    if (action !== undefined) {
      trace.note(`- ${action.name}`);
      action.run(world);
    }
    scheduler.pass(Math.floor(scheduler.random() ** 3 * 3_000));
    checkConfirmed(world);
  }
  heal(world);
  const convergedAfter = settle(world);
  for (const { change, found } of world.missingChanges()) {
    world.report(`the change ${change.key}, acknowledged at ${formatPosition(change)}, is ${found ?? "gone"}`);
  }
  // Its handler may have failed just before, several times in a row.
  for (let waited = 0; waited < CONSUMER_WITHIN_MS && world.consumerFault() !== null; waited += LOOK_EVERY_MS) {
    scheduler.pass(LOOK_EVERY_MS);
  }
  const fault = world.consumerFault();
  if (fault !== null) world.report(`the log consumer: ${fault}`);
  for (const browser of world.browsers.values()) {
    for (const key of world.ledger.lostBy(browser)) world.report(`${key} was stored, and is lost`);
  }
  trace.count(convergedAfter > CONVERGE_WITHIN_MS ? "converged after a longer wait" : "converged within 25 s");
  return {
    seed,
    hash: trace.hash,
    violations: world.violations,
    counts: trace.counts,
    lines: trace.lines ?? [],
    convergedAfter,
  };
};

/** At every moment a page's confirmed snapshots are what the database held at their positions. */
const checkConfirmed = (world: World): void => {
  for (const page of world.pages) {
    const difference = world.history.differenceOf(page);
    if (difference !== null) world.report(difference);
  }
};

/** Ends all faults. Nothing goes wrong from here on. */
const heal = (world: World): void => {
  const { scheduler, trace, setup } = world;
  trace.note("--- no more faults ---");
  world.pendingFaults.alive = false;
  Object.assign(world.busFaults, { lost: 0, doubled: 0, delay: 0 });
  Object.assign(world.httpFaults, { lostRequests: 0, lostAnswers: 0, delay: 0 });
  world.redisWorld.isUp = true;
  world.redis.isReadOnly = false;
  for (const api of world.apis) world.startApi(api);
  for (const node of world.nodes) world.startNode(node);
  for (const { link } of [...world.apis, ...world.nodes]) Object.assign(link, { isHole: false, isDeaf: false });
  for (const [userId, browser] of world.browsers) {
    browser.writeDelay = USUAL_WRITE_DELAY_MS;
    browser.isFull = false;
    world.goOnline(browser);
    const isOpen = world.pagesOf(browser).length > 0;
    if (isOpen && browser.sid === null && !world.closing.has(browser)) world.signIn(userId);
    // Somebody who closed a browser with unsent mutations comes back.
    if (!isOpen && browser.pending.length > 0) world.openPage(userId);
  }
  // Some networks never let everything through, and people work there all the same.
  for (const browser of [...world.middleboxes.keys()]) if (scheduler.chance(0.5)) world.middleboxes.delete(browser);
  for (const stream of world.streams) world.letFlow(stream);
  for (const connection of world.connections) {
    connection.down.delay = 0;
    connection.up.delay = 0;
    if (connection.isStalled && scheduler.chance(0.3)) connection.cut();
    else connection.resume();
  }
  loadAnew(world, (page) => page.subscription === "denied" || page.realtime.connection.kind === "stopped");
  if (world.pages.every((page) => !world.isMember(page.userId))) world.openPage(setup.fixture.people[0] ?? "");
};

/** A person who was removed and invited again, or is signed out, loads the page anew. */
const loadAnew = (world: World, isOut: (page: Page) => boolean): void => {
  for (const page of [...world.pages]) {
    // Without a socket only an answer could say so.
    const showsNothing = world.mayBeOut.has(page.userId) && page.view === null;
    if (!showsNothing && !isOut(page)) continue;
    world.closePage(page);
    if (world.isMember(page.userId)) world.openPage(page.userId);
  }
};

/** Lets time pass until every page has converged, and a little longer. Returns how long that took. */
const settle = (world: World): number => {
  const { scheduler } = world;
  const started = scheduler.now;
  let convergedAt: number | null = null;
  let differences: string[] = [];
  let truth: Truth | null = null;
  const bound = started + CONVERGE_WITHIN_MS;
  while (scheduler.now < bound + LONGEST_WAIT_MS) {
    scheduler.pass(LOOK_EVERY_MS);
    // An answer of before may have been that late.
    if (scheduler.now - started <= LATE_MS)
      loadAnew(world, (page) => page.subscription === "denied" && world.mayBeOut.has(page.userId));
    const at = formatPosition(world.head);
    if (truth?.at !== at) truth = readTruth(world);
    const known = truth;
    const members = world.pages.filter(({ userId, browser }) => world.isMember(userId) && !world.closing.has(browser));
    differences = members.flatMap((page) => differenceOf(world, page, known) ?? []);
    if (differences.length > 0) {
      convergedAt = null;
      // Beyond the bound only a page that had to wait before trying again may take longer.
      const isWaiting = members.some((page) => page.isWaiting);
      if (scheduler.now >= bound && !isWaiting) break;
      continue;
    }
    convergedAt ??= scheduler.now;
    if (scheduler.now - convergedAt >= STILL_MS) break;
  }
  for (const difference of differences) world.report(difference);
  return (convergedAt ?? scheduler.now) - started;
};
