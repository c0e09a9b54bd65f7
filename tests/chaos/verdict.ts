import { tasksOf } from "../../client/sync/testing/things.ts";
import type { Position } from "../../shared/protocol/position.ts";
import { boardRef } from "../../web/src/entities/snapshots.ts";
import type { Fixture } from "../support/api.ts";
import type { Page } from "./people.ts";
import type { World } from "./world.ts";

/** A team's state in the database, read past all processes. */
export type DatabaseState = {
  readonly head: Position;
  /** The seqs in the log, in order. */
  readonly log: readonly number[];
  readonly titles: readonly string[];
  /** The board's tasks as text, one sorted line each. */
  readonly rows: string;
};

type TaskRow = { id: string; column_id: string; rank: string; version: string; title: string };

const lineOf = (id: string, columnId: string, rank: string, version: number, title: string): string =>
  [columnId, rank, id, version, title].join(" ");

export const databaseStateOf = async ({ query }: World, { team, board }: Fixture): Promise<DatabaseState> => {
  const [head] = await query<{ epoch: string; seq: string }>(
    "select epoch, seq from tenant_heads where tenant_id = $1",
    [team.id],
  );
  if (head === undefined) throw new Error("the team has no head");
  const log = await query<{ seq: string }>("select seq from events where tenant_id = $1 order by seq", [team.id]);
  const tasks = await query<TaskRow>(
    "select id, column_id, rank, version, title from tasks where board_id = $1 and archived_at is null",
    [board.id],
  );
  return {
    head: { epoch: head.epoch, seq: Number(head.seq) },
    log: log.map(({ seq }) => Number(seq)),
    titles: tasks.map(({ title }) => title),
    rows: tasks
      .map((task) => lineOf(task.id, task.column_id, task.rank, Number(task.version), task.title))
      .sort()
      .join("\n"),
  };
};

/** The tasks that a page shows, in the same form. */
const rowsShownBy = ({ engine, fixture }: Page): string => {
  const view = engine.view(boardRef(fixture.board.id));
  if (view === null) return "nothing";
  return [...tasksOf(view).values()]
    .map(({ id, columnId, rank, version, title }) => lineOf(id, columnId, rank, version, title))
    .sort()
    .join("\n");
};

/** The difference between a page and the database; `null` if there is none. */
export const differenceOf = (page: Page, { head, rows }: DatabaseState): string | null => {
  const { status } = page.realtime.status();
  const position = page.realtime.position(page.fixture.team.id);
  if (page.engine.outbox.pending.length > 0) return `${page.engine.outbox.pending.length} mutations are pending`;
  if (status !== "live") return `its status is ${status}`;
  if (position?.epoch !== head.epoch || position.seq !== head.seq)
    return `it is at ${position?.epoch}:${position?.seq}, the log at ${head.epoch}:${head.seq}`;
  const shown = rowsShownBy(page);
  return shown === rows ? null : `it shows\n${firstDifference(shown, rows)}`;
};

const firstDifference = (shown: string, stored: string): string => {
  const [left, right] = [shown.split("\n"), stored.split("\n")];
  const at = left.findIndex((line, index) => line !== right[index]);
  return `  ${left[at] ?? "(nothing)"}\nwhere the database holds\n  ${right[at] ?? "(nothing)"}`;
};

/** Faults of the log itself. */
export const logFaults = ({ head, log }: DatabaseState): string[] => {
  const hole = log.findIndex((seq, index) => index > 0 && seq !== (log[index - 1] ?? 0) + 1);
  return [
    ...(hole < 0 ? [] : [`the log goes from ${log[hole - 1]} to ${log[hole]}`]),
    ...(log.at(-1) === head.seq ? [] : [`the log ends at ${log.at(-1)}, its head says ${head.seq}`]),
  ];
};
