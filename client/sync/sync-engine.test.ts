import { expect, test } from "bun:test";
import { compareRanked } from "../../shared/rank.ts";
import { readAgainIn } from "../../web/src/session/queries.ts";
import { createQueryClient, runtimeOf } from "../../web/src/session/query-client.ts";
import { ApiProblem, NetworkFailure } from "../browser/api-client.ts";
import type { LiveStatus } from "../realtime/live-status.ts";
import type { Notice } from "../realtime/notices.ts";
import { SimClock } from "../realtime/testing/sim-clock.ts";
import { isTenantState } from "./snapshots.ts";
import { taskIn } from "./task-table.ts";
import { scene, userIdOf } from "./testing/scenario.ts";
import { simClient } from "./testing/sim-client.ts";
import { TEAM } from "./testing/sim-store.ts";
import { useSimTimers } from "./testing/sim-timers.ts";
import { boardState, idOf, renaming, TEAM_ID, task } from "./testing/things.ts";

const client = async (seed: number) => {
  const here = scene(seed);
  const { world, clock, random, newId, boardId } = here;
  useSimTimers(clock);
  const ann = simClient(world, { userId: userIdOf("ann"), boardId, clock, random, newId });
  await clock.pass(2_000);
  const first = [...world.store.tasks.values()].sort(compareRanked)[0]?.id ?? "";
  const title = () => taskIn(ann.view()?.tasks ?? boardState().tasks, first)?.title;
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
  expect(ann.runtime.outbox.entries.map(({ status }) => status)).toEqual(["sending"]);
  expect(title()).toBe("Theirs");
});

test("a change whose answer is lost is known by its echo and not sent again", async () => {
  const { ann, clock, world, first, title } = await client(2);
  world.faults.lostAnswers = 1;
  ann.actions.updateTask(first, { title: "Mine" });
  await clock.pass(250);
  const { seq } = world.store;
  expect(title()).toBe("Mine");
  expect(ann.runtime.outbox.entries.every(({ status }) => status === "answered")).toBe(true);
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
  expect(taskIn(ann.view()?.tasks ?? boardState().tasks, first)).toMatchObject({ title: "Mine", color: "green" });
  await clock.pass(10_000);
  expect(taskIn(ann.view()?.tasks ?? boardState().tasks, first)).toMatchObject({ title: "Task 0", color: "green" });
  expect(ann.runtime.outbox.refusals).toHaveLength(1);
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

test("what could not be deleted because its person was no member just then is shown again", async () => {
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
  const isShown = () => taskIn(ann.view()?.tasks ?? boardState().tasks, first ?? "") !== undefined;
  isMember = false;
  ann.actions.deleteTask(first ?? "");
  expect(isShown()).toBe(false);
  await clock.pass(10_000);
  expect(isShown()).toBe(true);
  expect(ann.runtime.outbox.entries).toEqual([]);
});

test("a read begins anew for as long as only the network makes it fail", () => {
  expect(readAgainIn(new NetworkFailure("nothing was answered"))).toBeGreaterThan(0);
  expect(readAgainIn(new ApiProblem("UNAVAILABLE", 503, "later"))).toBeGreaterThan(0);
  expect(readAgainIn(new ApiProblem("NOT_FOUND", 404, "no"))).toBe(false);
  expect(readAgainIn(null)).toBe(false);
});

const never = () => Promise.reject(new Error("not here"));

const bare = () => runtimeOf(createQueryClient({ api: { request: never, requestIfChanged: never, open: never } }));

test("a line that comes back ends the wait of unsent changes; one that stays up does not cut short what a server asks for", async () => {
  const clock = new SimClock();
  let requests = 0;
  const request = () => {
    requests += 1;
    return Promise.reject(new ApiProblem("RATE_LIMITED", 429, "later", [], 60));
  };
  const runtime = runtimeOf(createQueryClient({ clock, api: { request, requestIfChanged: never, open: never } }));
  const line: { status: LiveStatus["status"]; tell: (notice: Notice) => void } = { status: "live", tell: () => {} };
  runtime.attach(
    {
      confirmSnapshot: () => {},
      generation: () => 0,
      historyEnded: () => {},
      subscription: () => ({ kind: "live" }),
      status: () => ({ status: line.status, inStepAt: clock.now() }),
    },
    (listener) => {
      line.tell = listener;
      return () => {};
    },
  );
  const becomes = async (status: LiveStatus["status"]) => {
    line.status = status;
    line.tell({ kind: "status" });
    await clock.pass(5_000);
  };
  await becomes("live");
  runtime.outbox.add(renaming(idOf(101), "Mine"), "Task");
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
  const runtime = bare();
  const held = boardState([task(idOf(101))], { position: { epoch: "e1", seq: 20 } });
  runtime.tenants.log(TEAM_ID).start({ epoch: "e1", seq: 20 });
  const early = boardState([], { position: { epoch: "e1", seq: 15 } });
  expect(runtime.share(held, early)).toBe(held);
  const shown = runtime.share(undefined, early);
  expect(isTenantState(shown) && runtime.tenants.log(TEAM_ID).isCurrent(shown)).toBe(false);
});

test("what is not a team's state is none of its business", () => {
  const runtime = bare();
  expect(runtime.share({ a: 1 }, { a: 2 })).toEqual({ a: 2 });
});

test("another person who signs in finds nothing of the one before", () => {
  const runtime = bare();
  const me = (id: string) => ({ user: { id, name: "N", email: "n@example.org", image: null }, teams: [] });
  runtime.queryClient.setQueryData(["me"], me(idOf(1)));
  runtime.queryClient.setQueryData(["board", "b"], boardState());
  runtime.queryClient.setQueryData(["me"], me(idOf(1)));
  expect(runtime.queryClient.getQueryData(["board", "b"])).toBeDefined();
  runtime.queryClient.setQueryData(["me"], me(idOf(2)));
  expect(runtime.queryClient.getQueryData(["board", "b"])).toBeUndefined();
  expect(String(runtime.me()?.user.id)).toBe(idOf(2));
});
