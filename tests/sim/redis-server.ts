import { APPEND, HISTORY, PROBE } from "../../platform/pubsub/redis-scripts.ts";

type Entry = { readonly id: number; readonly payload: string };
type Head = { readonly epoch: string; readonly seq: number };

/** What Redis keeps: it can be lost, and put back to an older state. */
export type RedisState = { readonly heads: Map<string, Head>; readonly streams: Map<string, Entry[]> };

/** Told of each message that is published. */
export type OnPublish = (channel: string, payload: string) => void;

/** The commands that Artel sends to Redis, with the two scripts answer in TypeScript. The contract tests hold it to the real one. */
export class RedisServer {
  #state: RedisState = { heads: new Map(), streams: new Map() };
  readonly #onPublish: OnPublish;
  /** It carries messages and takes no writes, as a replica, or one that is full. */
  isReadOnly = false;

  constructor(onPublish: OnPublish) {
    this.#onPublish = onPublish;
  }

  /** A copy of everything that is kept. */
  save(): RedisState {
    return {
      heads: new Map(this.#state.heads),
      streams: new Map([...this.#state.streams].map(([key, entries]) => [key, [...entries]])),
    };
  }

  restore(state: RedisState): void {
    this.#state = {
      heads: new Map(state.heads),
      streams: new Map([...state.streams].map(([key, entries]) => [key, [...entries]])),
    };
  }

  flush(): void {
    this.#state = { heads: new Map(), streams: new Map() };
  }

  /** Drops the older share of every stream, as its cap does. */
  trim(share: number): void {
    for (const [key, entries] of this.#state.streams) {
      this.#state.streams.set(key, entries.slice(Math.floor(entries.length * share)));
    }
  }

  publish(channel: string, payload: string): void {
    this.#onPublish(channel, payload);
  }

  headOf(key: string): [string | null, string | null] {
    const head = this.#state.heads.get(key);
    return head === undefined ? [null, null] : [head.epoch, String(head.seq)];
  }

  /** Runs one of our scripts. @throws Error for any other, and for one that writes where nothing may be written */
  evaluate(sha: string, keys: readonly string[], args: readonly string[]): unknown {
    if (sha === HISTORY.sha) return this.#history(keys, args);
    if (this.isReadOnly) throw new Error("READONLY You can't write against a read only replica.");
    if (sha === APPEND.sha) return this.#append(keys, args);
    if (sha === PROBE.sha) return this.publish(keys[1] ?? "", args[1] ?? "");
    throw new Error("NOSCRIPT No matching script.");
  }

  #append([logKey = "", headKey = "", channel = ""]: readonly string[], args: readonly string[]): unknown {
    const [epoch = "", floorText = ""] = args;
    const entries: Entry[] = [];
    for (let index = 5; index < args.length; index += 2) {
      entries.push({ id: Number(args[index]), payload: args[index + 1] ?? "" });
    }
    const known = this.#state.heads.get(headKey);
    const floor = floorText === "" ? null : Number(floorText);
    const first = entries[0]?.id ?? null;
    if (known !== undefined && known.epoch > epoch) return ["stale", known.epoch];
    let head: number;
    let isNew = false;
    if (known === undefined) {
      const start = floor ?? (first === 1 ? 0 : null);
      if (start === null) return first === null ? ["accepted", "0", 0] : ["gap", "0"];
      head = start;
      isNew = true;
    } else if (known.epoch !== epoch) {
      const start = floor ?? (first === null ? null : first - 1);
      if (start === null) return ["accepted", "0", 0];
      head = start;
      isNew = true;
    } else if (floor !== null && floor > known.seq) {
      head = floor;
      isNew = true;
    } else head = known.seq;
    if (first !== null && first > head + 1) return ["gap", String(head)];
    if (isNew) this.#state.streams.delete(logKey);
    let added = 0;
    for (const entry of entries) {
      if (entry.id > head + 1) break;
      if (entry.id !== head + 1) continue;
      const stream = this.#state.streams.get(logKey) ?? [];
      const isAhead = (stream.at(-1)?.id ?? 0) >= entry.id;
      this.#state.streams.set(logKey, isAhead ? [entry] : [...stream, entry]);
      this.publish(channel, entry.payload);
      head = entry.id;
      added += 1;
    }
    if (added > 0 || isNew) this.#state.heads.set(headKey, { epoch, seq: head });
    return ["accepted", String(head), added];
  }

  #history([logKey = "", headKey = ""]: readonly string[], args: readonly string[]): unknown {
    const [epoch = "", sinceText = "", limitText = ""] = args;
    const known = this.#state.heads.get(headKey);
    if (known === undefined) return ["unknown"];
    const since = Number(sinceText);
    const answer = [known.epoch, String(known.seq)];
    if (known.epoch !== epoch) return ["epoch", ...answer];
    if (since > known.seq) return ["ahead", ...answer];
    if (known.seq - since > Number(limitText)) return ["too-many", ...answer];
    const range = (this.#state.streams.get(logKey) ?? []).filter(({ id }) => id > since && id <= known.seq);
    if (range.length !== known.seq - since) return ["trimmed", ...answer];
    return ["events", ...answer, range.map(({ payload }) => payload)];
  }
}
