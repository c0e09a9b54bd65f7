import { seeded } from "../../client/realtime/testing/sim-clock.ts";
import { tasksIn } from "../../client/sync/testing/things.ts";
import { boardRef } from "../../web/src/entities/snapshots.ts";
import { addMember, createFixture, type Fixture, restAt } from "../support/api.ts";
import { type Dice, diceOf, FAULTS, type Fault } from "./faults.ts";
import { openPage, type Page } from "./people.ts";
import { type DatabaseState, databaseStateOf, differenceOf, logFaults } from "./verdict.ts";
import { startWorld, type World } from "./world.ts";

export type ChaosPlan = {
  readonly seed: number;
  readonly seconds: number;
  readonly clients: number;
  readonly teams: number;
  /** Changes a second, over all teams. */
  readonly rate: number;
  /** Names of faults; all by default, each at least once if the time suffices. */
  readonly faults?: readonly string[];
  readonly log?: (line: string) => void;
};

export type ChaosReport = {
  readonly faults: readonly string[];
  readonly changes: number;
  /** Changes answered while Redis answered nothing. */
  readonly answeredWithoutRedis: number;
  /** Milliseconds from the end of the last fault until every page showed the database's state. */
  readonly convergedAfterMs: number;
  readonly events: number;
  /** Empty if every promise held. */
  readonly wrong: readonly string[];
};

/** Promise G6: every page is up to date this soon after the last fault. */
const CONVERGED_WITHIN_MS = 25_000;
const PRINTED_LINES = 30;
const LOOK_MS = 250;
const MOST_REPORTED = 20;

type Writer = { readonly titles: Set<string>; write(): void };

/** Creates, moves and recolours tasks on one page. It never deletes, so every created title must exist at the end. */
const writerOf = (page: Page, name: string, { random, one }: Dice): Writer => {
  const titles = new Set<string>();
  const { actions, engine, fixture } = page;
  return {
    titles,
    write: () => {
      const view = engine.view(boardRef(fixture.board.id));
      const columns = [fixture.todo.id, fixture.doing.id];
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

/** Returns the faults in rounds: all of them once in shuffled order, then again. */
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

const makeTeam = async (world: World, plan: ChaosPlan): Promise<{ fixture: Fixture; pages: Page[] }> => {
  const rest = restAt(world.url);
  const fixture = await createFixture(rest);
  const member = await addMember(rest, fixture, "member");
  const count = Math.ceil(plan.clients / plan.teams);
  const pages = await Promise.all(
    Array.from({ length: count }, (_, index) => openPage(world.url, fixture, index % 2 === 0 ? fixture.owner : member)),
  );
  return { fixture, pages };
};

/** Waits until all pages show the database's state; resolves to the differences left at the deadline. */
const waitForConvergence = async (
  pages: readonly Page[],
  databaseStates: () => Promise<Map<string, DatabaseState>>,
  until: number,
): Promise<string[]> => {
  for (;;) {
    const states = await databaseStates();
    const differences = pages.flatMap((page, index) => {
      const known = states.get(page.fixture.team.id);
      const difference = known === undefined ? "its team is gone" : differenceOf(page, known);
      return difference === null ? [] : [`page ${index}: ${difference}`];
    });
    if (differences.length === 0 || performance.now() > until) return differences;
    await Bun.sleep(LOOK_MS);
  }
};

const tail = (output: string): string => output.trimEnd().split("\n").slice(-PRINTED_LINES).join("\n");

/** Runs real processes under faults for a while, and compares all pages with the database at the end. */
export const runChaos = async (plan: ChaosPlan): Promise<ChaosReport> => {
  const log = plan.log ?? (() => {});
  const dice = diceOf(seeded(plan.seed));
  const world = await startWorld(dice.random);
  const teams = await Promise.all(Array.from({ length: plan.teams }, () => makeTeam(world, plan)));
  const pages = teams.flatMap((team) => team.pages);
  const databaseStates = async () =>
    new Map(
      await Promise.all(
        teams.map(async ({ fixture }) => [fixture.team.id, await databaseStateOf(world, fixture)] as const),
      ),
    );
  const early = await waitForConvergence(pages, databaseStates, performance.now() + CONVERGED_WITHIN_MS);
  if (early.length > 0) throw new Error(`the pages differ from the database before the first fault: ${early[0]}`);
  log(`${pages.length} pages of ${teams.length} teams are live`);

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

  const injected: string[] = [];
  const next = scheduleOf(plan, dice);
  const until = performance.now() + plan.seconds * 1_000;
  while (performance.now() < until) {
    await dice.pause(200, 1_500);
    const fault = next();
    log(fault.name);
    redisIsAway = fault.takesRedis === true;
    await fault.run(world, dice);
    redisIsAway = false;
    injected.push(fault.name);
  }
  const over = performance.now();
  // Writers go on for a moment after the last fault: those changes must arrive too.
  await Bun.sleep(1_000);
  clearInterval(writing);
  const differences = await waitForConvergence(pages, databaseStates, over + CONVERGED_WITHIN_MS);
  const convergedAfterMs = performance.now() - over;

  const states = await databaseStates();
  const titles = [...states.values()].flatMap((each) => each.titles);
  const inDatabase = new Map<string, number>();
  for (const title of titles) inDatabase.set(title, (inDatabase.get(title) ?? 0) + 1);
  const created = writers.flatMap((writer) => [...writer.titles]);
  const wrong = [
    ...differences,
    ...[...world.apis, ...world.sockets].filter((node) => node.hasEnded()).map(({ name }) => `${name} ended by itself`),
    ...[...states.values()].flatMap(logFaults),
    ...pages.flatMap(({ faults }, index) => faults.map((fault) => `page ${index}: ${fault}`)),
    ...pages.flatMap(({ engine }, index) =>
      engine.outbox.rejections.map(({ title, problem }) => `page ${index}: ${title} was refused: ${problem.code}`),
    ),
    ...created.filter((title) => !inDatabase.has(title)).map((title) => `${title} is lost`),
    ...[...inDatabase].filter(([, times]) => times > 1).map(([title, times]) => `${title} is there ${times} times`),
  ].slice(0, MOST_REPORTED);
  if (wrong.length > 0)
    for (const { name, output } of [...world.apis, ...world.sockets]) log(`${name} printed:\n${tail(output())}`);
  for (const page of pages) page.close();
  return {
    faults: injected,
    changes,
    answeredWithoutRedis,
    convergedAfterMs,
    events: [...states.values()].reduce((sum, { head }) => sum + head.seq, 0),
    wrong,
  };
};
