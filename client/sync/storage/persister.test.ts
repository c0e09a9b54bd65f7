import { expect, test } from "bun:test";
import { QueryObserver } from "@tanstack/react-query";
import { userIdSchema } from "../../../shared/ids.ts";
import { boardActions } from "../../../web/src/board/board-actions.ts";
import { meQuery } from "../../../web/src/session/queries.ts";
import { createQueryClient, runtimeOf } from "../../../web/src/session/query-client.ts";
import { keys } from "../../../web/src/session/query-keys.ts";
import { scene, userIdOf } from "../testing/scenario.ts";
import { simClient, simPorts } from "../testing/sim-client.ts";
import { SimBrowser } from "../testing/sim-device.ts";
import { useSimTimers } from "../testing/sim-timers.ts";
import type { DevicePort } from "./storage-port.ts";

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
  const client = simClient(world, { userId: ANN, boardId, clock, random, newId, device: first.port });
  await clock.pass(10_000);
  const leave = () => {
    first.end();
    client.stop();
  };
  const page = (device: DevicePort) => {
    const { api } = simPorts(world, ANN, { clock, random });
    const queryClient = createQueryClient({ api, clock, random, newId, newEntityId: newId, device });
    return { queryClient, runtime: runtimeOf(queryClient) };
  };
  return { ...here, browser, client, leave, page };
};

test("where nothing answers the page shows who was here and what was kept, and of when it is", async () => {
  const { world, clock, boardId, browser, leave, page } = await afterAVisit(1);
  const seenAt = clock.now();
  leave();
  await clock.pass(3_600_000);
  world.faults.lostRequests = 1;
  const { queryClient, runtime } = page(browser.openTab().port);
  void queryClient.prefetchQuery(meQuery(runtime));
  void runtime.board(boardId, new AbortController().signal).catch(() => undefined);
  await clock.pass(1_000);
  expect(runtime.me()?.user.id as string).toBe(ANN);
  expect(runtime.viewBoard(boardId)?.tasks.byId.size).toBe(8);
  expect(runtime.keeper.keptAt).toBeLessThanOrEqual(seenAt);
});

test("nothing is sent in a kept name before the server has confirmed it", async () => {
  const { world, clock, browser, client, leave, page } = await afterAVisit(2);
  world.faults.lostRequests = 1;
  const [task] = [...world.store.tasks.values()];
  client.actions.updateTask(task?.id ?? "", { title: "Offline" });
  await clock.pass(1_000);
  leave();
  const { queryClient, runtime } = page(browser.openTab().port);
  void queryClient.prefetchQuery(meQuery(runtime));
  await clock.pass(1_000);
  expect(runtime.outbox.entries.map(({ status, tries }) => [status, tries])).toEqual([["waiting", 0]]);
  world.faults.lostRequests = 0;
  void queryClient.fetchQuery(meQuery(runtime));
  await clock.pass(10_000);
  expect(world.store.task(task?.id ?? "").title).toBe("Offline");
});

test("who was here is asked for again until the server tells, however long it can't, and only then is sent", async () => {
  const { world, clock, browser, client, leave, page } = await afterAVisit(6);
  world.faults.lostRequests = 1;
  const [task] = [...world.store.tasks.values()];
  client.actions.updateTask(task?.id ?? "", { title: "Offline" });
  await clock.pass(1_000);
  leave();
  const { queryClient, runtime } = page(browser.openTab().port);
  const deafen = new QueryObserver(queryClient, meQuery(runtime)).subscribe(() => {});
  await clock.pass(120_000);
  expect(world.store.task(task?.id ?? "").title).not.toBe("Offline");
  world.faults.lostRequests = 0;
  await clock.pass(30_000);
  expect(world.store.task(task?.id ?? "").title).toBe("Offline");
  deafen();
});

test("C2 what was kept does not replace what was read meanwhile", async () => {
  const { world, clock, boardId, browser, leave, page } = await afterAVisit(3);
  leave();
  const [task] = [...world.store.tasks.values()];
  world.store.commit("ghost", undefined, (version) => world.store.patchTask(task?.id ?? "", { title: "New" }, version));
  browser.writeDelay = 60_000;
  const { queryClient, runtime } = page(browser.openTab().port);
  queryClient.setQueryData(
    keys.board(boardId),
    await runtimeRead(runtime.board(boardId, new AbortController().signal), clock),
  );
  await clock.pass(120_000);
  expect([...world.store.tasks.values()].find(({ id }) => id === task?.id)?.title).toBe("New");
  expect(JSON.stringify([...(runtime.viewBoard(boardId)?.tasks.columns.values() ?? [])])).toContain('"New"');
});

test("nothing more is sent once somebody else has signed in in another tab", async () => {
  const { world, clock, browser, leave, page } = await afterAVisit(5);
  leave();
  let changed: (userId: string | null) => void = () => {};
  const onPerson: DevicePort["onPerson"] = (listener) => {
    changed = listener;
  };
  const { queryClient, runtime } = page({ ...browser.openTab().port, onPerson });
  void queryClient.prefetchQuery(meQuery(runtime));
  await clock.pass(5_000);
  world.faults.lostRequests = 1;
  changed(userIdOf("bob"));
  const [task] = [...world.store.tasks.values()];
  const at = new Date(clock.now()).toISOString();
  const [id, boardId] = [task?.id ?? "", task?.boardId ?? ""];
  runtime.outbox.add({ kind: "task.update", boardId, id, change: { title: "Mine" }, at, ifVersion: null }, "");
  await clock.pass(5_000);
  expect(runtime.outbox.entries.map(({ status, tries }) => [status, tries])).toEqual([["waiting", 0]]);
});

test("who comes back after the session ended by itself has states kept again", async () => {
  const { clock, browser, client } = await afterAVisit(7);
  const { queryClient } = client.runtime;
  queryClient.setQueryData(keys.me, null);
  await clock.pass(1_000);
  expect([browser.me, browser.states]).toEqual([null, []]);
  queryClient.setQueryData(keys.me, meOf(ANN));
  await clock.pass(1_000);
  expect(browser.me?.user.id as string).toBe(ANN);
  expect(browser.states.length).toBeGreaterThan(0);
});

test("what is saved as one person's page goes is nobody's, whoever signs in next", async () => {
  const { world, clock, browser, client, page } = await afterAVisit(6);
  const { queryClient, runtime } = page(browser.openTab().port);
  queryClient.setQueryData(keys.me, meOf(ANN));
  await clock.pass(1_000);
  await client.runtime.wipe();
  await clock.pass(100);
  const [task] = [...world.store.tasks.values()];
  const actions = boardActions(runtime, task?.boardId ?? "");
  actions.updateTask(task?.id ?? "", { title: "Ann's" });
  actions.updateTask(task?.id ?? "", { title: "" });
  queryClient.setQueryData(keys.me, null);
  queryClient.setQueryData(keys.me, meOf(userIdOf("bob")));
  actions.updateTask(task?.id ?? "", { color: "green" });
  await clock.pass(5_000);
  expect(runtime.outbox.refusals).toEqual([]);
  expect(world.store.task(task?.id ?? "")).toMatchObject({ title: task?.title, color: "green" });
});

test("a device that can't be opened is told of, and holds nothing up", async () => {
  const { world, clock, page } = await afterAVisit(4);
  const [task] = [...world.store.tasks.values()];
  const closed: DevicePort = {
    holds: () => true,
    unsent: () => 0,
    open: () => Promise.reject(new Error("private")),
    onLeave: () => {},
    onPerson: () => {},
  };
  const { queryClient, runtime } = page(closed);
  void queryClient.prefetchQuery(meQuery(runtime));
  await clock.pass(1_000);
  expect(runtime.outbox.isForgetful).toBe(true);
  const at = new Date(clock.now()).toISOString();
  const [id, boardId] = [task?.id ?? "", task?.boardId ?? ""];
  runtime.outbox.add({ kind: "task.update", boardId, id, change: { title: "Sent" }, at, ifVersion: null }, "");
  await clock.pass(5_000);
  expect(world.store.task(id).title).toBe("Sent");
});

const runtimeRead = async <Value>(reading: Promise<Value>, clock: { pass: (ms: number) => Promise<void> }) => {
  await clock.pass(2_000);
  return reading;
};
