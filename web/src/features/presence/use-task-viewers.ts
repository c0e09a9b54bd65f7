import { useEffect } from "react";
import { usePresence } from "../../../../client/react/socket-provider.tsx";
import type { PresencePeer } from "../../../../client/realtime/presence-book.ts";
import { useBoardContext } from "../../board/board-context.ts";

const samePeople = (a: readonly PresencePeer[] | undefined, b: readonly PresencePeer[]): boolean =>
  a !== undefined && a.length === b.length && a.every((peer, index) => peer.userId === b[index]?.userId);

/** By task of this board: the other people who have it open. */
const viewersByTask = (
  peers: readonly PresencePeer[],
  boardId: string,
  myId: string,
  before: ReadonlyMap<string, readonly PresencePeer[]>,
): ReadonlyMap<string, readonly PresencePeer[]> => {
  const map = new Map<string, PresencePeer[]>();
  for (const peer of peers) {
    const taskId = peer.data?.boardId === boardId ? peer.data["taskId"] : undefined;
    if (typeof taskId !== "string" || peer.userId === myId) continue;
    const there = map.get(taskId) ?? [];
    if (!there.some((other) => other.userId === peer.userId)) map.set(taskId, [...there, peer]);
  }
  // Equal lists keep their identity, so unchanged cards do not render.
  return new Map(
    [...map].map(([id, people]) => [id, samePeople(before.get(id), people) ? (before.get(id) ?? people) : people]),
  );
};

export const useTaskViewers = (): void => {
  const { ui, boardId, teamId, me } = useBoardContext();
  const peers = usePresence(teamId);
  useEffect(() => {
    ui.taskViewers.set((before) => viewersByTask(peers, boardId, me.id, before));
  }, [ui, boardId, me.id, peers]);
};
