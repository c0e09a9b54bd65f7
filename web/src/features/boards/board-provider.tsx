import { useNavigate, useRouter } from "@tanstack/react-router";
import { type ReactNode, useCallback, useMemo, useState } from "react";
import type { Board } from "../../../../shared/boards.ts";
import { roleAtLeast } from "../../../../shared/role.ts";
import type { User } from "../../../../shared/users.ts";
import { BoardContext, type BoardContextValue } from "../../board/board-context.ts";
import { createBoardUi } from "../../board/board-ui.ts";
import type { BoardView } from "../../board/use-board.ts";
import { useBoardActions } from "../../board/use-mutations.ts";
import { stringifyPlainSearch } from "../../lib/plain-search.ts";
import { isFiltering } from "../filters/filter-search.ts";
import { useFilter } from "../filters/use-filter.ts";
import { loadCollapsed } from "./collapsed.ts";

type BoardProviderProps = { me: User; board: Board; view: BoardView; children: ReactNode };

export const BoardProvider = ({ me, board, view, children }: BoardProviderProps) => {
  const boardId = board.id;
  const { teamId } = board;
  const actions = useBoardActions(boardId);
  const [ui] = useState(() => createBoardUi(loadCollapsed(boardId)));
  const { search, filter } = useFilter();
  const navigate = useNavigate();
  const router = useRouter();
  const filtering = isFiltering(search);
  const searchText = stringifyPlainSearch(search);
  const openTask = useCallback(
    (taskId: string) =>
      void navigate({
        to: "/b/$boardId/t/$taskId",
        params: { boardId, taskId },
        search: (old) => old,
        state: { overBoard: true },
      }),
    [navigate, boardId],
  );
  const { basepath } = router;
  const taskHref = useCallback(
    (taskId: string) => `${basepath === "/" ? "" : basepath}/b/${boardId}/t/${taskId}${searchText}`,
    [basepath, boardId, searchText],
  );
  const { columns, labels, members, role } = view;
  const value = useMemo<BoardContextValue>(
    () => ({
      boardId,
      teamId,
      me,
      canWrite: role !== null && roleAtLeast(role, "member"),
      canManage: role !== null && roleAtLeast(role, "admin"),
      columns,
      labels,
      members,
      labelById: new Map(labels.map((label) => [label.id, label])),
      memberById: new Map(members.map((member) => [member.userId, member])),
      filter,
      filtering,
      actions,
      ui,
      openTask,
      taskHref,
    }),
    [boardId, teamId, me, role, columns, labels, members, filter, filtering, actions, ui, openTask, taskHref],
  );
  return <BoardContext value={value}>{children}</BoardContext>;
};
