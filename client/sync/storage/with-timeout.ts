import type { Clock } from "../../realtime/ports.ts";
import type { StorageAdapter } from "./storage-port.ts";

/** A database that another page or the browser itself blocks may neither answer nor fail. */
const ANSWER_WITHIN_MS = 5_000;

/**
 * Storage on which nobody waits for ever: a call without an answer within five seconds has failed. Until some call ends
 * after that, no call is waited for. All calls reach storage all the same: what it writes late it also removes, in that
 * order. Rejects where storage does not open in time.
 */
export const withTimeout = async (opening: Promise<StorageAdapter>, clock: Clock): Promise<StorageAdapter> => {
  let isBlocked = false;
  const bound = <Value>(work: Promise<Value>): Promise<Value> => {
    const { promise, resolve, reject } = Promise.withResolvers<Value>();
    const cancel = clock.after(isBlocked ? 0 : ANSWER_WITHIN_MS, () => {
      isBlocked = true;
      reject(new Error("storage does not answer"));
    });
    const answered = () => {
      isBlocked = false;
      cancel();
    };
    work.finally(answered).then(resolve, reject);
    return promise;
  };
  const orNull = <Value>(work: Promise<Value>) => bound(work).catch(() => null);
  const storage = await bound(opening);
  return {
    ...storage,
    me: () => orNull(storage.me()),
    setMe: async (me) => void (await orNull(storage.setMe(me))),
    outbox: (userId) => {
      const { storage: outbox, ...tabs } = storage.outbox(userId);
      return {
        ...tabs,
        storage: {
          load: () => bound(outbox.load()),
          add: (stored) => bound(outbox.add(stored)),
          update: (stored) => bound(outbox.update(stored)),
          begin: (stored) => bound(outbox.begin(stored)),
          remove: (keys) => bound(outbox.remove(keys)),
          reject: (keys, rejection) => bound(outbox.reject(keys, rejection)),
          dismiss: (id) => bound(outbox.dismiss(id)),
        },
      };
    },
    restore: (userId, ref, generation) => orNull(storage.restore(userId, ref, generation)),
    flush: async () => void (await orNull(storage.flush())),
    wipe: (userId) => bound(storage.wipe(userId)),
  };
};
