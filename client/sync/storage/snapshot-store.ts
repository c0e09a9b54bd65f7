import type { Clock } from "../../realtime/ports.ts";
import type { SyncSchema } from "../schema.ts";
import type { Snapshot, SnapshotRef } from "../snapshot.ts";
import { type SnapshotKey, type SyncDatabase, snapshotsOf } from "./indexed-db-schema.ts";
import { deserializeSnapshot, serializeSnapshot, sizeOf } from "./serialize-snapshot.ts";
import type { StoredSnapshot } from "./storage-port.ts";

/** Bounds of all users' snapshots together; the least recently used ones go first. */
const MAX_SNAPSHOTS = 60;
const MAX_CHARACTERS = 24_000_000;
const WRITE_AFTER_MS = 1_000;
/** A large snapshot is written less often: one of a million characters every 3 s. */
const CHARACTERS_PER_MS = 500;

const keyOf = (userId: string, { kind, scopeId }: SnapshotRef): SnapshotKey => [userId, kind, scopeId];

type Unwritten = { readonly key: SnapshotKey; readonly snapshot: Snapshot };

/** The last confirmed snapshots in the browser's database, written a little after they change. */
export class SnapshotStore {
  readonly #db: SyncDatabase;
  readonly #schema: SyncSchema;
  readonly #clock: Clock;
  readonly #unwritten = new Map<string, Unwritten>();
  #cancelFlush: (() => void) | null = null;

  constructor(db: SyncDatabase, { schema, clock }: { readonly schema: SyncSchema; readonly clock: Clock }) {
    this.#db = db;
    this.#schema = schema;
    this.#clock = clock;
  }

  async read(userId: string, ref: SnapshotRef, generation: number): Promise<StoredSnapshot | null> {
    const key = keyOf(userId, ref);
    const tx = this.#db.transaction(["states", "uses"], "readwrite");
    const [serialized, use] = await Promise.all([tx.objectStore("states").get(key), tx.objectStore("uses").get(key)]);
    if (serialized === undefined || use === undefined) return null;
    void tx.objectStore("uses").put({ ...use, usedAt: this.#clock.now() }, key);
    await tx.done;
    const snapshot = deserializeSnapshot(this.#schema, serialized, generation);
    return snapshot && { snapshot, storedAt: use.storedAt };
  }

  save(userId: string, snapshot: Snapshot): void {
    const key = keyOf(userId, snapshot);
    this.#unwritten.set(JSON.stringify(key), { key, snapshot });
    if (this.#cancelFlush !== null) return;
    const wait = WRITE_AFTER_MS + sizeOf(this.#schema, snapshot) / CHARACTERS_PER_MS;
    this.#cancelFlush = this.#clock.after(wait, () => void this.flush().catch(() => undefined));
  }

  /** Writes what waits to be written, now. */
  async flush(): Promise<void> {
    this.#cancelFlush?.();
    this.#cancelFlush = null;
    const unwritten = [...this.#unwritten.values()];
    this.#unwritten.clear();
    if (unwritten.length === 0) return;
    const now = this.#clock.now();
    const tx = this.#db.transaction(["states", "uses"], "readwrite");
    const [states, uses] = [tx.objectStore("states"), tx.objectStore("uses")];
    for (const { key, snapshot } of unwritten) {
      if (snapshot.isDeleted) {
        void states.delete(key);
        void uses.delete(key);
        continue;
      }
      const { tenantId } = snapshot;
      void states.put(serializeSnapshot(snapshot), key);
      void uses.put({ tenantId, size: sizeOf(this.#schema, snapshot), usedAt: now, storedAt: now }, key);
    }
    const [keys, all] = await Promise.all([uses.getAllKeys(), uses.getAll()]);
    const byUse = keys.flatMap((key, index) => {
      const use = all[index];
      return use === undefined ? [] : [{ key, ...use }];
    });
    let size = 0;
    let count = 0;
    for (const each of byUse.sort((a, b) => b.usedAt - a.usedAt)) {
      size += each.size;
      count += 1;
      if (size <= MAX_CHARACTERS && count <= MAX_SNAPSHOTS) continue;
      void states.delete(each.key);
      void uses.delete(each.key);
    }
    await tx.done;
  }

  /** Deletes a user's snapshots, of all tenants but these. */
  async drop(userId: string, isKept: (tenantId: string) => boolean = () => false): Promise<void> {
    for (const [text, { key, snapshot }] of this.#unwritten)
      if (key[0] === userId && !isKept(snapshot.tenantId)) this.#unwritten.delete(text);
    const tx = this.#db.transaction(["states", "uses"], "readwrite");
    const [states, uses] = [tx.objectStore("states"), tx.objectStore("uses")];
    const range = snapshotsOf(userId);
    const [keys, all] = await Promise.all([uses.getAllKeys(range), uses.getAll(range)]);
    for (const [index, key] of keys.entries()) {
      const tenantId = all[index]?.tenantId;
      if (tenantId !== undefined && isKept(tenantId)) continue;
      void states.delete(key);
      void uses.delete(key);
    }
    await tx.done;
  }
}
