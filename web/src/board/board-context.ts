import { createContext, useContext } from "react";
import type { Column } from "../../../shared/columns.ts";
import type { TaskFilter } from "../../../shared/filters.ts";
import type { Label } from "../../../shared/labels.ts";
import type { Member } from "../../../shared/members.ts";
import type { User } from "../../../shared/users.ts";
import type { BoardActions } from "./board-actions.ts";
import type { BoardUi } from "./board-ui.ts";

/** The board's context. It changes with columns, labels, members and filter, never with tasks. */
export type BoardContextValue = {
  readonly boardId: string;
  readonly teamId: string;
  readonly me: User;
  readonly canWrite: boolean;
  /** Whether I am an admin or an owner of the team. */
  readonly canManage: boolean;
  readonly columns: readonly Column[];
  readonly labels: readonly Label[];
  readonly members: readonly Member[];
  readonly labelById: ReadonlyMap<string, Label>;
  readonly memberById: ReadonlyMap<string, Member>;
  readonly filter: TaskFilter;
  readonly filtering: boolean;
  readonly actions: BoardActions;
  readonly ui: BoardUi;
  readonly openTask: (taskId: string) => void;
  readonly taskHref: (taskId: string) => string;
};

export const BoardContext = createContext<BoardContextValue | null>(null);

export const useBoardContext = (): BoardContextValue => {
  const value = useContext(BoardContext);
  if (!value) throw new Error("used outside a board");
  return value;
};
