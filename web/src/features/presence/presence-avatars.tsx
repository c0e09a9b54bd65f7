import { usePresence } from "../../../../client/react/socket-provider.tsx";
import type { PresencePeer } from "../../../../client/realtime/presence-book.ts";
import { useBoardContext } from "../../board/board-context.ts";
import { useFormat } from "../../i18n/use-format.ts";
import { useTranslation } from "../../i18n/use-translation.ts";
import { Avatar } from "../../ui/avatar.tsx";

const MAX_AVATARS = 4;

/** The other people on the board, one entry each, by name. */
const othersOnBoard = (peers: readonly PresencePeer[], boardId: string, myId: string): PresencePeer[] => {
  const people = new Map<string, PresencePeer>();
  for (const peer of peers) {
    if (peer.userId !== myId && peer.data?.boardId === boardId) people.set(peer.userId, peer);
  }
  return [...people.values()].sort((a, b) => a.name.localeCompare(b.name));
};

export const PresenceAvatars = () => {
  const { t } = useTranslation();
  const format = useFormat();
  const { boardId, teamId, me } = useBoardContext();
  const people = othersOnBoard(usePresence(teamId), boardId, me.id);
  if (people.length === 0) return null;
  const names = format.list(people.map((person) => person.name));
  return (
    <div
      role="img"
      aria-label={t("presence.here", { names, count: people.length })}
      title={names}
      className="flex -space-x-0.5 max-sm:hidden"
    >
      {people.slice(0, MAX_AVATARS).map((person) => (
        <Avatar
          key={person.userId}
          userId={person.userId}
          name={person.name}
          decorative
          className="ring-2 ring-surface"
        />
      ))}
      {people.length > MAX_AVATARS ? (
        <span className="tabular flex size-6 items-center justify-center rounded-full bg-pressed text-[0.6875rem] font-medium ring-2 ring-surface">
          +{people.length - MAX_AVATARS}
        </span>
      ) : null}
    </div>
  );
};
