import type { Position } from "../../../shared/protocol/position.ts";
import type { ApiProblem } from "../../browser/api-client.ts";
import { type Intent, isCreation, isDeletion } from "../mutations.ts";

/** The server says 500 about one request for ever; it must not hold up the others for ever. */
const TRIES_OF_A_BROKEN_REQUEST = 5;
/** The server keeps its answers for seven days; a day is left for clocks that differ. */
const ANSWERS_KEPT_MS = 6 * 86_400_000;

export type Outcome =
  | { readonly kind: "again"; readonly waitMs: number }
  | { readonly kind: "absent" | "refused" | "signed-out" | "overtaken" };

/** What becomes of a change that the server did not take, after so many tries. */
export const outcomeOf = (intent: Intent, problem: ApiProblem, tries: number): Outcome => {
  const { status, code } = problem;
  const waitMs = (problem.retryAfterSeconds ?? 0) * 1_000;
  if (status === 401) return { kind: "signed-out" };
  if (status === 408 || status === 429 || status === 503 || code === "IDEMPOTENCY_KEY_IN_USE")
    return { kind: "again", waitMs };
  if (status >= 500 && tries < TRIES_OF_A_BROKEN_REQUEST) return { kind: "again", waitMs };
  if (status === 412 && "base" in intent) return { kind: "overtaken" };
  return { kind: isDeletion(intent) && (status === 404 || status === 410) ? "absent" : "refused" };
};

/**
 * Whether sending it once more might make it act twice: the server may have had it, and no longer knows its key.
 * A creation has an id of its own, and a deletion finds nothing the second time.
 */
export const isOutdated = (intent: Intent, sentAt: number | null, now: number): boolean =>
  sentAt !== null && now - sentAt > ANSWERS_KEPT_MS && !isCreation(intent) && !isDeletion(intent);

/** One change may make several events; its effect is whole with the last. */
export const later = (known: Position | null, position: Position | null): Position | null =>
  known !== null && position !== null && known.epoch === position.epoch && known.seq > position.seq
    ? known
    : (position ?? known);

export const toError = (error: unknown): Error => (error instanceof Error ? error : new Error(String(error)));
