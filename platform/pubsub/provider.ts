import type { Position } from "../../shared/protocol/position.ts";

/** One event of a tenant's log; `payload` is its JSON text, the very bytes that every subscriber gets. */
export type LogEntry = { readonly seq: number; readonly payload: string };

/** What became of an append. Appending again what is there already does nothing, so a retry is always safe. */
export type AppendOutcome =
  /** All entries are in the log and those that were new were published; `head` is the log's last seq. */
  | { readonly kind: "accepted"; readonly head: number }
  /** The log, which is a copy, ends before the first entry: send everything after `head` (0: everything that is kept). */
  | { readonly kind: "gap"; readonly head: number }
  /** The provider knows a newer epoch; nothing was done. */
  | { readonly kind: "stale-epoch"; readonly epoch: string };

export type History =
  /** Every event after `since` up to `head`, in order. */
  | { readonly kind: "events"; readonly head: Position; readonly events: readonly LogEntry[] }
  /** The events after `since` cannot be had: another epoch, trimmed, more than `limit`, or `since` is ahead of the head. */
  | {
      readonly kind: "unreachable";
      readonly head: Position;
      readonly reason: "epoch" | "trimmed" | "too-many" | "ahead";
    }
  /** The provider knows nothing of this tenant's log. */
  | { readonly kind: "unknown" };

export type Listener = (payload: string, channel: string) => void;
export type Unsubscribe = () => Promise<void>;

/**
 * The bus between processes, with the recent part of each tenant's log.
 * Channels carry text. A subscription is in force when its promise resolves: whatever is published after that is heard.
 */
export type PubSubProvider = {
  readonly name: "local" | "redis" | "postgres";
  /** The log that it answers from is a copy that can be lost or lag behind: its repair can be asked for. */
  readonly isCache: boolean;
  /**
   * Adds events of one epoch, in order and without holes, to the tenant's log and publishes them to `tenantChannel(tenantId)`, atomically.
   * `floor` says that nothing up to and including this seq is kept by the database any more: a log that is missing or
   * ends below it begins anew right after it, where otherwise the answer would be a gap for ever. With no entries it
   * makes known the head of an epoch that has no events yet. Where the database itself is the log there are no gaps:
   * everything new is published.
   */
  append(tenantId: string, epoch: string, entries: readonly LogEntry[], floor?: number): Promise<AppendOutcome>;
  /** Publishes a text that no log keeps: presence, control messages, another backend's events. */
  publish(channel: string, payload: string): Promise<void>;
  /** Listens to all channels that match a glob with `*`. */
  subscribe(pattern: string, listener: Listener): Promise<Unsubscribe>;
  subscribeExact(channel: string, listener: Listener): Promise<Unsubscribe>;
  /** The last position of the tenant's log, `null` when none is known. */
  head(tenantId: string): Promise<Position | null>;
  /** All events after `since`, at most `limit`. */
  history(tenantId: string, since: Position, limit: number): Promise<History>;
  /** Whether a probe message just made the round trip. Resolves within two seconds, never rejects. */
  isHealthy(): Promise<boolean>;
  stats(): { readonly channels: number; readonly patterns: number };
  /** Calls `listener` after each time that the connection was lost and all subscriptions are in force again: messages may have been missed. */
  onReconnect(listener: () => void): () => void;
  close(): Promise<void>;
};

/** Where a tenant's events are published. Keys and channels of one tenant share a cluster slot by the braces. */
export const tenantChannel = (tenantId: string): string => `artel:{${tenantId}}:channel`;
/** Where nodes tell each other who looks at what in a tenant. */
export const presenceChannel = (tenantId: string): string => `artel:{${tenantId}}:presence`;
/** Where the ends of sessions and users are announced. */
export const CONTROL_CHANNEL = "artel:control";
/** Where a node asks whoever has the database to publish a tenant's log again. */
export const REPAIR_CHANNEL = "artel:repair";
/** Where whoever has the database says that a repair is done, and what the database's head is. */
export const REPAIRED_CHANNEL = "artel:repaired";
