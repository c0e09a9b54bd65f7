import { getRouteApi, Link, Navigate, Outlet, useRouter } from "@tanstack/react-router";
import { Lock, SquareKanban } from "lucide-react";
import { useEffect, useState } from "react";
import type { Me } from "../../../shared/users.ts";
import { type BoardView, useBoard } from "../board/use-board.ts";
import { BoardBody } from "../features/boards/board-body.tsx";
import { BoardHeader } from "../features/boards/board-header.tsx";
import { BoardProvider } from "../features/boards/board-provider.tsx";
import { BoardSkeleton } from "../features/boards/board-skeleton.tsx";
import { problemText } from "../i18n/problem-text.ts";
import { useTranslation } from "../i18n/use-translation.ts";
import { useDelayed } from "../lib/use-delayed.ts";
import { useMe } from "../session/use-me.ts";
import { Button, buttonClass } from "../ui/button.tsx";
import { ErrorScreen } from "../ui/error-screen.tsx";
import { FullMessage } from "../ui/full-message.tsx";
import { Shell } from "./shell.tsx";

const route = getRouteApi("/b/$boardId");

/** In a chunk of its own: the list of what it loads would be a part of the first load. */
const loadAhead = (): void => {
  void import("./load-ahead.ts").then((module) => module.loadAhead()).catch(() => undefined);
};

export const BoardPage = () => {
  const view = useMe();
  const { boardId } = route.useParams();
  const late = useDelayed(view.status === "loading");
  if (view.status === "loading") {
    return (
      <>
        <PrefetchBoard boardId={boardId} />
        {late ? <BoardSkeleton /> : null}
      </>
    );
  }
  if (view.status === "error") return <ErrorScreen />;
  if (view.status === "signed-out") return <RedirectToSignIn />;
  return <SignedInBoard key={`${view.me.user.id} ${boardId}`} me={view.me} boardId={boardId} />;
};

/** Fetches the board while `useMe` is still loading. */
const PrefetchBoard = ({ boardId }: { boardId: string }) => {
  useBoard(boardId);
  return null;
};

const RedirectToSignIn = () => {
  // Remember the first address: during the redirect the location is already "/", and `next` would point there.
  const [next] = useState(useRouter().latestLocation.href);
  return <Navigate to="/" search={{ next }} replace />;
};

const SignedInBoard = ({ me, boardId }: { me: Me; boardId: string }) => {
  const board = useBoard(boardId);
  const late = useDelayed(board.status === "loading");
  const name = board.board?.name;
  useEffect(() => {
    document.title = name ? `${name} · Artel` : "Artel";
  }, [name]);
  if (board.status !== "ready" || !board.board) {
    return (
      <Shell me={me}>
        {board.status === "loading" || board.status === "ready" ? (
          late ? (
            <BoardSkeleton bare />
          ) : null
        ) : (
          <Unavailable board={board} />
        )}
      </Shell>
    );
  }
  return (
    <BoardProvider me={me.user} board={board.board} view={board}>
      <Shell me={me} header={<BoardHeader board={board.board} />}>
        <BoardBody loadAhead={loadAhead} />
        <Outlet />
      </Shell>
    </BoardProvider>
  );
};

const Unavailable = ({ board }: { board: BoardView }) => {
  const { t } = useTranslation();
  if (board.status === "forbidden") {
    return (
      <FullMessage within icon={<Lock size={28} />} title={t("board.forbiddenTitle")} text={t("board.forbiddenText")} />
    );
  }
  const gone = board.status === "gone";
  return (
    <FullMessage
      within
      icon={<SquareKanban size={28} />}
      title={gone ? t("board.goneTitle") : t("board.failedTitle")}
      text={gone ? t("board.goneText") : problemText(t, board.error)}
    >
      {gone ? null : <Button onClick={board.refetch}>{t("common.tryAgain")}</Button>}
      <Link to="/" className={buttonClass("primary")}>
        {t("common.myBoards")}
      </Link>
    </FullMessage>
  );
};
