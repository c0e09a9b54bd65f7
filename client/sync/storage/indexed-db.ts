import { localStore } from "../../browser/local-store.ts";
import type { OutboxPort } from "../outbox/outbox-port.ts";
import type { SignedIn } from "../signed-in.ts";
import { openSyncDatabase } from "./indexed-db-schema.ts";
import { outboxStore } from "./outbox-store.ts";
import { SnapshotStore } from "./snapshot-store.ts";
import { STORED_USER_KEY, type StorageAdapter, type StorageContext } from "./storage-port.ts";
import { setUnsentCount } from "./unsent-count.ts";

export type IndexedDbOptions = StorageContext & {
  readonly name: string;
  /** The other tabs of the same user. */
  readonly tabsOf: (userId: string) => Omit<OutboxPort, "storage">;
};

/** Stores in the browser's IndexedDB. Rejects where there is none. */
export const openIndexedDb = async ({
  name,
  tabsOf,
  meSchema,
  ...context
}: IndexedDbOptions): Promise<StorageAdapter> => {
  const db = await openSyncDatabase(name);
  const snapshots = new SnapshotStore(db, context);
  let lastUserId: string | null = null;
  const storedMe = async (): Promise<SignedIn | null> =>
    meSchema.safeParse(await db.get("people", "last")).data ?? null;
  const orNull = <Value>(work: Promise<Value>) => work.catch(() => null);
  const me = async () => {
    const stored = await storedMe();
    lastUserId ??= stored?.user.id ?? null;
    return stored;
  };
  const signIn = async (next: SignedIn) => {
    const { user, teams } = next;
    setUnsentCount(user.id, 0);
    const tenantIds = new Set<string>(teams.map(({ id }) => id));
    void orNull(db.put("people", next, "last"));
    await orNull(snapshots.drop(user.id, (tenantId) => tenantIds.has(tenantId)));
  };
  const signOut = async (before: string | null) => {
    const userId = before ?? (await storedMe())?.user.id;
    await db.delete("people", "last");
    if (userId === undefined) return;
    await snapshots.drop(userId);
    const left = await db.countFromIndex("changes", "owner", userId);
    if (lastUserId === null) setUnsentCount(userId, left);
  };
  return {
    me: () => orNull(me()),
    setMe: async (next) => {
      const before = lastUserId;
      lastUserId = next?.user.id ?? null;
      localStore.set(STORED_USER_KEY, lastUserId);
      if (next === null) await orNull(signOut(before));
      else await signIn(next);
    },
    outbox: (userId) => ({ storage: outboxStore(db, userId), ...tabsOf(userId) }),
    restore: (userId, ref, generation) => orNull(snapshots.read(userId, ref, generation)),
    save: (userId, snapshot) => snapshots.save(userId, snapshot),
    wipe: async (userId) => {
      localStore.set(STORED_USER_KEY, null);
      await snapshots.drop(userId);
      const tx = db.transaction(["people", "changes", "refusals"], "readwrite");
      void tx.objectStore("people").delete("last");
      for (const store of ["changes", "refusals"] as const) {
        const index = tx.objectStore(store).index("owner");
        for await (const cursor of index.iterate(userId)) void cursor.delete();
      }
      await tx.done;
    },
    flush: async () => void (await orNull(snapshots.flush())),
  };
};
