import type { Position } from "../../shared/protocol/position.ts";
import type { LogEntry } from "../pubsub/provider.ts";
import type { Feed } from "./feed.ts";

/** The receiver of a replay: a socket or a stream. */
export type ReplayTarget = {
  /** Checked before every step, because reading the log and draining the client take time. */
  isAuthorized(): boolean;
  /** Sends the position at which the client joins. With `recovered` every event after its `since` follows. */
  joined(position: Position, recovered: boolean): void;
  /** Sends a slice. The promise, if any, resolves when there is room for the next one. */
  send(slice: readonly LogEntry[]): Promise<void> | undefined;
  /** Starts sending the feed's events. Called in the same turn as the last `send`. */
  live(): void;
};

export type ReplayBounds = {
  /** A longer run of events is not replayed. */
  readonly events: number;
  readonly sliceEvents: number;
  /** UTF-16 units of payload in one slice; a single event may exceed it. */
  readonly sliceLength: number;
};

export type ReplayOutcome = "recovered" | "not-recovered" | "unwelcome" | "unavailable";

export const REPLAY_BOUNDS: ReplayBounds = { events: 5_000, sliceEvents: 250, sliceLength: 64 * 1024 };

/**
 * Replays the events from `since` to the feed's head and joins the client there, without a gap, a duplicate or an await
 * between the last past event and the first live one. Rejects when the log cannot be read.
 */
export const replay = async (
  feed: Feed,
  since: Position | null,
  target: ReplayTarget,
  bounds: ReplayBounds = REPLAY_BOUNDS,
): Promise<ReplayOutcome> => {
  const startAnew = (): ReplayOutcome => {
    const { position } = feed;
    if (position === null) return "unavailable";
    if (!target.isAuthorized()) return "unwelcome";
    target.joined(position, false);
    target.live();
    return "not-recovered";
  };
  const isWithin = (at: Position | null): at is Position =>
    at !== null &&
    since !== null &&
    at.epoch === since.epoch &&
    at.seq >= since.seq &&
    at.seq - since.seq <= bounds.events;
  if (since === null || !isWithin(feed.position)) return startAnew();

  const { resets } = feed;
  let cursor = since.seq;
  let hasJoined = false;
  let read: readonly LogEntry[] = [];
  for (;;) {
    const { position } = feed;
    if (position === null || feed.resets !== resets) return startAnew();
    if (!target.isAuthorized()) return "unwelcome";
    const slice = nextSlice(feed, read, cursor, position.seq, bounds);
    if (slice === null) {
      const history = await feed.history({ epoch: since.epoch, seq: cursor }, bounds.events);
      if (history.kind === "unknown") return "unavailable";
      if (history.kind === "unreachable") return startAnew();
      read = history.events;
      continue;
    }
    if (!hasJoined) target.joined(position, true);
    hasJoined = true;
    const room = slice.length > 0 ? target.send(slice) : undefined;
    cursor = slice.at(-1)?.seq ?? cursor;
    // The feed may have moved on during `send`.
    if (cursor === feed.position?.seq && feed.resets === resets) {
      target.live();
      return "recovered";
    }
    await room;
  }
};

/**
 * The next events up to `head` from the feed's memory or from what was read of the log; `null` when neither has them.
 */
const nextSlice = (
  feed: Feed,
  read: readonly LogEntry[],
  cursor: number,
  head: number,
  bounds: ReplayBounds,
): readonly LogEntry[] | null => {
  const recent = feed.recent(cursor, bounds.sliceEvents);
  if (recent !== null) return cut(recent, bounds.sliceLength);
  const first = read[0];
  const offset = first === undefined ? -1 : cursor + 1 - first.seq;
  if (offset < 0 || offset >= read.length) return null;
  // Events of the log beyond the feed's head will come live.
  const upTo = Math.min(bounds.sliceEvents, head - cursor);
  return cut(read.slice(offset, offset + upTo), bounds.sliceLength);
};

const cut = (entries: readonly LogEntry[], length: number): readonly LogEntry[] => {
  let sum = 0;
  const end = entries.findIndex(({ payload }, index) => {
    sum += payload.length;
    return index > 0 && sum > length;
  });
  return end < 0 ? entries : entries.slice(0, end);
};
