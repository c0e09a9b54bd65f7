import { type DBSchema, type IDBPDatabase, type IDBPTransaction, openDB } from "idb";
import type { StoredMutation, StoredRejection } from "../outbox/outbox-port.ts";
import type { SerializedSnapshot } from "./serialize-snapshot.ts";
import { upgradeMutation } from "./upgrade-mutation.ts";

/** Raised when snapshots or users take another shape: they are dropped then, and unsent mutations are converted. */
const VERSION = 2;

export type SnapshotKey = [userId: string, kind: string, scopeId: string];

type Schema = DBSchema & {
  /** Under `last`: who was signed in last, as the server answered it. */
  people: { key: "last"; value: unknown };
  changes: {
    key: number;
    value: StoredMutation & { owner: string; order?: number };
    indexes: { owner: string; key: string };
  };
  refusals: { key: string; value: StoredRejection & { owner: string }; indexes: { owner: string } };
  states: { key: SnapshotKey; value: SerializedSnapshot };
  /** Beside each snapshot, so that the least recently used one is found without reading the snapshots. */
  uses: { key: SnapshotKey; value: { tenantId: string; size: number; usedAt: number; storedAt: number } };
};

export type SyncDatabase = IDBPDatabase<Schema>;
type Upgrade = IDBPTransaction<Schema, ("people" | "changes" | "refusals" | "states" | "uses")[], "versionchange">;

/** Unsent mutations of version 1 were written by an earlier page; the person has not sent them yet. */
const convertUnsent = async (tx: Upgrade): Promise<void> => {
  for await (const cursor of tx.objectStore("changes").iterate()) {
    const { intent, ...rest } = cursor.value as typeof cursor.value & { readonly intent?: unknown };
    if (intent !== undefined) void cursor.update({ ...rest, mutation: upgradeMutation(intent) });
  }
  for await (const cursor of tx.objectStore("refusals").iterate()) {
    const { intents, ...rest } = cursor.value as typeof cursor.value & { readonly intents?: readonly unknown[] };
    if (intents !== undefined) void cursor.update({ ...rest, mutations: intents.map(upgradeMutation) });
  }
};

/** Rejects where the browser has no IndexedDB for this page, or a newer page has raised its version. */
export const openSyncDatabase = async (name: string): Promise<SyncDatabase> =>
  openDB<Schema>(name, VERSION, {
    upgrade: (db, from, _, tx) => {
      if (from === 0) {
        const changes = db.createObjectStore("changes", { keyPath: "order", autoIncrement: true });
        changes.createIndex("owner", "owner");
        changes.createIndex("key", "key", { unique: true });
        db.createObjectStore("refusals", { keyPath: "id" }).createIndex("owner", "owner");
      }
      for (const store of ["people", "states", "uses"] as const) {
        if (db.objectStoreNames.contains(store)) db.deleteObjectStore(store);
        db.createObjectStore(store);
      }
      // Half converted is worse than not: the version stays, and the page works without storage.
      if (from === 1) convertUnsent(tx).catch(() => tx.abort());
    },
    // A newer page in another tab need not wait for this one.
    blocking: (_, __, event) => (event.target as IDBDatabase).close(),
  });

/** All keys of snapshots that belong to a user. */
export const snapshotsOf = (userId: string): IDBKeyRange => IDBKeyRange.bound([userId], [userId, []]);
