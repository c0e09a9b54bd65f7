import { expect, test } from "bun:test";
import { QueryObserver } from "@tanstack/react-query";
import { userIdSchema } from "../../../shared/ids.ts";
import { boardActions } from "../../../web/src/board/board-actions.ts";
import { boardRef } from "../../../web/src/entities/snapshots.ts";
import { meQuery } from "../../../web/src/session/me-query.ts";
import { createPageClient } from "../../../web/src/session/page-client.ts";
import { ME_KEY } from "../signed-in.ts";
import { scene, userIdOf } from "../testing/scenario.ts";
import { simClient, simPorts } from "../testing/sim-client.ts";
import { SimBrowser } from "../testing/sim-device.ts";
import { useSimTimers } from "../testing/sim-timers.ts";
import { taskIn, tasksOf } from "../testing/things.ts";
import type { StoragePort } from "./storage-port.ts";

const ANN = userIdOf("ann");

const meOf = (userId: string) => ({
  user: { id: userIdSchema.parse(userId), name: "Somebody", email: "s@example.org", image: null },
  teams: [],
});

/** A browser in which Ann has had her board open for a while. */
const afterAVisit = async (seed: number) => {
  const here = scene(seed);
  const { world, clock, random, newId, boardId } = here;
  useSimTimers(clock);
  const browser = new SimBrowser(clock, random);
  const first = browser.openTab();
  const client = simClient(world, { userId: ANN, boardId, clock, random, newId, storage: first.port });
  await clock.pass(10_000);
  const leave = () => {
    first.end();
    client.stop();
  };
  const page = (storage: StoragePort) => {
    const { api, ...ports } = simPorts(world, ANN, { clock, random });
    return createPageClient({ api, ports, storage, newId, newEntityId: newId });
  };
  return { ...here, browser, client, leave, page };
};

test("where nothing answers the page shows the last user and the stored snapshots, and of when they are", async () => {
  const { world, clock, boardId, browser, leave, page } = await afterAVisit(1);
  const seenAt = clock.now();
  leave();
  await clock.pass(3_600_000);
  world.faults.lostRequests = 1;
  const { queryClient, engine } = page(browser.openTab().port);
  void queryClient.prefetchQuery(meQuery(engine));
  void queryClient.prefetchQuery(engine.queryOptions(boardRef(boardId)));
  await clock.pass(1_000);
  expect(engine.me()?.user.id).toBe(ANN);
  const view = engine.view(boardRef(boardId));
  expect(view && tasksOf(view).size).toBe(8);
  expect(engine.persister.restoredFrom).toBeLessThanOrEqual(seenAt);
});

test("nothing is sent in a stored name before the server has confirmed it", async () => {
  const { world, clock, browser, client, leave, page } = await afterAVisit(2);
  world.faults.lostRequests = 1;
  const [task] = [...world.store.tasks.values()];
  client.actions.updateTask(task?.id ?? "", { title: "Offline" });
  await clock.pass(1_000);
  leave();
  const { queryClient, engine } = page(browser.openTab().port);
  void queryClient.prefetchQuery(meQuery(engine));
  await clock.pass(1_000);
  expect(engine.outbox.pending.map(({ status, tries }) => [status, tries])).toEqual([["waiting", 0]]);
  world.faults.lostRequests = 0;
  void queryClient.fetchQuery(meQuery(engine));
  await clock.pass(10_000);
  expect(world.store.task(task?.id ?? "").title).toBe("Offline");
});

test("the page asks who is signed in until the server tells, however long it can't, and sends only then", async () => {
  const { world, clock, browser, client, leave, page } = await afterAVisit(6);
  world.faults.lostRequests = 1;
  const [task] = [...world.store.tasks.values()];
  client.actions.updateTask(task?.id ?? "", { title: "Offline" });
  await clock.pass(1_000);
  leave();
  const { queryClient, engine } = page(browser.openTab().port);
  const deafen = new QueryObserver(queryClient, meQuery(engine)).subscribe(() => {});
  await clock.pass(120_000);
  expect(world.store.task(task?.id ?? "").title).not.toBe("Offline");
  world.faults.lostRequests = 0;
  await clock.pass(30_000);
  expect(world.store.task(task?.id ?? "").title).toBe("Offline");
  deafen();
});

test("C2 a stored snapshot does not replace one that was read meanwhile", async () => {
  const { world, clock, boardId, browser, leave, page } = await afterAVisit(3);
  leave();
  const [task] = [...world.store.tasks.values()];
  world.store.commit("ghost", undefined, (version) => world.store.patchTask(task?.id ?? "", { title: "New" }, version));
  browser.writeDelay = 60_000;
  const { queryClient, engine } = page(browser.openTab().port);
  void queryClient.prefetchQuery(engine.queryOptions(boardRef(boardId)));
  const title = () => {
    const view = engine.view(boardRef(boardId));
    return view && taskIn(view, task?.id ?? "")?.title;
  };
  await clock.pass(2_000);
  expect(title()).toBe("New");
  await clock.pass(120_000);
  expect(title()).toBe("New");
});

test("nothing more is sent once somebody else has signed in in another tab", async () => {
  const { world, clock, browser, leave, page } = await afterAVisit(5);
  leave();
  let changed: (userId: string | null) => void = () => {};
  const onUserChange: StoragePort["onUserChange"] = (listener) => {
    changed = listener;
  };
  const { queryClient, engine } = page({ ...browser.openTab().port, onUserChange });
  void queryClient.prefetchQuery(meQuery(engine));
  await clock.pass(5_000);
  world.faults.lostRequests = 1;
  changed(userIdOf("bob"));
  const [task] = [...world.store.tasks.values()];
  boardActions(engine, task?.boardId ?? "").updateTask(task?.id ?? "", { title: "Mine" });
  await clock.pass(5_000);
  expect(engine.outbox.pending.map(({ status, tries }) => [status, tries])).toEqual([["waiting", 0]]);
});

test("a user who comes back after the session ended by itself has snapshots stored again", async () => {
  const { clock, browser, client } = await afterAVisit(7);
  const { queryClient } = client.engine;
  queryClient.setQueryData(ME_KEY, null);
  await clock.pass(1_000);
  expect([browser.me, browser.states]).toEqual([null, []]);
  queryClient.setQueryData(ME_KEY, meOf(ANN));
  await clock.pass(1_000);
  expect(browser.me?.user.id).toBe(ANN);
  expect(browser.states.length).toBeGreaterThan(0);
});

test("a change that is made as one person's page goes is nobody's, whoever signs in next", async () => {
  const { world, clock, browser, client, page } = await afterAVisit(6);
  const { queryClient, engine } = page(browser.openTab().port);
  queryClient.setQueryData(ME_KEY, meOf(ANN));
  await clock.pass(1_000);
  await client.engine.wipe();
  await clock.pass(100);
  const [task] = [...world.store.tasks.values()];
  const actions = boardActions(engine, task?.boardId ?? "");
  actions.updateTask(task?.id ?? "", { title: "Ann's" });
  actions.updateTask(task?.id ?? "", { title: "" });
  queryClient.setQueryData(ME_KEY, null);
  queryClient.setQueryData(ME_KEY, meOf(userIdOf("bob")));
  actions.updateTask(task?.id ?? "", { color: "green" });
  await clock.pass(5_000);
  expect(engine.outbox.rejections).toEqual([]);
  expect(world.store.task(task?.id ?? "")).toMatchObject({ title: task?.title, color: "green" });
});

test("a storage that can't be opened is told of, and holds nothing up", async () => {
  const { world, clock, page } = await afterAVisit(4);
  const [task] = [...world.store.tasks.values()];
  const closed: StoragePort = {
    hasData: () => true,
    unsentCount: () => 0,
    open: () => Promise.reject(new Error("private")),
    onPageHide: () => {},
    onUserChange: () => {},
  };
  const { queryClient, engine } = page(closed);
  void queryClient.prefetchQuery(meQuery(engine));
  await clock.pass(1_000);
  expect(engine.outbox.storageError).toBeInstanceOf(Error);
  boardActions(engine, task?.boardId ?? "").updateTask(task?.id ?? "", { title: "Sent" });
  await clock.pass(5_000);
  expect(world.store.task(task?.id ?? "").title).toBe("Sent");
});
