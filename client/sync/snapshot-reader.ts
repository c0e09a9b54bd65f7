import type { ApiClient } from "../browser/api-client.ts";
import { fullJitter } from "../realtime/backoff.ts";
import type { GenerationCounter } from "../realtime/generation.ts";
import type { Clock } from "../realtime/ports.ts";
import type { EventApplier } from "./event-applier.ts";
import { fetchSnapshot } from "./fetch-snapshot.ts";
import type { SyncSchema } from "./schema.ts";
import { isSnapshot, queryKeyOf, type Snapshot, type SnapshotRef } from "./snapshot.ts";
import type { SnapshotCache } from "./snapshot-cache.ts";

const MAX_TRIES = 6;
const RETRY_BASE_MS = 50;

export type SnapshotReaderDeps = {
  readonly api: ApiClient;
  readonly schema: SyncSchema;
  readonly cache: SnapshotCache;
  readonly applier: EventApplier;
  readonly generation: GenerationCounter;
  readonly clock: Clock;
  readonly random: () => number;
  /** Nothing is shown yet: storage may have something. */
  readonly restore: (ref: SnapshotRef) => void;
  readonly invalidate: (ref: SnapshotRef) => void;
};

/** Reads snapshots and reconciles each read with the events that came meanwhile. */
export class SnapshotReader {
  readonly #deps: SnapshotReaderDeps;
  readonly #rereads = new Map<string, number>();

  constructor(deps: SnapshotReaderDeps) {
    this.#deps = deps;
  }

  /** Reads until the answer can be brought up to the head, a few times at most. */
  async read(ref: SnapshotRef, signal: AbortSignal): Promise<Snapshot> {
    const { api, schema, cache, applier, generation, restore } = this.#deps;
    if (cache.get(ref) === undefined) restore(ref);
    for (let tries = 1; ; tries += 1) {
      const current = cache.get(ref);
      const snapshot = await fetchSnapshot(api, schema, ref, {
        generation: generation.current,
        previous: current !== undefined && this.isCurrent(current) ? current : undefined,
        signal,
      });
      const { tenantId, position } = snapshot;
      const reconciled = applier.buffer(tenantId).reconcile(cache.get(ref), snapshot);
      if (reconciled.kind !== "stale" || tries >= MAX_TRIES) return snapshot;
      if (reconciled.why === "other-epoch") applier.otherEpoch(tenantId, position.epoch);
      await this.#pause(tries, signal);
    }
  }

  /** TanStack's `structuralSharing`, called at every commit: a read is brought up to the head, or refused. */
  readonly share = (current: unknown, incoming: unknown): unknown => {
    const { cache, applier } = this.#deps;
    if (!isSnapshot(incoming) || cache.writing === "events") return incoming;
    const old = isSnapshot(current) ? current : undefined;
    const reconciled = applier.buffer(incoming.tenantId).reconcile(old, incoming);
    if (reconciled.kind === "accepted") return reconciled.snapshot;
    // With nothing better the stale read is shown, but no event is applied to it.
    return old ?? { ...incoming, generation: Number.NEGATIVE_INFINITY };
  };

  isCurrent(snapshot: Snapshot): boolean {
    return this.#deps.applier.buffer(snapshot.tenantId).isCurrent(snapshot);
  }

  /** Whether a snapshot misses nothing up to its position. */
  isComplete(snapshot: Snapshot): boolean {
    return snapshot.incompleteSince === null && this.isCurrent(snapshot);
  }

  /** Reads an incomplete snapshot again. Not within the commit that showed the need: its query is in the middle of it. */
  readAgain(snapshot: Snapshot): void {
    const { clock, random, invalidate } = this.#deps;
    const key = JSON.stringify(queryKeyOf(snapshot));
    const tries = this.#rereads.get(key) ?? 0;
    this.#rereads.set(key, tries + 1);
    const wait = tries === 0 ? 0 : fullJitter(tries, random, { base: RETRY_BASE_MS });
    clock.after(wait, () => invalidate(snapshot));
  }

  completed(snapshot: Snapshot): void {
    this.#rereads.delete(JSON.stringify(queryKeyOf(snapshot)));
  }

  clear(): void {
    this.#rereads.clear();
  }

  #pause(tries: number, signal: AbortSignal): Promise<void> {
    const { clock, random } = this.#deps;
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const wait = RETRY_BASE_MS + fullJitter(tries, random, { base: RETRY_BASE_MS });
    const cancel = clock.after(wait, resolve);
    signal.addEventListener("abort", () => {
      cancel();
      reject(signal.reason);
    });
    return promise;
  }
}
