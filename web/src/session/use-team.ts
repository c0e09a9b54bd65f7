import { useMemo } from "react";
import { useSnapshot } from "../../../client/react/use-snapshot.ts";
import { useView } from "../../../client/react/use-view.ts";
import { entitiesIn } from "../../../client/sync/snapshot.ts";
import { stableList } from "../../../client/sync/views.ts";
import { type Board, boards } from "../../../shared/boards.ts";
import { type Member, members } from "../../../shared/members.ts";
import { boardsRef, membersRef } from "../entities/snapshots.ts";
import { type Listing, listing } from "./listing.ts";

/** The team's boards in order, archived ones included. */
export const useBoards = (teamId: string): Listing<Board> => {
  const { error, refetch } = useSnapshot(boardsRef(teamId));
  const items = useView<readonly Board[] | null>((engine, before) => {
    const snapshot = engine.view(boardsRef(teamId));
    return snapshot && stableList(before ?? undefined, entitiesIn(snapshot, boards).group(teamId));
  });
  return useMemo(() => listing(items, error, refetch), [items, error, refetch]);
};

/** The team's members by name. */
export const useMembers = (teamId: string): Listing<Member> => {
  const { error, refetch } = useSnapshot(membersRef(teamId));
  const items = useView<readonly Member[] | null>((engine, before) => {
    const snapshot = engine.view(membersRef(teamId));
    if (snapshot === null) return null;
    const byName = [...entitiesIn(snapshot, members).values()].sort((a, b) => a.name.localeCompare(b.name));
    return stableList(before ?? undefined, byName);
  });
  return useMemo(() => listing(items, error, refetch), [items, error, refetch]);
};
