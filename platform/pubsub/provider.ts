import type { Position } from "../../shared/protocol/position.ts";

/** One event of a tenant's log. `payload` is its JSON text, delivered unchanged to every subscriber. */
export type LogEntry = { readonly seq: number; readonly payload: string };

/** The result of an append. Entries that the log already has are skipped, so a retry is always safe. */
export type AppendOutcome =
  /** The log has all entries and the new ones were published; `head` is the log's last seq. */
  | { readonly kind: "accepted"; readonly head: number }
  /**
   * The provider's copy of the log ends before the first entry: append everything after `head` (0: all kept events).
   */
  | { readonly kind: "gap"; readonly head: number }
  /** The provider has a newer epoch; nothing was appended. */
  | { readonly kind: "stale-epoch"; readonly epoch: string };

export type History =
  /** Every event after `since` up to `head`, in order. */
  | { readonly kind: "events"; readonly head: Position; readonly events: readonly LogEntry[] }
  /**
   * The events after `since` are not available: other epoch, trimmed, more than `limit`, or `since` is ahead of `head`.
   */
  | {
      readonly kind: "unreachable";
      readonly head: Position;
      readonly reason: "epoch" | "trimmed" | "too-many" | "ahead";
    }
  /** The provider has no log of this tenant. */
  | { readonly kind: "unknown" };

export type Listener = (payload: string, channel: string) => void;
export type Unsubscribe = () => Promise<void>;

/**
 * The bus between processes, with the recent part of each tenant's log. Channels carry text. When `subscribe` or
 * `subscribeExact` resolves, the subscription is active: it receives every message published afterwards.
 */
export type PubSubProvider = {
  readonly name: "local" | "redis" | "postgres";
  /** `head` and `history` come from a copy of the log that may lag behind or be lost; nodes can request its repair. */
  readonly isCache: boolean;
  /**
   * Atomically appends events of one epoch to the tenant's log and publishes them to `tenantChannel(tenantId)`.
   * `entries` must be in order and without gaps. The database has trimmed everything up to and including `floor`: a
   * copy that is missing or ends below it restarts right after it, where the result would otherwise be a gap for ever.
   * With no entries, `floor` announces the head of an epoch that has no events yet. A provider whose log is the
   * database never returns a gap and publishes every new entry.
   */
  append(tenantId: string, epoch: string, entries: readonly LogEntry[], floor?: number): Promise<AppendOutcome>;
  /** Publishes a text without adding it to a log: presence, control messages, other backends' events. */
  publish(channel: string, payload: string): Promise<void>;
  /**
   * Subscribes to all channels that match a glob with `*`. @throws Error on a Redis cluster, which has no such
   * patterns.
   */
  subscribe(pattern: string, listener: Listener): Promise<Unsubscribe>;
  subscribeExact(channel: string, listener: Listener): Promise<Unsubscribe>;
  /** The last position of the tenant's log, `null` without a log. */
  head(tenantId: string): Promise<Position | null>;
  /** All events after `since`; `unreachable` when there are more than `limit`. */
  history(tenantId: string, since: Position, limit: number): Promise<History>;
  /** Whether a probe message just made a round trip. Resolves within two seconds, never rejects. */
  isHealthy(): Promise<boolean>;
  stats(): { readonly channels: number; readonly patterns: number };
  /**
   * Calls `listener` when all subscriptions are active again after a lost connection. Messages in between were missed.
   */
  onReconnect(listener: () => void): () => void;
  close(): Promise<void>;
};

/** The channel of a tenant's events. The braces put a tenant's keys and channels into one cluster slot. */
export const tenantChannel = (tenantId: string): string => `artel:{${tenantId}}:channel`;
/** The channel on which nodes exchange a tenant's presence. */
export const presenceChannel = (tenantId: string): string => `artel:{${tenantId}}:presence`;
/** The channel that announces ended sessions and users. */
export const CONTROL_CHANNEL = "artel:control";
/** The channel on which a node requests that a process with the database publishes a tenant's log again. */
export const REPAIR_CHANNEL = "artel:repair";
/** The channel on which a process with the database reports a finished repair, with the database's head. */
export const REPAIRED_CHANNEL = "artel:repaired";
