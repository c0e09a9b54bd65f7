import type { FieldError, ProblemCode } from "../../../shared/problem.ts";
import type { Position } from "../../../shared/protocol/position.ts";
import type { Mutation } from "../mutation.ts";

/** The part of an unsent mutation that survives the page. */
export type StoredMutation = {
  /** Its idempotency key, the same at every try; events carry it as `mutationId`. */
  readonly key: string;
  readonly mutation: Mutation;
  readonly title: string;
  /** Epoch milliseconds of its first sending; `null`: the server cannot have it. */
  readonly sentAt: number | null;
  /** A caller waits for the answer itself: an event that shows the effect is not enough. */
  readonly awaited: boolean;
};

/** `order` grows with every mutation of the person, in whichever tab it was made. */
export type OrderedMutation = StoredMutation & { readonly order: number };

/** A refused mutation, with those that fell with it. */
export type StoredRejection = {
  readonly id: string;
  readonly mutations: readonly Mutation[];
  readonly title: string;
  readonly problem: {
    readonly code: ProblemCode | "UNKNOWN" | "OUTDATED";
    readonly status: number;
    readonly detail: string;
    readonly errors: readonly FieldError[];
  };
};

export type StoredOutbox = {
  readonly pending: readonly OrderedMutation[];
  readonly rejections: readonly StoredRejection[];
};

/** Stores one person's unsent mutations, for all tabs of a browser. Every call rejects when it did not succeed. */
export type OutboxStorage = {
  /** In their order. */
  readonly load: () => Promise<StoredOutbox>;
  /** Resolves to its order once it is written. */
  readonly add: (stored: StoredMutation) => Promise<number>;
  readonly update: (stored: OrderedMutation) => Promise<void>;
  /** Writes what is about to be sent, unless another tab has done so before: resolves to what is sent under the key. */
  readonly begin: (stored: OrderedMutation) => Promise<OrderedMutation>;
  readonly remove: (keys: readonly string[]) => Promise<void>;
  /** Puts the rejection in the place of its mutations, in one transaction. */
  readonly reject: (keys: readonly string[], rejection: StoredRejection) => Promise<void>;
  readonly dismiss: (id: string) => Promise<void>;
};

/** Sent among the tabs of one person. */
export type TabMessage =
  /** It is in storage, or is sent in another form from now on. */
  | { readonly kind: "added"; readonly stored: OrderedMutation }
  | {
      readonly kind: "answered";
      readonly key: string;
      readonly committedAt: Position | null;
      readonly notFound: boolean;
      readonly data: unknown;
    }
  | { readonly kind: "rejected"; readonly keys: readonly string[]; readonly rejection: StoredRejection }
  | { readonly kind: "dismissed"; readonly id: string }
  /** Everything of the person's was deleted from storage. */
  | { readonly kind: "wiped" };

export type TabChannel = {
  readonly post: (message: TabMessage) => void;
  /** Never calls back with the own tab's messages; returns the undo. */
  readonly listen: (listener: (message: TabMessage) => void) => () => void;
};

/** One tab leads, and sends, at a time. */
export type LeaderLock = {
  /** Asks for the lock until the returned undo; `acquired` and `lost` may come several times, in turn. */
  readonly request: (acquired: () => void, lost: () => void) => () => void;
};

/** An outbox's ports, for one person. */
export type OutboxPort = { readonly storage: OutboxStorage; readonly tabs: TabChannel; readonly lock: LeaderLock };
