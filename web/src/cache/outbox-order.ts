import { mustFollow, type Touches } from "./intents.ts";
import type { Entry } from "./outbox-entry.ts";

const AT_ONCE = 4;

export type Sender = {
  readonly touchesOf: (entry: Entry) => Touches;
  /** Whether this tab is the one to send it. */
  readonly isMine: (entry: Entry) => boolean;
};

/** The entries that may be sent now: what they must follow is answered, and no more go side by side than a few. */
export const dueIn = (entries: readonly Entry[], { touchesOf, isMine }: Sender): Entry[] => {
  const due: Entry[] = [];
  const ahead: { readonly touches: Touches; readonly answered: boolean }[] = [];
  const isUnderWay = ({ status, sentAt }: Entry) => status === "sending" || (status === "unwritten" && sentAt !== null);
  const room = AT_ONCE - entries.filter(isUnderWay).length;
  for (const entry of entries) {
    const touches = touchesOf(entry);
    const answered = entry.status === "answered";
    // What a text is changed from must be as the change before has left it, also here.
    const isAhead = (other: (typeof ahead)[number]) =>
      (!other.answered || "base" in entry.intent) && mustFollow(other.touches, touches);
    const isFree = answered || !ahead.some(isAhead);
    ahead.push({ touches, answered });
    if (entry.status === "waiting" && isFree && isMine(entry) && due.length < room) due.push(entry);
  }
  return due;
};
