import { seeded } from "../../client/realtime/testing/sim-clock.ts";
import { tasksIn } from "../../client/sync/testing/things.ts";
import { boardRef } from "../../web/src/entities/snapshots.ts";
import { addMember, type Ground, makeGround, restAt } from "../support/api.ts";
import { type Dice, diceOf, FAULTS, type Fault } from "./faults.ts";
import { openPage, type Page } from "./people.ts";
import { lagOf, logFaults, type Truth, truthOf } from "./verdict.ts";
import { startWorld, type World } from "./world.ts";

export type ChaosPlan = {
  readonly seed: number;
  readonly seconds: number;
  readonly clients: number;
  readonly teams: number;
  /** Changes a second, over all teams. */
  readonly rate: number;
  /** By name; all that there are by default, each at least once while the time lasts. */
  readonly faults?: readonly string[];
  readonly say?: (line: string) => void;
};

export type ChaosReport = {
  readonly faults: readonly string[];
  readonly changes: number;
  /** Changes that were answered while Redis answered nobody. */
  readonly answeredWithoutRedis: number;
  /** From the end of the last fault until every page was level, in milliseconds. */
  readonly levelAfterMs: number;
  readonly events: number;
  /** Empty when the promise held. */
  readonly wrong: readonly string[];
};

/** All pages are level this soon after the last fault, or the promise is broken. */
const LEVEL_WITHIN_MS = 25_000;
const PRINTED_LINES = 30;
const LOOK_MS = 250;
const MOST_REPORTED = 20;

type Writer = { readonly titles: Set<string>; write(): void };

/** Makes, moves and renames tasks on one page, as a person would; nothing is ever deleted. */
const writerOf = (page: Page, name: string, { random, one }: Dice): Writer => {
  const titles = new Set<string>();
  const { actions, engine, ground } = page;
  return {
    titles,
    write: () => {
      const view = engine.view(boardRef(ground.board.id));
      const columns = [ground.todo.id, ground.doing.id];
      const tasks = view === null ? [] : columns.flatMap((columnId) => [...tasksIn(view, columnId)]);
      const dice = random();
      if (tasks.length === 0 || dice < 0.4) {
        const title = `${name}-${titles.size}`;
        titles.add(title);
        actions.createTask({ columnId: one(columns), title });
      } else if (dice < 0.7) {
        actions.moveTask(one(tasks).id, { columnId: one(columns) });
      } else {
        actions.updateTask(one(tasks).id, { color: one(["green", "red", "blue"] as const) });
      }
    },
  };
};

/** The order of the faults: all once, shuffled, then again. */
const scheduleOf = ({ faults }: ChaosPlan, { random }: Dice): (() => Fault) => {
  const known = faults === undefined ? FAULTS : FAULTS.filter(({ name }) => faults.includes(name));
  let left: Fault[] = [];
  return () => {
    if (left.length === 0)
      left = known
        .map((fault) => ({ fault, at: random() }))
        .sort((a, b) => a.at - b.at)
        .map(({ fault }) => fault);
    const next = left.pop();
    if (next === undefined) throw new Error("there is no such fault");
    return next;
  };
};

const makeTeam = async (world: World, plan: ChaosPlan): Promise<{ ground: Ground; pages: Page[] }> => {
  const rest = restAt(world.url);
  const ground = await makeGround(rest);
  const member = await addMember(rest, ground, "member");
  const count = Math.ceil(plan.clients / plan.teams);
  const pages = await Promise.all(
    Array.from({ length: count }, (_, index) => openPage(world.url, ground, index % 2 === 0 ? ground.owner : member)),
  );
  return { ground, pages };
};

/** Waits until all pages show what the database holds; answers what is still wrong at the deadline. */
const settle = async (
  pages: readonly Page[],
  truths: () => Promise<Map<string, Truth>>,
  until: number,
): Promise<string[]> => {
  for (;;) {
    const truth = await truths();
    const lags = pages.flatMap((page, index) => {
      const known = truth.get(page.ground.team.id);
      const lag = known === undefined ? "its team is gone" : lagOf(page, known);
      return lag === null ? [] : [`page ${index}: ${lag}`];
    });
    if (lags.length === 0 || performance.now() > until) return lags;
    await Bun.sleep(LOOK_MS);
  }
};

const tail = (output: string): string => output.trimEnd().split("\n").slice(-PRINTED_LINES).join("\n");

/** Lets real processes work and fail side by side for a while, and judges by the database what became of it. */
export const runChaos = async (plan: ChaosPlan): Promise<ChaosReport> => {
  const say = plan.say ?? (() => {});
  const dice = diceOf(seeded(plan.seed));
  const world = await startWorld(dice.random);
  const teams = await Promise.all(Array.from({ length: plan.teams }, () => makeTeam(world, plan)));
  const pages = teams.flatMap((team) => team.pages);
  const truths = async () =>
    new Map(
      await Promise.all(teams.map(async ({ ground }) => [ground.team.id, await truthOf(world, ground)] as const)),
    );
  const early = await settle(pages, truths, performance.now() + LEVEL_WITHIN_MS);
  if (early.length > 0) throw new Error(`the pages are not level before anything went wrong: ${early[0]}`);
  say(`${pages.length} pages of ${teams.length} teams are live`);

  const writers = teams.flatMap(({ pages: own }, team) =>
    own.slice(0, 3).map((page, index) => writerOf(page, `${team}.${index}`, dice)),
  );
  let changes = 0;
  let redisIsAway = false;
  let answeredWithoutRedis = 0;
  const onWay = new Set<string>();
  for (const { engine } of pages) {
    engine.subscribe(() => {
      for (const { key, status } of engine.outbox.pending) {
        if (status !== "answered") onWay.add(key);
        else if (onWay.delete(key) && redisIsAway) answeredWithoutRedis += 1;
      }
    });
  }
  const writing = setInterval(() => {
    changes += 1;
    dice.one(writers).write();
  }, 1_000 / plan.rate);

  const happened: string[] = [];
  const next = scheduleOf(plan, dice);
  const until = performance.now() + plan.seconds * 1_000;
  while (performance.now() < until) {
    await dice.pause(200, 1_500);
    const fault = next();
    say(fault.name);
    redisIsAway = fault.takesRedis === true;
    await fault.run(world, dice);
    redisIsAway = false;
    happened.push(fault.name);
  }
  const over = performance.now();
  // People go on for a moment after the last fault: what they do then has to arrive too.
  await Bun.sleep(1_000);
  clearInterval(writing);
  const lags = await settle(pages, truths, over + LEVEL_WITHIN_MS);
  const levelAfterMs = performance.now() - over;

  const truth = await truths();
  const titles = [...truth.values()].flatMap((each) => each.titles);
  const inDatabase = new Map<string, number>();
  for (const title of titles) inDatabase.set(title, (inDatabase.get(title) ?? 0) + 1);
  const wanted = writers.flatMap((writer) => [...writer.titles]);
  const wrong = [
    ...lags,
    ...[...world.apis, ...world.sockets].filter((node) => node.hasEnded()).map(({ name }) => `${name} ended by itself`),
    ...[...truth.values()].flatMap(logFaults),
    ...pages.flatMap(({ faults }, index) => faults.map((fault) => `page ${index}: ${fault}`)),
    ...pages.flatMap(({ engine }, index) =>
      engine.outbox.rejections.map(({ title, problem }) => `page ${index}: ${title} was refused: ${problem.code}`),
    ),
    ...wanted.filter((title) => !inDatabase.has(title)).map((title) => `${title} is lost`),
    ...[...inDatabase].filter(([, times]) => times > 1).map(([title, times]) => `${title} is there ${times} times`),
  ].slice(0, MOST_REPORTED);
  if (wrong.length > 0)
    for (const { name, output } of [...world.apis, ...world.sockets]) say(`${name} printed:\n${tail(output())}`);
  for (const page of pages) page.close();
  return {
    faults: happened,
    changes,
    answeredWithoutRedis,
    levelAfterMs,
    events: [...truth.values()].reduce((sum, { head }) => sum + head.seq, 0),
    wrong,
  };
};
