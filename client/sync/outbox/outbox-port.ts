import type { FieldError, ProblemCode } from "../../../shared/problem.ts";
import type { Position } from "../../../shared/protocol/position.ts";
import type { Intent } from "../mutations.ts";

/** What of an unsent change survives the page. */
export type StoredEntry = {
  /** Its idempotency key, the same at every try; events carry it as `mutationId`. */
  readonly key: string;
  readonly intent: Intent;
  readonly title: string;
  /** Epoch milliseconds of its first sending; `null`: the server cannot have it. */
  readonly sentAt: number | null;
  /** Somebody waits for the answer itself: an event that shows that it has acted is not enough. */
  readonly awaited: boolean;
};

/** `order` grows with every change of the person's, in whichever tab it was made. */
export type PlacedEntry = StoredEntry & { readonly order: number };

/** A change that was taken back, with what was lost by it. */
export type StoredRefusal = {
  readonly id: string;
  readonly intents: readonly Intent[];
  readonly title: string;
  readonly problem: {
    readonly code: ProblemCode | "UNKNOWN" | "OUTDATED";
    readonly status: number;
    readonly detail: string;
    readonly errors: readonly FieldError[];
  };
};

export type StoredOutbox = { readonly entries: readonly PlacedEntry[]; readonly refusals: readonly StoredRefusal[] };

/** Where one person's unsent changes are kept, for all tabs of a browser. Every call rejects when it did not succeed. */
export type OutboxStorage = {
  /** In the order of their making. */
  readonly load: () => Promise<StoredOutbox>;
  /** Resolves to its order once it is written. */
  readonly add: (entry: StoredEntry) => Promise<number>;
  readonly update: (entry: PlacedEntry) => Promise<void>;
  /** Writes what is about to be sent, unless another tab has done so before: resolves to what is sent under the key. */
  readonly begin: (entry: PlacedEntry) => Promise<PlacedEntry>;
  readonly remove: (keys: readonly string[]) => Promise<void>;
  /** Instead of the changes their refusal, at once. */
  readonly refuse: (keys: readonly string[], refusal: StoredRefusal) => Promise<void>;
  readonly dismiss: (id: string) => Promise<void>;
};

/** What the tabs of one person tell each other. */
export type TabMessage =
  /** It is on the device, or is sent in another form from now on. */
  | { readonly kind: "added"; readonly entry: PlacedEntry }
  | {
      readonly kind: "answered";
      readonly key: string;
      readonly reached: Position | null;
      readonly absent: boolean;
      readonly data: unknown;
    }
  | { readonly kind: "refused"; readonly keys: readonly string[]; readonly refusal: StoredRefusal }
  | { readonly kind: "dismissed"; readonly id: string }
  /** Everything of the person's is gone from this device. */
  | { readonly kind: "wiped" };

export type Tabs = {
  readonly post: (message: TabMessage) => void;
  /** Never hears the own tab; returns the undo. */
  readonly listen: (listener: (message: TabMessage) => void) => () => void;
};

/** One tab sends at a time. */
export type SenderLock = {
  /** Asks for it until the returned undo; `gained` and `lost` may come several times, in turn. */
  readonly hold: (gained: () => void, lost: () => void) => () => void;
};

/** What an outbox needs of the device, for one person. */
export type OutboxPort = { readonly storage: OutboxStorage; readonly tabs: Tabs; readonly lock: SenderLock };
