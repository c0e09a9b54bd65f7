import type { Intent } from "../../../../client/sync/mutations.ts";
import type { EventMessage } from "../../../../shared/protocol/message.ts";
import { type Task, taskSchema } from "../../../../shared/tasks.ts";
import { foldCase } from "../../../../shared/text.ts";

type Said = {
  /** `null`: it was deleted. */
  readonly task: Task | null;
  /** How often the history had been cut off by then. */
  readonly cuts: number;
};

/** What events said of tasks since the list was opened. */
export type Heard = ReadonlyMap<string, Said>;

export const TASK_ACTIONS = ["TASK_CREATED", "TASK_UPDATED", "TASK_MOVED", "TASK_DELETED"] as const;

/** Takes an event over into what was heard; the same object when it is not about the board's tasks. */
export const hear = (
  heard: Heard,
  { action, data }: Pick<EventMessage, "action" | "data">,
  { boardId, cuts }: { readonly boardId: string; readonly cuts: number },
): Heard => {
  const task = taskSchema.safeParse(data).data;
  if (task?.boardId !== boardId) return heard;
  return new Map(heard).set(task.id, { task: action === "TASK_DELETED" ? null : task, cuts });
};

/** Tasks that changes on their way take out of the archive. */
export const leaving = (intents: readonly Intent[]): ReadonlySet<string> =>
  new Set(
    intents.flatMap((intent) => {
      if (intent.kind === "task.delete") return [intent.id];
      return intent.kind === "task.update" && intent.change.archived === false ? [intent.id] : [];
    }),
  );

type Archive = {
  readonly read: readonly Task[];
  /** How often the history had been cut off when the read began. */
  readonly cuts: number;
  readonly heard: Heard;
  readonly leaving: ReadonlySet<string>;
  /** Columns that exist: what was in another is gone with it. */
  readonly columnIds: ReadonlySet<string>;
};

/**
 * The archive as it is now, newest first. A read and the events beside it may come in any order:
 * of each task the later version counts, and what was deleted does not come back. Of what came before a cut only a read
 * after it knows what has become.
 */
export const archiveOf = ({ read, cuts, heard, leaving: gone, columnIds }: Archive): readonly Task[] => {
  const tasks = new Map<string, Task>(read.map((task) => [task.id, task]));
  for (const [id, { task, cuts: heardAt }] of heard) {
    if (heardAt < cuts) continue;
    if (task === null) tasks.delete(id);
    else if (task.version > (tasks.get(id)?.version ?? -1)) tasks.set(id, task);
  }
  const when = ({ archivedAt }: Task) => archivedAt ?? "";
  return [...tasks.values()]
    .filter((task) => task.archivedAt !== null && !gone.has(task.id) && columnIds.has(task.columnId))
    .sort((a, b) => (when(a) === when(b) ? (a.id < b.id ? 1 : -1) : when(a) < when(b) ? 1 : -1));
};

export const searchTasks = (tasks: readonly Task[], query: string): readonly Task[] => {
  const needle = foldCase(query.trim());
  if (needle === "") return tasks;
  return tasks.filter(
    ({ title, description }) => foldCase(title).includes(needle) || foldCase(description).includes(needle),
  );
};
