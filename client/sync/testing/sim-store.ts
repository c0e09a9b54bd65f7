import type { Board, BoardSnapshot } from "../../../shared/boards.ts";
import { boardSchema } from "../../../shared/boards.ts";
import { type Column, columnSchema } from "../../../shared/columns.ts";
import type { Action } from "../../../shared/events.ts";
import { type Label, labelSchema } from "../../../shared/labels.ts";
import { type Member, memberSchema } from "../../../shared/members.ts";
import { type SequencedMessage, sequencedMessageSchema } from "../../../shared/protocol/message.ts";
import type { Position } from "../../../shared/protocol/position.ts";
import { compareRanked, type Placement, placeAmong, rankBetween } from "../../../shared/rank.ts";
import { type Task, taskSchema, type UpdateTask } from "../../../shared/tasks.ts";
import type { Clock } from "../../realtime/ports.ts";

export class SimProblem extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
  ) {
    super(code);
  }
}

type Emitted = { readonly action: Action; readonly data: Record<string, unknown> };
type Change = (version: () => number) => readonly Emitted[];

export const TEAM = "01900000-0000-7000-8000-000000000001";

/** One team's rows and history, changed only by transactions, each with its events: what a server is, in small. */
export class SimStore {
  epoch = "e1";
  seq = 0;
  /** Events up to here are no longer kept. */
  floor = 0;
  log: SequencedMessage[] = [];
  readonly boards = new Map<string, Board>();
  readonly columns = new Map<string, Column>();
  readonly labels = new Map<string, Label>();
  readonly members = new Map<string, Member>();
  readonly tasks = new Map<string, Task>();
  /** Ids are never used again. */
  readonly gone = new Set<string>();
  /** The tasks that went with the column that was deleted last. */
  swept: readonly string[] = [];
  readonly #clock: Clock;
  readonly #committed = new Set<(events: readonly SequencedMessage[]) => void>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get position(): Position {
    return { epoch: this.epoch, seq: this.seq };
  }

  onCommit(listener: (events: readonly SequencedMessage[]) => void): void {
    this.#committed.add(listener);
  }

  at(): string {
    return new Date(this.#clock.now()).toISOString();
  }

  commit(initiatorId: string, mutationId: string | undefined, change: Change): void {
    let { seq } = this;
    const emitted = change(() => {
      seq += 1;
      return seq;
    });
    const events = emitted.map(({ action, data }, index) =>
      sequencedMessageSchema.parse({
        type: "message",
        tenantId: TEAM,
        initiatorId,
        action,
        data,
        seq: this.seq + 1 + index,
        epoch: this.epoch,
        at: this.at(),
        ...(mutationId === undefined ? {} : { mutationId }),
      }),
    );
    this.seq += events.length;
    this.log.push(...events);
    for (const listener of this.#committed) listener(events);
  }

  since(position: Position): SequencedMessage[] | null {
    if (position.epoch !== this.epoch || position.seq < this.floor || position.seq > this.seq) return null;
    return this.log.filter(({ seq }) => seq > position.seq);
  }

  /** What a backup's return does: the rows stay as they are here, the history is another. */
  restore(epoch: string): void {
    this.epoch = epoch;
    this.log = [];
    this.floor = this.seq;
  }

  forgetHistory(): void {
    this.floor = this.seq;
    this.log = [];
  }

  snapshot(boardId: string): BoardSnapshot {
    const board = this.board(boardId);
    const of = <Row extends { readonly boardId: string }>(rows: Map<string, Row>) =>
      [...rows.values()].filter((row) => row.boardId === boardId);
    return {
      ...board,
      columns: of(this.columns),
      labels: of(this.labels),
      tasks: of(this.tasks).filter(({ archivedAt }) => archivedAt === null),
      members: [...this.members.values()],
    };
  }

  board(id: string): Board {
    const board = this.boards.get(id);
    if (board === undefined) throw new SimProblem(404, "NOT_FOUND");
    return board;
  }

  column(id: string): Column {
    const column = this.columns.get(id);
    if (column === undefined) throw new SimProblem(404, "NOT_FOUND");
    return column;
  }

  task(id: string): Task {
    const task = this.tasks.get(id);
    if (task === undefined) throw new SimProblem(404, "NOT_FOUND");
    return task;
  }

  rankOf(siblings: readonly { readonly id: string; readonly rank: string }[], placement: Placement): string {
    const gap = placeAmong(siblings.toSorted(compareRanked), placement);
    return rankBetween(gap.after?.rank ?? null, gap.before?.rank ?? null);
  }

  columnsOf(boardId: string): Column[] {
    return [...this.columns.values()].filter((column) => column.boardId === boardId);
  }

  tasksOf(columnId: string): Task[] {
    return [...this.tasks.values()].filter((task) => task.columnId === columnId);
  }

  putTask(action: Action, fields: Record<string, unknown>, version: number): Emitted {
    const task = taskSchema.parse({ ...fields, version });
    this.tasks.set(task.id, task);
    return { action, data: task };
  }

  putColumn(action: Action, fields: Record<string, unknown>, version: number): Emitted {
    const column = columnSchema.parse({ ...fields, version });
    this.columns.set(column.id, column);
    return { action, data: column };
  }

  putLabel(action: Action, fields: Record<string, unknown>, version: number): Emitted {
    const label = labelSchema.parse({ ...fields, version });
    this.labels.set(label.id, label);
    return { action, data: label };
  }

  putBoard(action: Action, fields: Record<string, unknown>, version: number): Emitted {
    const board = boardSchema.parse({ ...fields, version });
    this.boards.set(board.id, board);
    return { action, data: board };
  }

  putMember(action: Action, fields: Record<string, unknown>, version: number): Emitted {
    const member = memberSchema.parse({ ...fields, version });
    this.members.set(member.userId, member);
    return { action, data: member };
  }

  dropColumn(id: string, version: () => number): Emitted[] {
    const column = this.column(id);
    this.swept = this.tasksOf(id).map((task) => task.id);
    for (const task of this.tasksOf(id)) {
      this.tasks.delete(task.id);
      this.gone.add(task.id);
    }
    this.columns.delete(id);
    this.gone.add(id);
    return [{ action: "COLUMN_DELETED", data: { ...column, version: version() } }];
  }

  dropTask(id: string, version: () => number): Emitted[] {
    const task = this.task(id);
    this.tasks.delete(id);
    this.gone.add(id);
    return [{ action: "TASK_DELETED", data: { ...task, version: version() } }];
  }

  dropBoard(id: string, version: () => number): Emitted[] {
    const board = this.board(id);
    for (const column of this.columnsOf(id)) {
      for (const task of this.tasksOf(column.id)) this.tasks.delete(task.id);
      this.columns.delete(column.id);
    }
    this.boards.delete(id);
    this.gone.add(id);
    return [{ action: "BOARD_DELETED", data: { ...board, version: version() } }];
  }

  /** Deleting a label also changes the tasks that bear it, in the same transaction. */
  dropLabel(id: string, version: () => number): Emitted[] {
    const label = this.labels.get(id);
    if (label === undefined) throw new SimProblem(404, "NOT_FOUND");
    const emitted: Emitted[] = [];
    for (const task of this.tasks.values()) {
      if (!task.labelIds.some((each) => each === id)) continue;
      const labelIds = task.labelIds.filter((each) => each !== id);
      emitted.push(this.putTask("TASK_UPDATED", { ...task, labelIds }, version()));
    }
    this.labels.delete(id);
    this.gone.add(id);
    return [...emitted, { action: "LABEL_DELETED", data: { ...label, version: version() } }];
  }

  /** The import replaces what is on the board; its one event does not carry the content. */
  importBoard(id: string, tasks: readonly Record<string, unknown>[], version: () => number): Emitted[] {
    const board = this.board(id);
    const at = version();
    for (const fields of tasks) this.putTask("TASK_CREATED", fields, at);
    return [this.putBoard("BOARD_IMPORTED", board, at)];
  }

  patchTask(id: string, change: UpdateTask, version: () => number): Emitted[] {
    const task = this.task(id);
    const { archived, addLabelIds = [], removeLabelIds = [], addAssigneeIds, removeAssigneeIds, ...fields } = change;
    const labelIds = [...new Set([...(fields.labelIds ?? task.labelIds), ...addLabelIds])].filter(
      (each) => !removeLabelIds.includes(each) && this.labels.has(each),
    );
    const archivedAt = archived === undefined ? task.archivedAt : archived ? (task.archivedAt ?? this.at()) : null;
    const next = { ...task, ...JSON.parse(JSON.stringify(fields)), labelIds, archivedAt };
    if (JSON.stringify(next) === JSON.stringify(task)) return [];
    return [this.putTask("TASK_UPDATED", { ...next, updatedAt: this.at() }, version())];
  }
}
