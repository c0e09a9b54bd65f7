import type { Position } from "../../../shared/protocol/position.ts";
import type { ApiProblem } from "../../browser/api-client.ts";
import type { Mutation } from "../mutation.ts";

/** A request that the server answers with 500 for ever must not hold up the others for ever. */
const MAX_SERVER_ERRORS = 5;
/** The server keeps its answers for seven days; a day is left for clocks that differ. */
const KEYS_KNOWN_MS = 6 * 86_400_000;

export type Classified =
  | { readonly kind: "retry"; readonly waitMs: number }
  | { readonly kind: "not-found" | "refused" | "signed-out" | "overtaken" };

/** What becomes of a mutation that the server refused at its `tries`th try. */
export const classifyProblem = (mutation: Mutation, problem: ApiProblem, tries: number): Classified => {
  const { status, code } = problem;
  const waitMs = (problem.retryAfterSeconds ?? 0) * 1_000;
  if (status === 401) return { kind: "signed-out" };
  if (status === 408 || status === 429 || status === 503 || code === "IDEMPOTENCY_KEY_IN_USE")
    return { kind: "retry", waitMs };
  if (status >= 500 && tries < MAX_SERVER_ERRORS) return { kind: "retry", waitMs };
  if (status === 412 && mutation.base !== undefined) return { kind: "overtaken" };
  return { kind: mutation.op === "delete" && (status === 404 || status === 410) ? "not-found" : "refused" };
};

/**
 * Whether to send it once more might make it act twice: the server may have had it, and no longer knows its key.
 * A creation has an id of its own, and a deletion finds nothing the second time.
 */
export const isOutdated = ({ op }: Mutation, sentAt: number | null, now: number): boolean =>
  sentAt !== null && now - sentAt > KEYS_KNOWN_MS && op !== "create" && op !== "delete";

/** The later of two positions of one mutation: it may make several events, and its effect is whole with the last. */
export const latest = (known: Position | null, position: Position | null): Position | null =>
  known !== null && position !== null && known.epoch === position.epoch && known.seq > position.seq
    ? known
    : (position ?? known);

export const toError = (error: unknown): Error => (error instanceof Error ? error : new Error(String(error)));
