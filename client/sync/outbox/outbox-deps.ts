import type { ApiAnswer } from "../../browser/api-client.ts";
import type { Clock } from "../../realtime/ports.ts";
import type { Mutation } from "../mutation.ts";
import type { SyncSchema } from "../schema.ts";
import type { Rebased } from "../text-merge.ts";
import type { PendingMutation } from "./pending-mutation.ts";

/** Waits for the answer to one mutation, and is told of its refusal in the place of everybody. */
export type Caller = {
  readonly answered: (data: unknown) => void;
  readonly refused: (error: Error) => void;
};

export type OutboxDeps = {
  readonly schema: SyncSchema;
  readonly send: (mutation: Mutation, key: string) => Promise<ApiAnswer<unknown>>;
  /** Called right before the first sending, when the version that the mutation is made on is known. */
  readonly prepare: (mutation: Mutation) => Mutation;
  readonly rebase: (mutation: Mutation) => Promise<Rebased>;
  /** Whether every snapshot that shows the mutation's effect holds it. */
  readonly isConfirmed: (pending: PendingMutation) => boolean;
  readonly changed: () => void;
  readonly answered: (pending: PendingMutation) => void;
  readonly signedOut: () => void;
  /** It would send, and is not allowed to yet. */
  readonly unverified: () => void;
  /** Another tab has deleted everything of the person's from storage. */
  readonly wiped: () => void;
  readonly clock: Clock;
  readonly random: () => number;
  readonly newId: () => string;
};
