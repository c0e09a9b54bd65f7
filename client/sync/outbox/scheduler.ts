import { type Dependencies, dependsOn } from "../mutation.ts";
import type { PendingMutation } from "./pending-mutation.ts";

const MAX_IN_FLIGHT = 4;

export type Sender = {
  readonly dependenciesOf: (pending: PendingMutation) => Dependencies;
  /** Whether this tab is the one to send it. */
  readonly isMine: (pending: PendingMutation) => boolean;
};

type Earlier = { readonly dependencies: Dependencies; readonly isAnswered: boolean };

/** Sent, or sent as soon as it is written. */
const isInFlight = ({ status, sentAt }: PendingMutation): boolean =>
  status === "sending" || (status === "unwritten" && sentAt !== null);

const roomIn = (pending: readonly PendingMutation[]): number => MAX_IN_FLIGHT - pending.filter(isInFlight).length;

/** A text edit waits until earlier edits of that text are confirmed here: it is made on their result. */
const mustWait = ({ mutation }: PendingMutation, dependencies: Dependencies, earlier: readonly Earlier[]): boolean =>
  earlier.some(
    (other) => (!other.isAnswered || mutation.base !== undefined) && dependsOn(dependencies, other.dependencies),
  );

/** The mutations that may be sent now: those they depend on are answered, and few are in flight at once. */
export const dueIn = (pending: readonly PendingMutation[], { dependenciesOf, isMine }: Sender): PendingMutation[] => {
  const due: PendingMutation[] = [];
  const earlier: Earlier[] = [];
  const room = roomIn(pending);
  for (const each of pending) {
    // There may be hundreds, and each is compared with all before it: no further than needed.
    if (due.length >= room) break;
    const dependencies = dependenciesOf(each);
    if (each.status === "waiting" && isMine(each) && !mustWait(each, dependencies, earlier)) due.push(each);
    earlier.push({ dependencies, isAnswered: each.status === "answered" });
  }
  return due;
};

/** Whether a new mutation is sent as soon as it is written: nothing else waits, and it depends on nothing pending. */
export const goesAtOnce = (
  pending: readonly PendingMutation[],
  next: PendingMutation,
  dependenciesOf: Sender["dependenciesOf"],
): boolean => {
  if (roomIn(pending) <= 0 || pending.some(({ status }) => status === "waiting")) return false;
  const earlier = pending.map((each) => ({
    dependencies: dependenciesOf(each),
    isAnswered: each.status === "answered",
  }));
  return !mustWait(next, dependenciesOf(next), earlier);
};

/**
 * Whether a new mutation depends on one that storage did not take. The leader, which sends the stored ones, does not know
 * of that one and would send this one too early: it stays in this page, too.
 */
export const followsUnstored = (
  pending: readonly PendingMutation[],
  next: PendingMutation,
  dependenciesOf: Sender["dependenciesOf"],
): boolean =>
  pending.some(
    (each) =>
      each.order === null &&
      (each.status === "waiting" || each.status === "sending") &&
      dependsOn(dependenciesOf(next), dependenciesOf(each)),
  );
