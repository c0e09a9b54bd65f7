import { type DBSchema, type IDBPDatabase, openDB } from "idb";
import type { StoredEntry, StoredRefusal } from "../outbox/outbox-port.ts";
import type { PackedState } from "./serialize-snapshot.ts";

/** Raised when what is kept of states or people takes another shape: they are dropped then, and unsent changes stay. */
const VERSION = 1;

export type StateKey = [userId: string, queryKey: string];

type Schema = DBSchema & {
  /** Under `last`: who was signed in here last, as `/api/me` answers it. */
  people: { key: "last"; value: unknown };
  changes: {
    key: number;
    value: StoredEntry & { owner: string; order?: number };
    indexes: { owner: string; key: string };
  };
  refusals: { key: string; value: StoredRefusal & { owner: string }; indexes: { owner: string } };
  states: { key: StateKey; value: PackedState };
  /** Beside each state, so that what goes first is found without reading the states. */
  uses: { key: StateKey; value: { teamId: string; size: number; usedAt: number; at: number } };
};

export type DeviceDb = IDBPDatabase<Schema>;

/** Rejects where the browser has no IndexedDB for this page, or a newer page has raised its version. */
export const openDeviceDb = async (name: string): Promise<DeviceDb> =>
  openDB<Schema>(name, VERSION, {
    upgrade: (db, from) => {
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
    },
    // A newer page in another tab need not wait for this one.
    blocking: (_, __, event) => (event.target as IDBDatabase).close(),
  });

/** All keys of states that belong to a person. */
export const statesOf = (userId: string): IDBKeyRange => IDBKeyRange.bound([userId], [userId, []]);
