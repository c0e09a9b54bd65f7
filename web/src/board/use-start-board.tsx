import { useNavigate } from "@tanstack/react-router";
import { type ReactNode, useEffect, useRef, useState } from "react";
import type { BoardId } from "../../../shared/ids.ts";
import { useTranslation } from "../i18n/use-translation.ts";
import { useBoardActions, useBoardsActions } from "./use-mutations.ts";

/**
 * Creates a board with three columns and opens it. `starter` must be rendered meanwhile: it adds the columns and opens the
 * board, so somebody who has left the form is not taken away from where they are.
 */
export const useStartBoard = (teamId: string): { startBoard: (name: string) => Promise<void>; starter: ReactNode } => {
  const { createBoard } = useBoardsActions(teamId);
  const [boardId, setBoardId] = useState<BoardId | null>(null);
  return {
    startBoard: async (name) => {
      const board = await createBoard(name);
      setBoardId(board.id);
    },
    starter: boardId ? <Starter boardId={boardId} /> : null,
  };
};

const Starter = ({ boardId }: { boardId: BoardId }) => {
  const { t } = useTranslation();
  const { createColumn } = useBoardActions(boardId);
  const navigate = useNavigate();
  const done = useRef(false);
  useEffect(() => {
    if (done.current) return;
    done.current = true;
    for (const name of [t("start.todo"), t("start.doing"), t("start.done")]) createColumn({ name });
    void navigate({ to: "/b/$boardId", params: { boardId } });
  }, [boardId, createColumn, navigate, t]);
  return null;
};
