import type { OrderedMutation, OutboxStorage } from "../outbox/outbox-port.ts";
import type { SyncDatabase } from "./indexed-db-schema.ts";

/** One user's outbox in the browser's database. */
export const outboxStore = (db: SyncDatabase, owner: string): OutboxStorage => ({
  load: async () => {
    const tx = db.transaction(["changes", "refusals"]);
    const [pending, rejections] = await Promise.all([
      tx.objectStore("changes").index("owner").getAll(owner),
      tx.objectStore("refusals").index("owner").getAll(owner),
    ]);
    return {
      pending: pending
        .flatMap(({ owner: _, order, ...stored }): OrderedMutation[] =>
          order === undefined ? [] : [{ ...stored, order }],
        )
        .sort((a, b) => a.order - b.order),
      rejections: rejections.map(({ owner: _, ...rejection }) => rejection),
    };
  },
  add: async (stored) => {
    const tx = db.transaction("changes", "readwrite");
    const order = await tx.store.add({ ...stored, owner });
    await tx.done;
    return order;
  },
  update: async (stored) => {
    const tx = db.transaction("changes", "readwrite");
    // Another tab may have got its answer and removed it since.
    if ((await tx.store.getKey(stored.order)) !== undefined) await tx.store.put({ ...stored, owner });
    await tx.done;
  },
  begin: async (stored) => {
    const tx = db.transaction("changes", "readwrite");
    const known = await tx.store.get(stored.order);
    if (known?.sentAt === null) await tx.store.put({ ...stored, owner });
    await tx.done;
    return known === undefined || known.sentAt === null
      ? stored
      : { ...stored, mutation: known.mutation, sentAt: known.sentAt };
  },
  remove: async (keys) => {
    const tx = db.transaction("changes", "readwrite");
    for (const key of keys) {
      const order = await tx.store.index("key").getKey(key);
      if (order !== undefined) await tx.store.delete(order);
    }
    await tx.done;
  },
  reject: async (keys, rejection) => {
    const tx = db.transaction(["changes", "refusals"], "readwrite");
    const changes = tx.objectStore("changes");
    for (const key of keys) {
      const order = await changes.index("key").getKey(key);
      if (order !== undefined) await changes.delete(order);
    }
    await tx.objectStore("refusals").put({ ...rejection, owner });
    await tx.done;
  },
  dismiss: async (id) => {
    await db.delete("refusals", id);
  },
});
