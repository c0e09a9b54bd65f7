import { tasksOf } from "../../client/sync/testing/things.ts";
import type { Position } from "../../shared/protocol/position.ts";
import { boardRef } from "../../web/src/entities/snapshots.ts";
import type { Ground } from "../support/api.ts";
import type { Page } from "./people.ts";
import type { World } from "./world.ts";

/** What the database holds of a team, read past all processes. */
export type Truth = {
  readonly head: Position;
  /** The numbers in the log, in order. */
  readonly log: readonly number[];
  readonly titles: readonly string[];
  /** The board as text, column by column. */
  readonly picture: string;
};

type TaskRow = { id: string; column_id: string; rank: string; version: string; title: string };

const lineOf = (id: string, columnId: string, rank: string, version: number, title: string): string =>
  [columnId, rank, id, version, title].join(" ");

export const truthOf = async ({ query }: World, { team, board }: Ground): Promise<Truth> => {
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
    picture: tasks
      .map((task) => lineOf(task.id, task.column_id, task.rank, Number(task.version), task.title))
      .sort()
      .join("\n"),
  };
};

/** What a page shows, in the same words. */
const shownBy = ({ engine, ground }: Page): string => {
  const view = engine.view(boardRef(ground.board.id));
  if (view === null) return "nothing";
  return [...tasksOf(view).values()]
    .map(({ id, columnId, rank, version, title }) => lineOf(id, columnId, rank, version, title))
    .sort()
    .join("\n");
};

/** Why a page is not level with the database; `null` when it is. */
export const lagOf = (page: Page, { head, picture }: Truth): string | null => {
  const { status } = page.realtime.status();
  const position = page.realtime.position(page.ground.team.id);
  if (page.engine.outbox.pending.length > 0) return `${page.engine.outbox.pending.length} changes are on their way`;
  if (status !== "live") return `its status is ${status}`;
  if (position?.epoch !== head.epoch || position.seq !== head.seq)
    return `it is at ${position?.epoch}:${position?.seq}, the log at ${head.epoch}:${head.seq}`;
  const shown = shownBy(page);
  return shown === picture ? null : `it shows\n${firstDifference(shown, picture)}`;
};

const firstDifference = (shown: string, truth: string): string => {
  const [left, right] = [shown.split("\n"), truth.split("\n")];
  const at = left.findIndex((line, index) => line !== right[index]);
  return `  ${left[at] ?? "(nothing)"}\nwhere the database holds\n  ${right[at] ?? "(nothing)"}`;
};

/** What is wrong with the log itself. */
export const logFaults = ({ head, log }: Truth): string[] => {
  const hole = log.findIndex((seq, index) => index > 0 && seq !== (log[index - 1] ?? 0) + 1);
  return [
    ...(hole < 0 ? [] : [`the log goes from ${log[hole - 1]} to ${log[hole]}`]),
    ...(log.at(-1) === head.seq ? [] : [`the log ends at ${log.at(-1)}, its head says ${head.seq}`]),
  ];
};
