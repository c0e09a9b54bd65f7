import { afterAll, afterEach, expect, test } from "bun:test";
import { GlobalRegistrator } from "@happy-dom/global-registrator";
import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { useLiveStatus, usePresence } from "../../../client/react/socket-provider.tsx";
import { SyncProvider } from "../../../client/react/sync-provider.tsx";
import { TeamSocketHandler } from "../../../client/react/team-socket-handler.tsx";
import { useSubscription } from "../../../client/react/use-subscription.ts";
import { type Scene, scene, userIdOf } from "../../../client/sync/testing/scenario.ts";
import { simPorts } from "../../../client/sync/testing/sim-client.ts";
import { TEAM } from "../../../client/sync/testing/sim-store.ts";
import { useSimTimers } from "../../../client/sync/testing/sim-timers.ts";
import type { TaskFilter } from "../../../shared/filters.ts";
import { type ColumnId, columnIdSchema } from "../../../shared/ids.ts";
import { compareRanked } from "../../../shared/rank.ts";
import type { UpdateTask } from "../../../shared/tasks.ts";
import { useArchive } from "../features/archive/use-archive.ts";
import { createPageClient } from "../session/page-client.ts";
import { useMe } from "../session/use-me.ts";
import { useBoards } from "../session/use-team.ts";
import { useBoard, useColumnTasks, usePending, useTaskCount } from "./use-board.ts";
import { useBoardActions, useRefused } from "./use-mutations.ts";

// React looks for `document` once, when its module is evaluated.
GlobalRegistrator.register();
const { act, cleanup, fireEvent, render } = await import("@testing-library/react");
afterEach(cleanup);
afterAll(() => GlobalRegistrator.unregister());

const ANN = userIdOf("ann");
const ALL: TaskFilter = {};
const GREEN: TaskFilter = { color: ["green"] };

/** Which component rendered, and what the page said, in order. */
const rendered: string[] = [];
const shown = ({ container }: { container: Element }) => container.querySelector("output")?.textContent;

/** Reads who is signed in, as every page does. */
const SignedInReader = () => {
  useMe();
  return null;
};

const page = async (seed: number, screen: (scene: Scene) => ReactNode) => {
  const here = scene(seed);
  const { world, clock, random, newId } = here;
  useSimTimers(clock);
  const ports = simPorts(world, ANN, { clock, random });
  const client = createPageClient({ api: ports.api, ports, newId, newEntityId: newId });
  const result = render(
    <SyncProvider client={client}>
      <SignedInReader />
      <TeamSocketHandler teamId={TEAM} />
      {screen(here)}
    </SyncProvider>,
  );
  const pass = (milliseconds: number) => act(() => clock.pass(milliseconds));
  await pass(5_000);
  const change = (id: string, fields: UpdateTask) =>
    world.store.commit("ghost", undefined, (version) => world.store.patchTask(id, fields, version));
  const first = [...world.store.tasks.values()].sort(compareRanked)[0]?.id ?? "";
  rendered.length = 0;
  return { ...here, ...result, pass, change, first };
};

const firstColumn = ({ world, boardId }: Scene) =>
  columnIdSchema.parse(world.store.columnsOf(boardId).sort(compareRanked)[0]?.id);

const ColumnList = ({ boardId, id, name }: { boardId: string; id: string; name: string }) => {
  const tasks = useColumnTasks(boardId, id, {});
  rendered.push(name);
  return (
    <ul>
      {tasks.map((task) => (
        <li key={task.id}>{task.title}</li>
      ))}
    </ul>
  );
};
const BoardScreen = ({ boardId }: { boardId: string }) => {
  const { status, columns, role } = useBoard(boardId);
  rendered.push("board");
  return (
    <main title={`${status} ${role}`}>
      {columns.map(({ id, name }) => (
        <ColumnList key={id} boardId={boardId} id={id} name={name} />
      ))}
    </main>
  );
};
const LiveScreen = () => <output>{useLiveStatus().status}</output>;

test("a board is read, goes live, and shows another's change without rendering what it does not concern", async () => {
  const here = await page(1, ({ boardId }) => (
    <>
      <BoardScreen boardId={boardId} />
      <LiveScreen />
    </>
  ));
  expect(here.container.querySelector("main")?.title).toBe("ready owner");
  expect(shown(here)).toBe("live");
  here.change(here.first, { title: "Renamed" });
  await here.pass(1_000);
  expect(here.getByText("Renamed")).toBeDefined();
  expect(rendered).toEqual(["To do"]);
});

const FilterScreen = ({ boardId, columnId }: { boardId: string; columnId: string }) => {
  useBoard(boardId);
  const green = useColumnTasks(boardId, columnId, GREEN);
  const count = useTaskCount(boardId, columnId);
  return <output>{`${green.length} of ${count}`}</output>;
};

test("a task painted green enters the view of green ones, and leaves it when it is repainted", async () => {
  const here = await page(2, (at) => <FilterScreen boardId={at.boardId} columnId={firstColumn(at)} />);
  expect(shown(here)).toBe("0 of 8");
  here.change(here.first, { color: "green" });
  await here.pass(1_000);
  expect(shown(here)).toBe("1 of 8");
  here.change(here.first, { color: "red" });
  await here.pass(1_000);
  expect(shown(here)).toBe("0 of 8");
});

const ComposeScreen = ({ boardId, columnId }: { boardId: string; columnId: ColumnId }) => {
  useBoard(boardId);
  const { createTask } = useBoardActions(boardId);
  const last = useColumnTasks(boardId, columnId, ALL).at(-1)?.title ?? "";
  const refused = useRefused().map(
    ({ mutation, title, problem }) => `${mutation.entity}.${mutation.op} ${title} ${problem.code}`,
  );
  const pending = usePending(boardId);
  rendered.push(last);
  return (
    <>
      <button type="button" onClick={() => createTask({ columnId, title: "Mine" })}>
        Good
      </button>
      <button type="button" onClick={() => createTask({ columnId, title: "Not this" })}>
        Bad
      </button>
      <output>{`${pending.size} ${refused}`}</output>
    </>
  );
};

test("a new task shows at once and never flickers on its way; a refused one is taken back with its reason", async () => {
  const here = await page(3, (at) => <ComposeScreen boardId={at.boardId} columnId={firstColumn(at)} />);
  fireEvent.click(here.getByText("Good"));
  expect(rendered.at(-1)).toBe("Mine");
  await here.pass(2_000);
  expect(new Set(rendered)).toEqual(new Set(["Mine"]));
  expect([...here.world.store.tasks.values()].at(-1)?.title).toBe("Mine");
  here.world.faults.refused = 1;
  fireEvent.click(here.getByText("Bad"));
  expect(rendered.at(-1)).toBe("Not this");
  await here.pass(2_000);
  expect(rendered.at(-1)).toBe("Mine");
  expect(shown(here)).toBe("0 task.create Not this FORBIDDEN");
});

const LostScreen = ({ boardId, columnId }: { boardId: string; columnId: ColumnId }) => {
  useBoard(boardId);
  const { createTask, updateTask } = useBoardActions(boardId);
  const create = () => updateTask(createTask({ columnId, title: "Mine" }), { description: "A long text" });
  return (
    <>
      <button type="button" onClick={create}>
        Write
      </button>
      <output>{useRefused().map(({ lost }) => lost)}</output>
    </>
  );
};

test("a refused task is told with all that was written into it", async () => {
  const here = await page(7, (at) => <LostScreen boardId={at.boardId} columnId={firstColumn(at)} />);
  here.world.faults.refused = 1;
  fireEvent.click(here.getByText("Write"));
  await here.pass(2_000);
  expect(shown(here)).toBe("Mine\n\nA long text");
});

const NOWHERE = "01900000-0000-7000-8000-00000000dead";
const FateScreen = ({ boardId }: { boardId: string }) => (
  <output>{`${useBoard(boardId).status} ${useBoard(NOWHERE).status}`}</output>
);

test("a deleted board is gone, and so is one that never was", async () => {
  const here = await page(4, ({ boardId }) => <FateScreen boardId={boardId} />);
  expect(shown(here)).toBe("ready gone");
  here.world.store.commit("ghost", undefined, (version) => here.world.store.dropBoard(here.boardId, version));
  await here.pass(1_000);
  expect(shown(here)).toBe("gone gone");
});

const ArchiveScreen = ({ boardId }: { boardId: string }) => {
  useBoard(boardId);
  return <output>{useArchive(boardId, TEAM).items.map(({ title }) => title)}</output>;
};

test("the archive shows nothing of what was restored or deleted while nothing was heard", async () => {
  const here = await page(8, ({ boardId }) => <ArchiveScreen boardId={boardId} />);
  const { store } = here.world;
  const [, second = "", third = ""] = [...store.tasks.keys()];
  for (const id of [here.first, second, third]) here.change(id, { title: `Was ${id}`, archived: true });
  await here.pass(1_000);
  expect(shown(here)).toContain(`Was ${here.first}`);
  here.world.cut(ANN);
  here.change(here.first, { archived: false });
  store.commit("ghost", undefined, (version) => store.dropTask(second, version));
  store.forgetHistory();
  await here.pass(30_000);
  expect(shown(here)).toBe(`Was ${third}`);
});

const HomeScreen = () => {
  const me = useMe();
  const names = useBoards(TEAM).items.map(({ name }) => name);
  return <output>{`${me.status} ${names}`}</output>;
};

test("the list of boards follows the events", async () => {
  const here = await page(5, () => <HomeScreen />);
  expect(shown(here)).toBe("signed-in Board");
  const { store } = here.world;
  store.commit("ghost", undefined, (version) => [
    store.putBoard("BOARD_UPDATED", { ...store.board(here.boardId), name: "Renamed" }, version()),
  ]);
  await here.pass(1_000);
  expect(shown(here)).toBe("signed-in Renamed");
});

const OwnScreen = () => {
  const { data } = useQuery({
    queryKey: ["own"],
    queryFn: (): string[] => [],
    staleTime: Number.POSITIVE_INFINITY,
  });
  useSubscription<string[]>({
    tenantId: TEAM,
    actions: ["TASK_UPDATED"],
    filter: ({ data: task }) => task["color"] === "green",
    queryKey: ["own"],
    patch: (old, { data: task }) => [...old, String(task["title"])],
  });
  return <output>{`${data} ${usePresence(TEAM).length}`}</output>;
};

test("a developer's own query is patched by the events that pass the filter", async () => {
  const here = await page(6, () => <OwnScreen />);
  here.change(here.first, { color: "red", title: "Red" });
  here.change(here.first, { color: "green", title: "Green" });
  await here.pass(1_000);
  expect(shown(here)).toBe("Green 0");
});
