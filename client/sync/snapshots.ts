import type { Board, BoardSnapshot } from "../../shared/boards.ts";
import type { Column } from "../../shared/columns.ts";
import type { Label } from "../../shared/labels.ts";
import type { Member } from "../../shared/members.ts";
import type { Position } from "../../shared/protocol/position.ts";
import { type TaskTable, tableOf, taskIn } from "./task-table.ts";

type Confirmed = {
  readonly teamId: string;
  /** Holds the effects of all events up to here, and of those that its tenant's log has taken since. */
  readonly position: Position;
  /** When its read began, on the count of cuts: a read that began before a cut is of another history. */
  readonly begun: number;
  /** An event said more than it carries: the state is to be read again at this seq or later. */
  readonly unreadFrom: number | null;
};

export type BoardState = Confirmed & {
  readonly kind: "board";
  readonly etag: string | null;
  readonly deleted: boolean;
  readonly board: Board;
  readonly columns: ReadonlyMap<string, Column>;
  readonly tasks: TaskTable;
  readonly labels: ReadonlyMap<string, Label>;
  readonly members: ReadonlyMap<string, Member>;
};
export type BoardsState = Confirmed & { readonly kind: "boards"; readonly items: ReadonlyMap<string, Board> };
export type MembersState = Confirmed & { readonly kind: "members"; readonly items: ReadonlyMap<string, Member> };

/** What the query cache holds of a tenant: confirmed by the server, nothing else. */
export type TenantState = BoardState | BoardsState | MembersState;

const KINDS: ReadonlySet<unknown> = new Set<TenantState["kind"]>(["board", "boards", "members"]);

export const isTenantState = (value: unknown): value is TenantState =>
  typeof value === "object" && value !== null && "kind" in value && "begun" in value && KINDS.has(value.kind);

type Versioned = { readonly version: number };

/** An entity that has not changed keeps its identity over a read, so that nothing which shows it renders again. */
const same = <Entity extends Versioned>(old: Entity | undefined, read: Entity): Entity =>
  old?.version === read.version ? old : read;

export const mapOf = <Entity extends Versioned>(
  entities: readonly Entity[],
  idOf: (entity: Entity) => string,
  old?: ReadonlyMap<string, Entity>,
): ReadonlyMap<string, Entity> =>
  new Map(entities.map((entity) => [idOf(entity), same(old?.get(idOf(entity)), entity)]));

type ReadFacts = { readonly position: Position; readonly begun: number; readonly etag: string | null };

export const boardStateOf = (
  snapshot: BoardSnapshot,
  { position, begun, etag }: ReadFacts,
  previous: BoardState | undefined,
): BoardState => {
  const { columns, tasks, labels, members, ...board } = snapshot;
  // In another history the same version may mean something else.
  const old = previous?.position.epoch === position.epoch ? previous : undefined;
  return {
    kind: "board",
    teamId: board.teamId,
    position,
    begun,
    etag,
    unreadFrom: null,
    deleted: false,
    board: same(old?.board, board),
    columns: mapOf(columns, ({ id }) => id, old?.columns),
    tasks: tableOf(tasks.map((task) => same(old && taskIn(old.tasks, task.id), task))),
    labels: mapOf(labels, ({ id }) => id, old?.labels),
    members: mapOf(members, ({ userId }) => userId, old?.members),
  };
};

/** Whether a state has the entity. */
export const hasIn = (state: TenantState, id: string): boolean => {
  switch (state.kind) {
    case "board":
      return (
        !state.deleted &&
        (state.board.id === id ||
          taskIn(state.tasks, id) !== undefined ||
          state.columns.has(id) ||
          state.labels.has(id))
      );
    case "boards":
      return state.items.has(id);
    case "members":
      return false;
  }
};
