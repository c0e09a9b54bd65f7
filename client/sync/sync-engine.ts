import type { QueryClient } from "@tanstack/query-core";
import type { Entity } from "../../shared/entities/define-entity.ts";
import type { ApiClient } from "../browser/api-client.ts";
import type { GenerationCounter } from "../realtime/generation.ts";
import type { LiveStatus } from "../realtime/live-status.ts";
import type { Notice } from "../realtime/notices.ts";
import type { GiveUpReason } from "../realtime/subscription/state.ts";
import { Confirmation } from "./confirmation.ts";
import type { DecodedEvent } from "./decode-event.ts";
import { type Channel, EventApplier } from "./event-applier.ts";
import { type Mutation, sendMutation } from "./mutation.ts";
import { Outbox } from "./outbox/outbox.ts";
import { Session } from "./session.ts";
import { ME_KEY, type SignedIn } from "./signed-in.ts";
import { isSnapshot, queryKeyOf, type Snapshot, type SnapshotRef } from "./snapshot.ts";
import { SnapshotCache } from "./snapshot-cache.ts";
import { SnapshotReader } from "./snapshot-reader.ts";
import { Persister } from "./storage/persister.ts";
import type { StorageContext, StoragePort } from "./storage/storage-port.ts";
import { prepareTexts, rebaseTexts } from "./text-merge.ts";
import { Views } from "./views.ts";

export type SyncEngineDeps = StorageContext & {
  readonly queryClient: QueryClient;
  readonly api: ApiClient;
  readonly generation: GenerationCounter;
  readonly random: () => number;
  /** For idempotency keys. */
  readonly newId: () => string;
  /** For entities: UUIDv7, so that they sort by the time of their making. */
  readonly newEntityId: () => string;
  /** Where unsent mutations and confirmed snapshots outlive the page; `null`: nowhere. */
  readonly storage: StoragePort | null;
  readonly mayBeSignedIn: () => boolean;
  /** Called once a flush, for what an application derives from events beside its snapshots. */
  readonly onEvents?: ((events: readonly DecodedEvent[], engine: SyncEngine) => void) | undefined;
};

/** The hub of a page's state: reads, events and unsent mutations meet in the query cache through it. */
export class SyncEngine {
  readonly queryClient: QueryClient;
  readonly api: ApiClient;
  readonly schema: SyncEngineDeps["schema"];
  readonly clock: SyncEngineDeps["clock"];
  readonly newId: () => string;
  readonly newEntityId: () => string;
  readonly outbox: Outbox;
  readonly persister: Persister;
  readonly applier: EventApplier;
  readonly #deps: SyncEngineDeps;
  readonly #cache: SnapshotCache;
  readonly #reader: SnapshotReader;
  readonly #confirmation: Confirmation;
  readonly #session: Session;
  readonly #views: Views;
  readonly #listeners = new Set<() => void>();
  #isConnected = false;
  /** Within a batch listeners are called once, at its end. */
  #batches = 0;
  #hasChanged = false;

  constructor(deps: SyncEngineDeps) {
    const { schema, queryClient, api, clock, generation, storage } = deps;
    this.#deps = deps;
    this.queryClient = queryClient;
    this.api = api;
    this.schema = schema;
    this.clock = clock;
    this.newId = deps.newId;
    this.newEntityId = deps.newEntityId;
    this.#views = new Views(schema);
    this.#cache = new SnapshotCache(queryClient);
    this.applier = new EventApplier({
      ...deps,
      cache: this.#cache,
      flushed: (events, written) => this.#batch(() => this.#flushed(events, written)),
      accessChanged: () => this.#batch(() => this.refreshAccess()),
    });
    const { applier } = this;
    this.#confirmation = new Confirmation({ schema, cache: this.#cache, applier, generation });
    this.persister = new Persister({
      ...deps,
      port: storage,
      snapshots: () => this.#cache.all(),
      isSubscribed: (tenantId) => applier.isSubscribed(tenantId),
      isComplete: (snapshot) => this.#reader.isComplete(snapshot),
      // Beside current snapshots an older one that cannot be brought up would look like one of them.
      isUseful: (snapshot) =>
        !applier.isSubscribed(snapshot.tenantId) ||
        applier.buffer(snapshot.tenantId).reconcile(undefined, snapshot).kind === "accepted",
      restored: (snapshot) => this.#restore(queryKeyOf(snapshot), snapshot),
      restoredMe: (me) => void this.#restore(ME_KEY, me),
      changed: () => this.#changed(),
    });
    this.#reader = new SnapshotReader({
      ...deps,
      cache: this.#cache,
      applier,
      restore: (ref) => void this.persister.restore(ref),
      invalidate: (ref) => void queryClient.invalidateQueries({ queryKey: queryKeyOf(ref), exact: true }),
    });
    this.outbox = new Outbox({
      ...deps,
      prepare: (mutation) => prepareTexts(schema, mutation, this.#confirmedEntity(mutation)),
      rebase: (mutation) => this.#rebase(mutation),
      send: (mutation, key) => sendMutation(api, schema, mutation, key),
      isConfirmed: (pending) => this.#confirmation.isConfirmed(pending),
      answered: (pending) => this.#confirmation.answered(pending),
      changed: () => this.#outboxChanged(),
      unverified: () => void (this.me() && this.refreshAccess()),
      signedOut: () => this.refreshAccess(),
      wiped: () => {
        this.clear();
        this.refreshAccess();
      },
    });
    this.#session = new Session({
      queryClient,
      outbox: this.outbox,
      persister: this.persister,
      hasStorage: storage !== null,
      forget: () => this.clear(),
    });
    this.#watchCache();
    if (storage === null) this.outbox.open(null);
    storage?.onUserChange((userId) => {
      if (this.#session.changedElsewhere(userId)) this.refreshAccess();
    });
  }

  /** Connects the snapshots with a realtime client; returns the undo. */
  attach(channel: Channel & { on(listener: (notice: Notice) => void): () => void }): () => void {
    this.applier.attach(channel);
    const unsubscribe = channel.on((notice) => {
      this.applier.handle(notice);
      if (notice.kind === "status") this.#statusChanged(channel.status());
    });
    return () => {
      unsubscribe();
      this.#isConnected = false;
      this.applier.attach(null);
    };
  }

  /** Calls back when a view may have changed, once however much changed at the same time. */
  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /** Options of the query that reads a snapshot and keeps it. */
  queryOptions(ref: SnapshotRef) {
    return {
      queryKey: queryKeyOf(ref),
      queryFn: ({ signal }: { readonly signal: AbortSignal }): Promise<Snapshot> => this.#reader.read(ref, signal),
      structuralSharing: this.#reader.share,
      staleTime: this.#staleTime,
    };
  }

  /** A snapshot with the unconfirmed mutations over it; `null` while nothing is known of it. */
  view(ref: SnapshotRef): Snapshot | null {
    const confirmed = this.#cache.get(ref);
    return confirmed === undefined ? null : this.#views.of(confirmed, this.outbox.pending);
  }

  /** A snapshot as the server confirmed it. */
  confirmed(ref: SnapshotRef): Snapshot | null {
    return this.#cache.get(ref) ?? null;
  }

  /** An entity as one of the views shows it. */
  find(kind: string, id: string, isWanted: (snapshot: Snapshot) => boolean): Entity | undefined {
    for (const snapshot of this.#cache.all()) {
      const found = isWanted(snapshot) ? this.view(snapshot)?.collections[kind]?.get(id) : undefined;
      if (found !== undefined) return found;
    }
    return undefined;
  }

  /** Whether a read is under way that would tell the tenant's position, or that of a tenant not known yet. */
  isReading(tenantId: string): boolean {
    const count = this.queryClient.isFetching({
      predicate: ({ queryKey: [kind, scopeId], state: { data } }) =>
        this.schema.hasSnapshot(String(kind)) &&
        (isSnapshot(data) ? data.tenantId === tenantId : scopeId === tenantId || data === undefined),
    });
    return count > 0;
  }

  me(): SignedIn | null {
    return this.#session.me;
  }

  gaveUp(tenantId: string): GiveUpReason | null {
    return this.applier.gaveUp(tenantId);
  }

  /** Adds a mutation to the outbox: it shows at once, and is sent in the background. */
  mutate(...args: Parameters<Outbox["add"]>): void {
    this.outbox.add(...args);
  }

  /** Reads again who is signed in and what they may access. */
  refreshAccess(): void {
    void this.queryClient.invalidateQueries({ queryKey: ME_KEY });
  }

  /** Forgets everything of the user who was signed in, but not that nobody is. Storage keeps what it has. */
  clear(): void {
    this.#batch(() => {
      this.#session.end();
      this.outbox.clear();
      this.applier.clear();
      this.queryClient.removeQueries({ predicate: ({ queryKey }) => queryKey[0] !== ME_KEY[0] });
      this.#views.clear();
      this.#reader.clear();
      this.#confirmation.clear();
      this.#changed();
    });
  }

  /** Signed out on purpose: nothing of the user's stays, here or in storage. */
  async wipe(): Promise<void> {
    const { userId } = this.#session;
    this.outbox.announceWipe();
    this.clear();
    if (userId !== null) await this.persister.wipe(userId);
  }

  /** A snapshot that events keep current is never stale; another one is whenever it is looked at anew. */
  readonly #staleTime = (query: { readonly state: { readonly data: unknown } }): number => {
    const { data } = query.state;
    const isFresh = isSnapshot(data) && this.#reader.isComplete(data) && this.applier.isSubscribed(data.tenantId);
    return isFresh ? Number.POSITIVE_INFINITY : 0;
  };

  #watchCache(): void {
    this.queryClient.getQueryCache().subscribe((event) => {
      if (event.type === "removed") this.#changed();
      if (event.type !== "updated" || event.action.type !== "success") return;
      const { writing } = this.#cache;
      if (writing === "events") return;
      const { queryKey, state } = event.query;
      const { data } = state;
      if (queryKey[0] === ME_KEY[0])
        this.#batch(() => {
          this.#session.changed(writing === null);
          this.#changed();
        });
      if (isSnapshot(data)) this.#batch(() => this.#committed(data, writing === null));
    });
  }

  #committed(snapshot: Snapshot, isRead: boolean): void {
    this.applier.committed(snapshot);
    this.#settle(snapshot, isRead);
    this.outbox.dropConfirmed();
    this.#changed();
  }

  #settle(snapshot: Snapshot, mayBeSaved: boolean): void {
    if (!this.#reader.isComplete(snapshot)) {
      this.#reader.readAgain(snapshot);
      return;
    }
    this.#reader.completed(snapshot);
    if (mayBeSaved) this.persister.save(snapshot);
  }

  #flushed(events: readonly DecodedEvent[], written: readonly Snapshot[]): void {
    for (const { mutationId, at } of events) if (mutationId !== null) this.outbox.confirmByEvent(mutationId, at);
    this.#deps.onEvents?.(events, this);
    for (const snapshot of written) this.#settle(snapshot, true);
    this.outbox.dropConfirmed();
    this.#changed();
  }

  #restore(queryKey: readonly unknown[], data: Snapshot | SignedIn): boolean {
    if (this.queryClient.getQueryData(queryKey) !== undefined) return false;
    this.#cache.write(queryKey, data, "storage");
    return true;
  }

  #statusChanged({ status, reason }: LiveStatus): void {
    if (reason === "signed-out") this.refreshAccess();
    // A mutation that failed meanwhile will hardly fail now. While the line stays up, a server's Retry-After holds.
    const isConnected = status === "live" || status === "streaming";
    if (isConnected && !this.#isConnected) this.outbox.wake();
    this.#isConnected = isConnected;
  }

  #outboxChanged(): void {
    if (this.outbox.pending.length > 0) this.persister.openNow();
    this.#changed();
  }

  #confirmedEntity({ entity, id }: Mutation) {
    for (const { collections } of this.#cache.all()) {
      const found = collections[entity]?.get(id);
      if (found !== undefined) return found;
    }
    return undefined;
  }

  async #rebase(mutation: Mutation) {
    const { plural, schema } = this.schema.entity(mutation.entity);
    const { data } = await this.api.request({ method: "GET", path: `/${plural}/${mutation.id}`, schema });
    return rebaseTexts(this.schema, mutation, data);
  }

  #batch(work: () => void): void {
    this.#batches += 1;
    try {
      work();
    } finally {
      this.#batches -= 1;
      if (this.#batches === 0 && this.#hasChanged) this.#changed();
    }
  }

  #changed(): void {
    this.#hasChanged = this.#batches > 0;
    if (this.#hasChanged) return;
    for (const listener of [...this.#listeners]) listener();
  }
}
