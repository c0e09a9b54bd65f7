import { useNavigate } from "@tanstack/react-router";
import { type ReactNode, useEffect, useRef, useState } from "react";
import type { BoardId } from "../../../shared/ids.ts";
import { useTranslation } from "../i18n/use-translation.ts";
import { useBoardActions, useBoardsActions } from "./use-mutations.ts";

/** Makes a board with the three columns that people start with, and goes there. */
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

/** The actions belong to one board, so they are taken where its id is known. */
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
