import type { GenerationCounter } from "../../realtime/generation.ts";
import type { OutboxPort } from "../outbox/outbox-port.ts";
import type { SignedIn } from "../signed-in.ts";
import type { Snapshot, SnapshotRef } from "../snapshot.ts";
import type { StorageAdapter, StorageContext, StoragePort } from "./storage-port.ts";

/** A browser without stored data has nothing to show: opening storage waits, so that the first reads come first. */
const OPEN_AFTER_MS = 3_000;

export type PersisterDeps = StorageContext & {
  readonly port: StoragePort | null;
  readonly generation: GenerationCounter;
  /** Whether the page may be signed in; no stored data is shown to a person who is not. */
  readonly mayBeSignedIn: () => boolean;
  /** All snapshots of the page, and whether events keep one current. */
  readonly snapshots: () => readonly Snapshot[];
  readonly isSubscribed: (tenantId: string) => boolean;
  /** Whether a snapshot misses nothing up to its position. */
  readonly isComplete: (snapshot: Snapshot) => boolean;
  /** Whether a restored snapshot is worth showing before it is read anew. */
  readonly isUseful: (snapshot: Snapshot) => boolean;
  /** Writes a restored snapshot into the cache unless a read came first; whether it did. */
  readonly restored: (snapshot: Snapshot) => boolean;
  /** The same for who was signed in last. */
  readonly restoredMe: (me: SignedIn) => void;
  /** The number of stored unsent mutations may have changed. */
  readonly changed: () => void;
};

/** Restores snapshots from storage into the cache, and saves confirmed ones. */
export class Persister {
  readonly #deps: PersisterDeps;
  #opening: Promise<StorageAdapter | null> | null = null;
  #storage: StorageAdapter | null = null;
  #openNow: (() => void) | null = null;
  #userId: string | null = null;
  #restoredFrom: number | null = null;
  #wiping: Promise<void> | null = null;

  constructor(deps: PersisterDeps) {
    this.#deps = deps;
  }

  /** When the oldest restored snapshot was last current, epoch milliseconds; `null` when none was restored. */
  get restoredFrom(): number | null {
    return this.#restoredFrom;
  }

  /** The user's outbox in storage; `null` where there is no storage. */
  async outbox(userId: string): Promise<OutboxPort | null> {
    this.#userId = userId;
    const storage = await this.#open();
    return storage === null ? null : storage.outbox(userId);
  }

  /** Ends the wait before storage is opened: there is something to write. */
  openNow(): void {
    this.#openNow?.();
  }

  /** The server confirmed who is signed in. */
  async signedIn(me: SignedIn): Promise<void> {
    // A session that ended by itself took the stored snapshots with it.
    const isFirst = this.#storage === null || this.#userId === null;
    this.#userId = me.user.id;
    const storage = await this.#open();
    if (storage === null || this.#userId !== me.user.id) return;
    void storage.setMe(me);
    if (!isFirst) return;
    for (const snapshot of this.#deps.snapshots()) this.save(snapshot);
  }

  /** The server confirmed that nobody is signed in. */
  signedOut(): void {
    this.#userId = null;
    if (this.#storage !== null || this.#deps.port?.hasData()) void this.#forgetUser();
  }

  /** The number of stored mutations that wait for their user to sign in. */
  get unsentCount(): number {
    return this.#deps.port?.unsentCount() ?? 0;
  }

  async #forgetUser(): Promise<void> {
    const storage = await this.#openAtOnce();
    // Counted after the wipe: what it deletes is not left.
    await this.#wiping?.catch(() => {});
    await storage?.setMe(null);
    this.#deps.changed();
  }

  /** Shows the last user until the server confirms who is signed in. */
  async restoreMe(): Promise<void> {
    if (!this.#deps.port?.hasData()) return;
    const me = await (await this.#openAtOnce())?.me();
    if (me) this.#deps.restoredMe(me);
  }

  /** Shows a stored snapshot while it is being read. */
  async restore(ref: SnapshotRef): Promise<void> {
    const { port, generation, mayBeSignedIn, isUseful } = this.#deps;
    if (!port?.hasData() || !mayBeSignedIn()) return;
    const storage = await this.#openAtOnce();
    const userId = this.#userId ?? (await storage?.me())?.user.id;
    const stored = userId === undefined ? null : await storage?.restore(userId, ref, generation.current);
    if (!stored || (this.#userId !== null && this.#userId !== userId) || !isUseful(stored.snapshot)) return;
    if (!this.#deps.restored(stored.snapshot)) return;
    this.#restoredFrom = Math.min(this.#restoredFrom ?? stored.storedAt, stored.storedAt);
  }

  save(snapshot: Snapshot): void {
    const { schema, isComplete } = this.#deps;
    const { isStored = true } = schema.snapshot(snapshot.kind);
    if (this.#userId !== null && isStored && isComplete(snapshot)) this.#storage?.save(this.#userId, snapshot);
  }

  /** Deletes everything of the user's from storage. */
  async wipe(userId: string): Promise<void> {
    this.#userId = null;
    this.#wiping = this.#openAtOnce().then((storage) => storage?.wipe(userId));
    await this.#wiping;
  }

  /** Snapshots that were current until now are stored as such, though no event changed them for long. */
  #saveAll(): void {
    for (const snapshot of this.#deps.snapshots()) if (this.#deps.isSubscribed(snapshot.tenantId)) this.save(snapshot);
    void this.#storage?.flush();
  }

  #open(): Promise<StorageAdapter | null> {
    const { port, clock } = this.#deps;
    if (this.#opening !== null) return this.#opening;
    if (port === null || port.hasData()) return this.#openAtOnce();
    const { promise, resolve } = Promise.withResolvers<StorageAdapter | null>();
    this.#opening = promise;
    const cancel = clock.after(OPEN_AFTER_MS, () => this.#openNow?.());
    this.#openNow = () => {
      this.#openNow = null;
      cancel();
      resolve(this.#openPort());
    };
    return promise;
  }

  #openAtOnce(): Promise<StorageAdapter | null> {
    this.#openNow?.();
    this.#opening ??= this.#openPort();
    return this.#opening;
  }

  async #openPort(): Promise<StorageAdapter | null> {
    const { port, clock, schema, meSchema } = this.#deps;
    try {
      this.#storage = port === null ? null : await port.open({ clock, schema, meSchema });
      port?.onPageHide(() => this.#saveAll());
    } catch {
      this.#storage = null;
    }
    return this.#storage;
  }
}
