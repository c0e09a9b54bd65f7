import { mustFollow, type Touches } from "../mutations.ts";
import type { Entry } from "./pending-mutation.ts";

const AT_ONCE = 4;

export type Sender = {
  readonly touchesOf: (entry: Entry) => Touches;
  /** Whether this tab is the one to send it. */
  readonly isMine: (entry: Entry) => boolean;
};

type Ahead = { readonly touches: Touches; readonly answered: boolean };

/** What is sent, or will be as soon as it is written. */
const isUnderWay = ({ status, sentAt }: Entry): boolean =>
  status === "sending" || (status === "unwritten" && sentAt !== null);

const roomIn = (entries: readonly Entry[]): number => AT_ONCE - entries.filter(isUnderWay).length;

/** What a text is changed from must be as the change before has left it, also here. */
const isHeldUp = ({ intent }: Entry, touches: Touches, ahead: readonly Ahead[]): boolean =>
  ahead.some((other) => (!other.answered || "base" in intent) && mustFollow(other.touches, touches));

/** The entries that may be sent now: what they must follow is answered, and no more go side by side than a few. */
export const dueIn = (entries: readonly Entry[], { touchesOf, isMine }: Sender): Entry[] => {
  const due: Entry[] = [];
  const ahead: Ahead[] = [];
  const room = roomIn(entries);
  for (const entry of entries) {
    // There may be hundreds, and each is compared with all before it: no further than needed.
    if (due.length >= room) break;
    const touches = touchesOf(entry);
    if (entry.status === "waiting" && isMine(entry) && !isHeldUp(entry, touches, ahead)) due.push(entry);
    ahead.push({ touches, answered: entry.status === "answered" });
  }
  return due;
};

/** Whether a new entry will be sent as soon as it is written: nothing else waits, and nothing holds it up. */
export const goesAtOnce = (entries: readonly Entry[], entry: Entry, touchesOf: Sender["touchesOf"]): boolean => {
  if (roomIn(entries) <= 0 || entries.some(({ status }) => status === "waiting")) return false;
  const ahead = entries.map((each) => ({ touches: touchesOf(each), answered: each.status === "answered" }));
  return !isHeldUp(entry, touchesOf(entry), ahead);
};
