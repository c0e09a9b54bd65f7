import { expect, test } from "bun:test";
import { compareRanked } from "../../shared/rank.ts";
import { boardRef } from "../../web/src/entities/snapshots.ts";
import { createPageClient } from "../../web/src/session/page-client.ts";
import { type ApiClient, ApiProblem, NetworkFailure } from "../browser/api-client.ts";
import { retryFailedIn } from "../react/use-snapshot.ts";
import type { LiveStatus } from "../realtime/live-status.ts";
import type { Notice } from "../realtime/notices.ts";
import { SimClock } from "../realtime/testing/sim-clock.ts";
import { ME_KEY } from "./signed-in.ts";
import { isSnapshot, queryKeyOf } from "./snapshot.ts";
import { scene, userIdOf } from "./testing/scenario.ts";
import { simClient } from "./testing/sim-client.ts";
import { TEAM } from "./testing/sim-store.ts";
import { useSimTimers } from "./testing/sim-timers.ts";
import { BOARD_ID, boardState, idOf, renaming, TEAM_ID, task, taskIn } from "./testing/things.ts";

const client = async (seed: number) => {
  const here = scene(seed);
  const { world, clock, random, newId, boardId } = here;
  useSimTimers(clock);
  const ann = simClient(world, { userId: userIdOf("ann"), boardId, clock, random, newId });
  await clock.pass(2_000);
  const first = [...world.store.tasks.values()].sort(compareRanked)[0]?.id ?? "";
  const title = () => taskIn(ann.view() ?? boardState(), first)?.title;
  const ghostRenames = (to: string) =>
    world.store.commit("ghost", undefined, (version) => world.store.patchTask(first, { title: to }, version));
  return { ...here, ann, first, title, ghostRenames };
};

test("C3 another's change after mine shows as soon as it comes, though my answer is still on its way", async () => {
  const { ann, clock, world, first, title, ghostRenames } = await client(1);
  ann.actions.updateTask(first, { title: "Mine" });
  world.faults.restDelay = 60_000;
  await clock.pass(100);
  ghostRenames("Theirs");
  await clock.pass(500);
  expect(world.store.task(first).title).toBe("Theirs");
  expect(ann.engine.outbox.pending.map(({ status }) => status)).toEqual(["sending"]);
  expect(title()).toBe("Theirs");
});

test("a change whose answer is lost is known by its echo and not sent again", async () => {
  const { ann, clock, world, first, title } = await client(2);
  world.faults.lostAnswers = 1;
  ann.actions.updateTask(first, { title: "Mine" });
  await clock.pass(250);
  const { seq } = world.store;
  expect(title()).toBe("Mine");
  expect(ann.engine.outbox.pending.every(({ status }) => status === "answered")).toBe(true);
  await clock.pass(60_000);
  expect(world.store.seq).toBe(seq);
});

test("C3 a change that is taken back leaves what others did meanwhile", async () => {
  const { ann, clock, world, first } = await client(3);
  world.faults.refused = 1;
  world.faults.restDelay = 2_000;
  ann.actions.updateTask(first, { title: "Mine" });
  world.store.commit("ghost", undefined, (version) => world.store.patchTask(first, { color: "green" }, version));
  await clock.pass(200);
  expect(taskIn(ann.view() ?? boardState(), first)).toMatchObject({ title: "Mine", color: "green" });
  await clock.pass(10_000);
  expect(taskIn(ann.view() ?? boardState(), first)).toMatchObject({ title: "Task 0", color: "green" });
  expect(ann.engine.outbox.rejections).toHaveLength(1);
});

test("a read that comes from another history cuts the old one off", async () => {
  const { ann, clock, world, first, title, ghostRenames } = await client(4);
  world.store.restore("e2");
  ghostRenames("After");
  await clock.pass(30_000);
  expect(title()).toBe("After");
  expect(ann.realtime.position(TEAM)?.epoch).toBe("e2");
  expect(first).not.toBe("");
});

test("a task that could not be deleted because its user was no member just then is shown again", async () => {
  const here = scene(5);
  const { world, clock, random, newId, boardId } = here;
  useSimTimers(clock);
  const fetchAs = world.fetchAs.bind(world);
  let isMember = true;
  world.fetchAs = (userId) => async (url, init) => {
    if (isMember || init.method !== "DELETE") return fetchAs(userId)(url, init);
    const problem = { type: "about:blank", title: "no", status: 404, detail: "no", code: "NOT_FOUND", requestId: "r" };
    return Response.json(problem, { status: 404 });
  };
  const ann = simClient(world, { userId: userIdOf("ann"), boardId, clock, random, newId });
  await clock.pass(2_000);
  const [first] = world.store.tasks.keys();
  const isShown = () => taskIn(ann.view() ?? boardState(), first ?? "") !== undefined;
  isMember = false;
  ann.actions.deleteTask(first ?? "");
  expect(isShown()).toBe(false);
  await clock.pass(10_000);
  expect(isShown()).toBe(true);
  expect(ann.engine.outbox.pending).toEqual([]);
});

test("a read begins anew for as long as only the network makes it fail", () => {
  expect(retryFailedIn(new NetworkFailure("nothing was answered"))).toBeGreaterThan(0);
  expect(retryFailedIn(new ApiProblem("UNAVAILABLE", 503, "later"))).toBeGreaterThan(0);
  expect(retryFailedIn(new ApiProblem("NOT_FOUND", 404, "no"))).toBe(false);
  expect(retryFailedIn(null)).toBe(false);
});

const never = () => Promise.reject(new Error("not here"));

/** A page's engine that no server answers. */
const bare = ({
  clock = new SimClock(),
  request = never,
}: {
  clock?: SimClock;
  request?: ApiClient["request"];
} = {}) => {
  const api = { request, requestIfChanged: never, open: never };
  const connect = () => ({ send: () => {}, close: () => {} });
  return createPageClient({ api, ports: { connect, fetchToken: never, clock, random: Math.random } }).engine;
};

test("a line that comes back ends the wait of unsent changes; one that stays up does not cut short what a server asks for", async () => {
  const clock = new SimClock();
  let requests = 0;
  const request = () => {
    requests += 1;
    return Promise.reject(new ApiProblem("RATE_LIMITED", 429, "later", [], 60));
  };
  const engine = bare({ clock, request });
  const line: { status: LiveStatus["status"]; tell: (notice: Notice) => void } = { status: "live", tell: () => {} };
  engine.attach({
    confirmSnapshot: () => {},
    historyEnded: () => {},
    subscription: () => ({ kind: "live" }),
    status: () => ({ status: line.status, inStepAt: clock.now() }),
    on: (listener) => {
      line.tell = listener;
      return () => {};
    },
  });
  const becomes = async (status: LiveStatus["status"]) => {
    line.status = status;
    line.tell({ kind: "status" });
    await clock.pass(5_000);
  };
  await becomes("live");
  engine.mutate(renaming(idOf(101), "Mine"), "Task");
  await clock.pass(0);
  expect(requests).toBe(1);
  await becomes("live");
  await becomes("live");
  expect(requests).toBe(1);
  await becomes("reconnecting");
  await becomes("live");
  expect(requests).toBe(2);
});

test("a refused read leaves what is shown, and where nothing is, is shown but takes no events", () => {
  const engine = bare();
  const share = engine.queryOptions(boardRef(BOARD_ID)).structuralSharing;
  const held = boardState([task(idOf(101))], { position: { epoch: "e1", seq: 20 } });
  const buffer = engine.applier.buffer(TEAM_ID);
  buffer.start({ epoch: "e1", seq: 20 });
  const early = boardState([], { position: { epoch: "e1", seq: 15 } });
  expect(share(held, early)).toBe(held);
  const shown = share(undefined, early);
  if (!isSnapshot(shown)) throw new Error("nothing is shown");
  expect(buffer.isCurrent(shown)).toBe(false);
});

test("the engine leaves data that is no snapshot as it is", () => {
  const share = bare().queryOptions(boardRef(BOARD_ID)).structuralSharing;
  expect(share({ a: 1 }, { a: 2 })).toEqual({ a: 2 });
});

test("another person who signs in finds nothing of the one before", () => {
  const engine = bare();
  const { queryClient } = engine;
  const me = (id: string) => ({ user: { id, name: "N", email: "n@example.org", image: null }, teams: [] });
  const board = boardRef(BOARD_ID);
  queryClient.setQueryData(ME_KEY, me(idOf(1)));
  queryClient.setQueryData(queryKeyOf(board), boardState());
  queryClient.setQueryData(ME_KEY, me(idOf(1)));
  expect(engine.view(board)).not.toBeNull();
  queryClient.setQueryData(ME_KEY, me(idOf(2)));
  expect(engine.view(board)).toBeNull();
  expect(queryClient.getQueryData(queryKeyOf(board))).toBeUndefined();
  expect(engine.me()?.user.id).toBe(idOf(2));
});
