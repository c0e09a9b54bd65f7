import { meSchema } from "../../../shared/users.ts";
import { localStore } from "../../browser/local-store.ts";
import type { Clock } from "../../realtime/ports.ts";
import type { OutboxPort } from "../outbox/outbox-port.ts";
import { openDeviceDb } from "./indexed-db-schema.ts";
import { idbOutbox } from "./outbox-store.ts";
import { StateStore } from "./snapshot-store.ts";
import { DEVICE_HINT, type Device } from "./storage-port.ts";
import { noteUnsent } from "./unsent-hint.ts";

export type IdbDeviceDeps = {
  readonly name: string;
  readonly clock: Clock;
  /** The other tabs of the same person. */
  readonly beside: (userId: string) => Omit<OutboxPort, "storage">;
};

/** What the browser's database keeps. Rejects where there is none. */
export const openIdbDevice = async ({ name, clock, beside }: IdbDeviceDeps): Promise<Device> => {
  const db = await openDeviceDb(name);
  const states = new StateStore(db, clock);
  let last: string | null = null;
  const kept = async () => meSchema.safeParse(await db.get("people", "last")).data ?? null;
  const person = async () => {
    const me = await kept();
    last ??= me?.user.id ?? null;
    return me;
  };
  const orNothing = <Value>(work: Promise<Value>) => work.catch(() => null);
  return {
    person: () => orNothing(person()),
    setPerson: async (me) => {
      const before = last;
      last = me?.user.id ?? null;
      localStore.set(DEVICE_HINT, last);
      if (me !== null) {
        noteUnsent(me.user.id, 0);
        const teams = new Set<string>(me.teams.map(({ id }) => id));
        void orNothing(db.put("people", me, "last"));
        await orNothing(states.drop(me.user.id, (teamId) => teams.has(teamId)));
        return;
      }
      const forget = async () => {
        const userId = before ?? (await kept())?.user.id;
        await db.delete("people", "last");
        if (userId === undefined) return;
        await states.drop(userId);
        const left = await db.countFromIndex("changes", "owner", userId);
        if (last === null) noteUnsent(userId, left);
      };
      await orNothing(forget());
    },
    outbox: (userId) => ({ storage: idbOutbox(db, userId), ...beside(userId) }),
    restore: (userId, queryKey, begun) => orNothing(states.read(userId, queryKey, begun)),
    keep: (userId, queryKey, state) => states.keep(userId, queryKey, state),
    wipe: async (userId) => {
      localStore.set(DEVICE_HINT, null);
      await states.drop(userId);
      const tx = db.transaction(["people", "changes", "refusals"], "readwrite");
      void tx.objectStore("people").delete("last");
      for (const store of ["changes", "refusals"] as const) {
        const index = tx.objectStore(store).index("owner");
        for await (const cursor of index.iterate(userId)) void cursor.delete();
      }
      await tx.done;
    },
    flush: async () => void (await orNothing(states.flush())),
  };
};
