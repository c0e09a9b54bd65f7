import { boardRef } from "../../../web/src/entities/snapshots.ts";
import type { Snapshot } from "../snapshot.ts";
import { act, ghost, pick, picture, type Scene, scene, userIdOf } from "./scenario.ts";
import { type Share, type SimClient, simClient } from "./sim-client.ts";
import { SimBrowser } from "./sim-device.ts";
import { TEAM } from "./sim-store.ts";
import { useSimTimers } from "./sim-timers.ts";
import type { SimWorld } from "./sim-world.ts";
import { snapshotOf } from "./things.ts";

const STEPS = 40;

/** What the server holds now, drawn when it is asked for. */
const truth = ({ world, boardId }: Scene): (() => string) => {
  const { position } = world.store;
  const snapshot = world.store.snapshot(boardId);
  return () => picture(snapshotOf(snapshot, { position }));
};

const obstruct = (world: SimWorld, random: () => number): void =>
  world.obstruct(
    pick(random, ["open", "blocked"] as const) ?? "open",
    pick(random, ["open", "refused", "held-back"] as const) ?? "open",
  );

/** Everything that can go wrong, as the dice say. */
const trouble = ({ random, world }: Scene, clients: readonly SimClient[]): void => {
  const client = clients[Math.floor(random() * clients.length)];
  if (client === undefined) return;
  const dice = random();
  if (dice < 0.5) world.cut(client.userId, random() < 0.5 ? 1006 : 4000);
  else if (dice < 0.6) world.store.forgetHistory();
  else if (dice < 0.65) world.store.restore(`e${2 + Math.floor(random() * 1e6)}`);
  else if (dice < 0.8) world.faults.unavailable = !world.faults.unavailable;
  else if (dice < 0.87) world.faults.swallowed = random() < 0.5 ? 0.3 : 0;
  else if (dice < 0.94) obstruct(world, random);
  else if (dice < 0.97) client.realtime.setHidden(random() < 0.5);
  else client.realtime.wake();
};

const confirmedOf = ({ engine }: SimClient, boardId: string): Snapshot | null => engine.confirmed(boardRef(boardId));

/** What a client holds as confirmed is, at every moment, what the server held at that position. */
const misheld = (client: SimClient, boardId: string, history: ReadonlyMap<string, () => string>): string | null => {
  const state = confirmedOf(client, boardId);
  const log = client.engine.applier.buffer(TEAM);
  if (state === null || state.incompleteSince !== null || !log.isCurrent(state)) return null;
  const { epoch, seq } = state.position;
  const at = `${epoch}:${Math.max(seq, log.head?.epoch === epoch ? log.head.seq : 0)}`;
  const then = history.get(at)?.();
  const now = picture(state);
  return then === undefined || then === now ? null : `at ${at}\n  holds ${now}\n  truth ${then}`;
};

/** What a mutation of the page's code would do, so that it is seen that these runs would find it. */
export type Sabotage = {
  readonly share?: Share;
  /** Sends a change that it sends again as if it were another one. */
  readonly newKeys?: boolean;
  /** Forgets a change as soon as it is sent. */
  readonly forgets?: boolean;
};

type Page = { client: SimClient; readonly end: () => void; readonly look: () => void };

/** No change acts twice, and none that was written down is lost without a word. */
const miscounted = ({ world }: Scene, browsers: readonly SimBrowser[]): string | null => {
  const acts = new Map<string, number>();
  for (const [key, count] of world.acted) {
    const change = key.split("/")[0] ?? key;
    acts.set(change, (acts.get(change) ?? 0) + count);
  }
  for (const [key, count] of acts) if (count > 1) return `${key} acted ${count} times`;
  for (const { written, told } of browsers)
    for (const key of written) if (!world.answered.has(key) && !told.has(key)) return `${key} was lost`;
  return null;
};

/** A column that somebody deletes takes no task with it that the same person moved out of it before. */
const sweptTooEarly = ({ world }: Scene, browsers: readonly SimBrowser[], key: string): string | null => {
  for (const { pending } of browsers) {
    const deletion = pending.find(
      ({ key: each, mutation }) => each === key && mutation.entity === "column" && mutation.op === "delete",
    );
    if (deletion === undefined) continue;
    const early = pending.find(
      ({ mutation, order, ...move }) =>
        mutation.op === "move" &&
        order < deletion.order &&
        world.store.swept.includes(mutation.id) &&
        !world.acted.has(move.key) &&
        !world.answered.has(move.key),
    );
    if (early !== undefined) return `${key} took the task of ${early.key} with its column`;
  }
  return null;
};

/**
 * Two people and a third at one board for a while, with a network that delays, loses and overtakes; pages are opened
 * twice, loaded anew and killed. Gives back what is wrong in the end, or at any moment before; `null` when nothing is.
 */
export const simulate = async (seed: number, { share, newKeys, forgets }: Sabotage = {}): Promise<string | null> => {
  const here = scene(seed);
  const { random, clock, world, boardId, newId } = here;
  useSimTimers(clock);
  const history = new Map<string, () => string>();
  const remember = () => history.set(`${world.store.epoch}:${world.store.seq}`, truth(here));
  remember();
  world.store.onCommit(remember);
  world.faults.restDelay = 20 + Math.floor(random() * 2_000);
  world.faults.socketDelay = 20 + Math.floor(random() * 300);
  world.faults.lostRequests = random() * 0.1;
  world.faults.lostAnswers = random() * 0.1;
  world.faults.refused = random() * 0.1;
  // Time enough for the client to try one transport after the other.
  const isObstructed = random() < 0.4;
  const longest = isObstructed ? 8_000 : 1_000;
  if (isObstructed) obstruct(world, random);
  const browsers = ["ann", "bob"].map(() => new SimBrowser(clock, random));
  let wrong: string | null = null;
  world.store.onCommit(([event]) => {
    if (event?.mutationId !== undefined) wrong ??= sweptTooEarly(here, browsers, event.mutationId);
  });
  let count = 0;
  const open = (place: number): Page | null => {
    const browser = browsers[place % 2];
    const name = ["ann", "bob"][place % 2];
    if (browser === undefined || name === undefined) return null;
    if (forgets) browser.forgetsWhenSent = true;
    const { port, end, look } = browser.openTab();
    const keyOf = (key: string) => {
      count += 1;
      return newKeys ? `${key}/${count}` : key;
    };
    const client = simClient(world, {
      userId: userIdOf(name),
      boardId,
      clock,
      random,
      newId,
      share,
      storage: port,
      keyOf,
    });
    return { client, end, look };
  };
  // Two people, and one of them twice.
  const pages = [0, 1, 2].flatMap((place) => open(place) ?? []);
  const clients = () => pages.map(({ client }) => client);
  const reload = (place: number) => {
    const old = pages[place];
    const next = open(place);
    if (old === undefined || next === null) return;
    // Nothing that a page does as it ends can be relied on.
    old.end();
    old.client.stop();
    pages[place] = next;
  };
  for (let step = 0; step < STEPS; step += 1) {
    const dice = random();
    const page = pages[step % pages.length];
    if (dice < 0.36) ghost(here);
    else if (dice < 0.6 && page) act(random, page.client.actions, page.client.view());
    else if (dice < 0.76) void page?.client.engine.queryClient.invalidateQueries();
    else if (dice < 0.82) trouble(here, clients());
    else if (dice < 0.88) reload(step % pages.length);
    else if (dice < 0.92) page?.look();
    else if (dice < 0.96 && isObstructed) obstruct(world, random);
    await clock.pass(Math.floor(random() * random() * longest));
    if (share === undefined) for (const each of clients()) wrong ??= misheld(each, boardId, history);
  }
  const noFaults = { lostRequests: 0, lostAnswers: 0, refused: 0, swallowed: 0, unavailable: false };
  Object.assign(world.faults, noFaults);
  world.obstruct("open", "open");
  for (const { realtime } of clients()) realtime.setHidden(false);
  // One heartbeat, and before it the longest backoff that the faults may have left.
  await clock.pass(60_000);
  const expected = truth(here)();
  for (const client of clients()) {
    const view = picture(client.view());
    const left = client.engine.outbox.pending.length;
    const { status } = client.realtime.status();
    if (view !== expected) wrong ??= `${client.userId}\n  shows ${view}\n  truth ${expected}`;
    else if (left > 0) wrong ??= `${left} changes left`;
    else if (status !== "live") wrong ??= status;
    client.stop();
  }
  for (const { pending } of browsers) if (pending.length > 0) wrong ??= `${pending.length} changes left on the device`;
  return wrong ?? miscounted(here, browsers);
};
