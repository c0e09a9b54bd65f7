import type { Position } from "../../shared/protocol/position.ts";
import type { LogEntry } from "../pubsub/provider.ts";
import type { Feed } from "./feed.ts";

/** Where a replay goes: a socket or a stream. */
export type ReplayTarget = {
  /** Asked before every step, for time passes while the log is read and the client drains. */
  isAuthorized(): boolean;
  /** Tells the client where it joins. With `recovered` everything after its `since` follows. */
  joined(position: Position, recovered: boolean): void;
  /** Hands over a slice. The promise, if there is one, resolves when there is room for the next. */
  send(slice: readonly LogEntry[]): Promise<void> | undefined;
  /** Begins to hand over what the feed says from now on. Called in the same turn as the last `send`. */
  live(): void;
};

export type ReplayBounds = {
  /** More events than this are not replayed. */
  readonly events: number;
  readonly sliceEvents: number;
  /** UTF-16 units of payload in one slice; one event may be longer. */
  readonly sliceLength: number;
};

export type ReplayOutcome = "recovered" | "not-recovered" | "unwelcome" | "unavailable";

export const REPLAY_BOUNDS: ReplayBounds = { events: 5_000, sliceEvents: 250, sliceLength: 64 * 1024 };

/**
 * Brings a client from `since` to the feed's head and joins it there, without a hole, a double or an await between the
 * last event of the past and the first live one. Rejects when the log cannot be read.
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
  let isTold = false;
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
    if (!isTold) target.joined(position, true);
    isTold = true;
    const room = slice.length > 0 ? target.send(slice) : undefined;
    cursor = slice.at(-1)?.seq ?? cursor;
    // Compared with the feed as it is now, not as it was before `send`.
    if (cursor === feed.position?.seq && feed.resets === resets) {
      target.live();
      return "recovered";
    }
    await room;
  }
};

/** The next events up to `head`: the feed's own if it has them, else those read from the log; `null` when neither has. */
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
  // What the log has beyond the feed's head comes as live events.
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
