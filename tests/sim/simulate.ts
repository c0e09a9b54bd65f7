import { BACKOFF_CAP_MS } from "../../client/realtime/backoff.ts";
import { formatPosition } from "../../shared/protocol/position.ts";
import { DEEDS } from "./deeds.ts";
import { backOnline, FAULTS } from "./faults.ts";
import { layGround } from "./ground.ts";
import { differenceOf, readTruth, type Truth } from "./oracle.ts";
import type { Page } from "./page.ts";
import { recordingMetrics } from "./recorder.ts";
import { createRest } from "./rest.ts";
import { MAX_APIS, type Workshop, World } from "./world.ts";

export type RunResult = {
  readonly seed: number;
  readonly hash: string;
  /** What is wrong, the first thing first; empty when nothing is. */
  readonly wrongs: readonly string[];
  readonly counts: ReadonlyMap<string, number>;
  readonly lines: readonly string[];
  /** Milliseconds of virtual time from the end of faults until every page was level. */
  readonly levelAfter: number;
};

/** Makes what all runs share. */
export const openWorkshop = async (): Promise<Workshop> => {
  const metrics = recordingMetrics();
  const ground = await layGround(metrics);
  return { metrics, ground, rests: Array.from({ length: MAX_APIS }, createRest), judge: createRest() };
};

/** The protocol's bound: everything is level within a heartbeat of the end of faults. */
const LEVEL_WITHIN_MS = 25_000;
/** A page that failed often waits so long before it tries again, and only then can it become level. */
const LONGEST_WAIT_MS = BACKOFF_CAP_MS;
const LOOK_EVERY_MS = 1_000;
/** Longer than any answer is under way. */
const LATE_MS = 5_000;
/** Once level, a page must stay so. */
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

/** One world for a while: people work, things go wrong, then nothing does, and everything must be level. */
export const simulate = (workshop: Workshop, seed: number, options: { readonly isTold?: boolean } = {}): RunResult => {
  const world = new World(workshop, seed, { isTold: options.isTold ?? false });
  try {
    return run(world, seed);
  } finally {
    world.close();
  }
};

const run = (world: World, seed: number): RunResult => {
  const { scheduler, trace, workshop } = world;
  // Not every kind of fault in every run: some hide others.
  const share = scheduler.pick([0.15, 0.3, 0.6]) ?? 0.3;
  const faults = FAULTS.filter(() => scheduler.chance(share));
  const faultShare = scheduler.pick([0.15, 0.3, 0.5]) ?? 0.2;
  const steps = scheduler.between(10, 32);
  for (let count = scheduler.between(2, 4); count > 0; count -= 1) {
    world.openPage(scheduler.pick(workshop.ground.people) ?? "");
  }
  for (let step = 0; step < steps; step += 1) {
    const isFault = faults.length > 0 && scheduler.chance(faultShare);
    const deed = isFault ? choose(scheduler.random, faults) : choose(scheduler.random, DEEDS);
    if (deed !== undefined) {
      trace.note(`- ${deed.name}`);
      deed.run(world);
    }
    scheduler.pass(Math.floor(scheduler.random() ** 3 * 3_000));
  }
  heal(world);
  const levelAfter = settle(world);
  for (const { change, found } of world.missingChanges()) {
    world.wrong(`the change ${change.key}, acknowledged at ${formatPosition(change)}, is ${found ?? "gone"}`);
  }
  // Its handler may have failed just before, several times in a row.
  for (let waited = 0; waited < CONSUMER_WITHIN_MS && world.consumerFault() !== null; waited += LOOK_EVERY_MS) {
    scheduler.pass(LOOK_EVERY_MS);
  }
  const fault = world.consumerFault();
  if (fault !== null) world.wrong(`the log consumer: ${fault}`);
  trace.count(levelAfter > LEVEL_WITHIN_MS ? "level after a longer wait" : "level within 25 s");
  return {
    seed,
    hash: trace.hash,
    wrongs: world.wrongs,
    counts: trace.counts,
    lines: trace.lines ?? [],
    levelAfter,
  };
};

/** From here on nothing goes wrong any more. */
const heal = (world: World): void => {
  const { scheduler, trace } = world;
  trace.note("--- no more faults ---");
  world.fate.alive = false;
  Object.assign(world.busFaults, { lost: 0, doubled: 0, delay: 0 });
  Object.assign(world.httpFaults, { lostRequests: 0, lostAnswers: 0, delay: 0 });
  world.redisWorld.isUp = true;
  world.redis.isReadOnly = false;
  for (const api of world.apis) world.startApi(api);
  for (const node of world.nodes) world.startNode(node);
  for (const { link } of [...world.apis, ...world.nodes]) Object.assign(link, { isHole: false, isDeaf: false });
  for (const page of world.pages) backOnline(world, page);
  // Some networks never let everything through, and people work there all the same.
  for (const page of [...world.middleboxes.keys()]) if (scheduler.chance(0.5)) world.middleboxes.delete(page);
  for (const stream of world.streams) world.letFlow(stream);
  for (const connection of world.connections) {
    connection.down.delay = 0;
    connection.up.delay = 0;
    if (connection.isStalled && scheduler.chance(0.3)) connection.cut();
    else connection.resume();
  }
  loadAnew(world, (page) => page.subscription === "denied" || page.realtime.connection.kind === "stopped");
  if (world.pages.every((page) => !world.isMember(page.userId))) world.openPage(world.workshop.ground.people[0] ?? "");
};

/** Who was removed and invited again, or is signed out, loads the page anew. */
const loadAnew = (world: World, isOut: (page: Page) => boolean): void => {
  for (const page of [...world.pages]) {
    // Without a socket only an answer could say so.
    const isTold = world.mayBeOut.has(page.userId) && page.view === null;
    if (!isTold && !isOut(page)) continue;
    world.closePage(page);
    if (world.isMember(page.userId)) world.openPage(page.userId);
  }
};

/** Lets time pass until every page is level, and a little longer. Answers how long that took. */
const settle = (world: World): number => {
  const { scheduler } = world;
  const started = scheduler.now;
  let levelAt: number | null = null;
  let differences: string[] = [];
  let truth: Truth | null = null;
  const bound = started + LEVEL_WITHIN_MS;
  while (scheduler.now < bound + LONGEST_WAIT_MS) {
    scheduler.pass(LOOK_EVERY_MS);
    // An answer of before may have been that late.
    if (scheduler.now - started <= LATE_MS)
      loadAnew(world, (page) => page.subscription === "denied" && world.mayBeOut.has(page.userId));
    const { epoch, seq } = world.head;
    if (truth === null || truth.at !== `${epoch}:${seq}`) truth = readTruth(world);
    const known = truth;
    const members = world.pages.filter((page) => world.isMember(page.userId));
    differences = members.flatMap((page) => differenceOf(world, page, known) ?? []);
    if (differences.length > 0) {
      levelAt = null;
      // Beyond the bound only who had to wait before trying again may take longer.
      const isWaiting = members.some((page) => page.isWaiting);
      if (scheduler.now >= bound && !isWaiting) break;
      continue;
    }
    levelAt ??= scheduler.now;
    if (scheduler.now - levelAt >= STILL_MS) break;
  }
  for (const difference of differences) world.wrong(difference);
  return (levelAt ?? scheduler.now) - started;
};
