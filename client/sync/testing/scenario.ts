import { COLORS } from "../../../shared/color.ts";
import { columnIdSchema, labelIdSchema, taskIdSchema } from "../../../shared/ids.ts";
import { SimClock, seeded } from "../../realtime/testing/sim-clock.ts";
import type { Snapshot } from "../snapshot.ts";
import { type SimStore, TEAM } from "./sim-store.ts";
import { SimWorld } from "./sim-world.ts";
import { boardOf, columnsOf, labelsOf, tasksIn, tasksOf } from "./things.ts";

export type Scene = {
  readonly random: () => number;
  readonly clock: SimClock;
  readonly world: SimWorld;
  readonly boardId: string;
  readonly newId: () => string;
};

const USERS = ["ann", "bob"] as const;

/** A board with three columns, eight tasks, two labels and two members; everything follows from the seed. */
export const scene = (seed: number): Scene => {
  const random = seeded(seed);
  const clock = new SimClock();
  const world = new SimWorld(clock, random);
  let count = 0;
  const newId = () => {
    count += 1;
    const hex = (length: number) => Array.from({ length }, () => Math.floor(random() * 16).toString(16)).join("");
    return `0190${count.toString(16).padStart(4, "0")}-${hex(4)}-7${hex(3)}-8${hex(3)}-${hex(12)}`;
  };
  const { store } = world;
  const at = store.at();
  const stamps = { teamId: TEAM, createdAt: at, updatedAt: at };
  const boardId = newId();
  store.commit("system", undefined, (version) => [
    store.putBoard(
      "BOARD_CREATED",
      { id: boardId, ...stamps, name: "Board", description: "", rank: "a0", archivedAt: null },
      version(),
    ),
    ...USERS.map((name, index) =>
      store.putMember(
        "MEMBER_CREATED",
        {
          userId: userIdOf(name),
          teamId: TEAM,
          name,
          email: `${name}@example.org`,
          image: null,
          role: index === 0 ? "owner" : "member",
          joinedAt: at,
        },
        version(),
      ),
    ),
    ...["To do", "Doing", "Done"].map((name, index) =>
      store.putColumn(
        "COLUMN_CREATED",
        { id: newId(), boardId, ...stamps, name, color: null, wipLimit: null, rank: `a${index}` },
        version(),
      ),
    ),
    ...["Bug", "Idea"].map((name) =>
      store.putLabel("LABEL_CREATED", { id: newId(), boardId, teamId: TEAM, name, color: "red" }, version()),
    ),
  ]);
  const [column] = store.columnsOf(boardId);
  for (let index = 0; index < 8; index += 1) {
    store.commit("system", undefined, (version) => [
      store.putTask(
        "TASK_CREATED",
        {
          ...taskFields(newId(), boardId, column?.id ?? ""),
          ...stamps,
          title: `Task ${index}`,
          rank: `a${index}`,
          createdBy: userIdOf("ann"),
        },
        version(),
      ),
    ]);
  }
  return { random, clock, world, boardId, newId };
};

export const userIdOf = (name: string): string => `01900000-0000-7000-8000-0000000000${name === "ann" ? "a1" : "b2"}`;

const taskFields = (id: string, boardId: string, columnId: string) => ({
  id,
  boardId,
  columnId,
  description: "",
  color: null,
  labelIds: [],
  assigneeIds: [],
  dueAt: null,
  startAt: null,
  archivedAt: null,
});

export const pick = <Item>(random: () => number, items: readonly Item[]): Item | undefined =>
  items[Math.floor(random() * items.length)];

/** Somebody else does something, straight at the server. */
export const ghost = ({ random, world: { store }, boardId, newId }: Scene): void => {
  const at = store.at();
  const tasks = [...store.tasks.values()];
  const columns = store.columnsOf(boardId);
  const task = pick(random, tasks);
  const column = pick(random, columns);
  const label = pick(random, [...store.labels.values()]);
  if (!store.boards.has(boardId) || column === undefined) return;
  const commit = (run: Parameters<SimStore["commit"]>[2]) => store.commit("ghost", undefined, run);
  const stamps = { teamId: TEAM, createdAt: at, updatedAt: at };
  const dice = random();
  if (task === undefined || dice < 0.2) {
    commit((version) => [
      store.putTask(
        "TASK_CREATED",
        {
          ...taskFields(newId(), boardId, column.id),
          ...stamps,
          title: "Ghost's",
          rank: store.rankOf(store.tasksOf(column.id), {}),
          createdBy: userIdOf("bob"),
        },
        version(),
      ),
    ]);
  } else if (dice < 0.35) commit((version) => store.patchTask(task.id, { title: `Ghost ${store.seq}` }, version));
  else if (dice < 0.45) commit((version) => store.patchTask(task.id, { color: pick(random, COLORS) ?? null }, version));
  else if (dice < 0.5) commit((version) => store.patchTask(task.id, { archived: task.archivedAt === null }, version));
  else if (dice < 0.55 && label) commit((version) => store.patchTask(task.id, { addLabelIds: [label.id] }, version));
  else if (dice < 0.75) {
    const siblings = store.tasksOf(column.id).filter(({ id }) => id !== task.id);
    const rank = store.rankOf(siblings, { beforeId: pick(random, siblings)?.id });
    commit((version) => [store.putTask("TASK_MOVED", { ...task, columnId: column.id, rank }, version())]);
  } else if (dice < 0.85) commit((version) => store.dropTask(task.id, version));
  else if (dice < 0.9) {
    const rank = store.rankOf(
      columns.filter(({ id }) => id !== column.id),
      {},
    );
    commit((version) => [store.putColumn("COLUMN_MOVED", { ...column, rank }, version())]);
  } else if (dice < 0.92 && columns.length > 1) commit((version) => store.dropColumn(column.id, version));
  else if (dice < 0.94 && label) commit((version) => store.dropLabel(label.id, version));
  else if (dice < 0.96)
    commit((version) =>
      store.importBoard(
        boardId,
        [
          {
            ...taskFields(newId(), boardId, column.id),
            ...stamps,
            title: "Imported",
            rank: store.rankOf(store.tasksOf(column.id), {}),
            createdBy: userIdOf("bob"),
          },
        ],
        version,
      ),
    );
  else
    commit((version) => [
      store.putColumn(
        "COLUMN_CREATED",
        { id: newId(), boardId, ...stamps, name: "More", color: null, wipLimit: null, rank: store.rankOf(columns, {}) },
        version(),
      ),
    ]);
};

type Actions = import("../../../web/src/board/board-actions.ts").BoardActions;

/** A person does something on what the page shows. */
export const act = (random: () => number, actions: Actions, view: Snapshot | null): void => {
  if (view === null || view.isDeleted) return;
  const columns = columnsOf(view);
  const column = pick(random, columns);
  if (column === undefined) return;
  const tasks = columns.flatMap(({ id }) => tasksIn(view, id));
  const task = pick(random, tasks);
  const label = pick(random, labelsOf(view));
  const dice = random();
  if (task === undefined || dice < 0.25) {
    const id = actions.createTask({
      columnId: columnIdSchema.parse(column.id),
      title: `Mine ${Math.floor(random() * 1e6)}`,
    });
    if (random() < 0.5) actions.updateTask(id, { color: "green" });
    if (random() < 0.3) actions.moveTask(id, { columnId: columnIdSchema.parse(column.id), beforeId: task?.id ?? null });
  } else if (dice < 0.4) actions.updateTask(task.id, { title: `Mine ${Math.floor(random() * 1e6)}` });
  else if (dice < 0.5) actions.updateTask(task.id, { color: pick(random, COLORS) ?? null });
  else if (dice < 0.55 && label) actions.updateTask(task.id, { addLabelIds: [labelIdSchema.parse(label.id)] });
  else if (dice < 0.6) actions.updateTask(task.id, { archived: true });
  else if (dice < 0.8) {
    const before = pick(random, tasksIn(view, column.id));
    actions.moveTask(task.id, {
      columnId: columnIdSchema.parse(column.id),
      beforeId: before ? taskIdSchema.parse(before.id) : null,
    });
  } else if (dice < 0.88) actions.deleteTask(task.id);
  else if (dice < 0.92) actions.createColumn({ name: "Mine" });
  else if (dice < 0.94) actions.moveColumn(column.id, {});
  else if (dice < 0.955 && columns.length > 1) {
    const other = pick(random, columns);
    if (other !== undefined && other.id !== column.id)
      for (const { id } of tasksIn(view, column.id)) actions.moveTask(id, { columnId: columnIdSchema.parse(other.id) });
    actions.deleteColumn(column.id);
  } else if (dice < 0.97) actions.createLabel({ name: "Mine" });
  else if (dice < 0.98 && label) actions.deleteLabel(label.id);
  else actions.updateBoard({ name: `Board ${Math.floor(random() * 1e6)}` });
};

/** A board as text, so that two can be compared whatever they are kept in. */
export const picture = (snapshot: Snapshot | null): string => {
  if (snapshot === null) return "nothing";
  const columns = columnsOf(snapshot);
  const ids = new Set<string>(columns.map(({ id }) => id));
  return JSON.stringify({
    board: boardOf(snapshot),
    columns,
    labels: labelsOf(snapshot).toSorted((a, b) => (a.id < b.id ? -1 : 1)),
    tasks: columns.map(({ id }) => tasksIn(snapshot, id)),
    stray: tasksOf(snapshot)
      .containerIds()
      .filter((id) => !ids.has(id)),
    size: tasksOf(snapshot).size,
  });
};
