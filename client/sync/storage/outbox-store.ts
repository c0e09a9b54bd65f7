import type { OutboxStorage, PlacedEntry } from "../outbox/outbox-port.ts";
import type { DeviceDb } from "./indexed-db-schema.ts";

/** One person's outbox in the browser's database. */
export const idbOutbox = (db: DeviceDb, owner: string): OutboxStorage => ({
  load: async () => {
    const tx = db.transaction(["changes", "refusals"]);
    const [entries, refusals] = await Promise.all([
      tx.objectStore("changes").index("owner").getAll(owner),
      tx.objectStore("refusals").index("owner").getAll(owner),
    ]);
    return {
      entries: entries
        .flatMap(({ owner: _, order, ...entry }): PlacedEntry[] => (order === undefined ? [] : [{ ...entry, order }]))
        .sort((a, b) => a.order - b.order),
      refusals: refusals.map(({ owner: _, ...refusal }) => refusal),
    };
  },
  add: async (entry) => {
    const tx = db.transaction("changes", "readwrite");
    const order = await tx.store.add({ ...entry, owner });
    await tx.done;
    return order;
  },
  update: async (entry) => {
    const tx = db.transaction("changes", "readwrite");
    // Answered in another tab meanwhile, it must not come back.
    if ((await tx.store.getKey(entry.order)) !== undefined) await tx.store.put({ ...entry, owner });
    await tx.done;
  },
  begin: async (entry) => {
    const tx = db.transaction("changes", "readwrite");
    const known = await tx.store.get(entry.order);
    if (known?.sentAt === null) await tx.store.put({ ...entry, owner });
    await tx.done;
    return known === undefined || known.sentAt === null
      ? entry
      : { ...entry, intent: known.intent, sentAt: known.sentAt };
  },
  remove: async (keys) => {
    const tx = db.transaction("changes", "readwrite");
    for (const key of keys) {
      const order = await tx.store.index("key").getKey(key);
      if (order !== undefined) await tx.store.delete(order);
    }
    await tx.done;
  },
  refuse: async (keys, refusal) => {
    const tx = db.transaction(["changes", "refusals"], "readwrite");
    const changes = tx.objectStore("changes");
    for (const key of keys) {
      const order = await changes.index("key").getKey(key);
      if (order !== undefined) await changes.delete(order);
    }
    await tx.objectStore("refusals").put({ ...refusal, owner });
    await tx.done;
  },
  dismiss: async (id) => {
    await db.delete("refusals", id);
  },
});
