import type { GenerationCounter } from "../realtime/generation.ts";
import type { EventApplier } from "./event-applier.ts";
import type { Mutation } from "./mutation.ts";
import { isShownIn } from "./optimistic.ts";
import type { PendingMutation } from "./outbox/pending-mutation.ts";
import type { SyncSchema } from "./schema.ts";
import { hasEntity, type Snapshot } from "./snapshot.ts";
import type { SnapshotCache } from "./snapshot-cache.ts";

export type ConfirmationDeps = {
  readonly schema: SyncSchema;
  readonly cache: SnapshotCache;
  readonly applier: EventApplier;
  readonly generation: GenerationCounter;
};

/** Decides when the snapshots hold a mutation's effect, so that views no longer show it over them. */
export class Confirmation {
  readonly #deps: ConfirmationDeps;
  /** For a deletion answered 404, by key: reads of this generation or later prove that the entity is gone. */
  readonly #notFoundSince = new Map<string, number>();

  constructor(deps: ConfirmationDeps) {
    this.#deps = deps;
  }

  isConfirmed({ key, mutation, committedAt, notFound }: PendingMutation): boolean {
    const { applier } = this.#deps;
    const snapshots = this.#showing(mutation);
    if (notFound) {
      const since = this.#notFoundSince.get(key) ?? 0;
      return snapshots.every(
        (snapshot) => !hasEntity(snapshot, mutation.entity, mutation.id) || snapshot.generation >= since,
      );
    }
    if (committedAt === null) return true;
    return snapshots.every(
      (snapshot) =>
        // A position of another history than the snapshot's is never reached.
        snapshot.position.epoch !== committedAt.epoch ||
        applier.buffer(snapshot.tenantId).reaches(snapshot, committedAt),
    );
  }

  /**
   * Refetches where no event will confirm the mutation. A 404 can also mean that the user was not a member at that
   * moment: a read tells.
   */
  answered({ key, mutation, notFound }: PendingMutation): void {
    const { applier, generation } = this.#deps;
    if (notFound) this.#notFoundSince.set(key, generation.next());
    for (const { tenantId } of this.#showing(mutation))
      if (notFound || !applier.isSubscribed(tenantId)) applier.refetch(tenantId);
  }

  clear(): void {
    this.#notFoundSince.clear();
  }

  #showing(mutation: Mutation): Snapshot[] {
    const { schema, cache } = this.#deps;
    return cache.all().filter((snapshot) => isShownIn(schema, snapshot, mutation));
  }
}
