import type { ApiAnswer } from "../../browser/api-client.ts";
import type { Clock } from "../../realtime/ports.ts";
import type { Intent } from "../mutations.ts";
import type { Entry } from "./pending-mutation.ts";

/** Who waits for the answer itself, and then hears of a refusal too. */
export type Caller = {
  readonly answered: (data: unknown) => void;
  readonly refused: (error: Error) => void;
};

/** What a text that another changed meanwhile comes to: sent anew as it is now, there already, or in conflict. */
export type Rebased = Intent | "done" | "conflict";

export type OutboxDeps = {
  readonly send: (intent: Intent, key: string) => Promise<ApiAnswer<unknown>>;
  /** Right before the first sending, when it is known what the change is made on. */
  readonly prepare: (intent: Intent) => Intent;
  readonly rebase: (intent: Intent) => Promise<Rebased>;
  /** Whether every state that shows the entry's effect holds it. */
  readonly isHeld: (entry: Entry) => boolean;
  readonly changed: () => void;
  readonly answered: (entry: Entry) => void;
  readonly signedOut: () => void;
  /** It would send, and is not allowed to yet. */
  readonly unverified: () => void;
  /** In another tab everything of the person's was wiped from the device. */
  readonly wiped: () => void;
  readonly clock: Clock;
  readonly random: () => number;
  readonly newId: () => string;
};
