import type { Clock } from "../../realtime/ports.ts";
import type { Device } from "./storage-port.ts";

/** A database that another page or the browser itself holds up may neither answer nor fail. */
const ANSWER_WITHIN_MS = 5_000;

/**
 * A device that nobody waits on for ever: what it does not do within five seconds counts as failed. From then on nothing
 * is waited for until something asked of it has come to an end. It is asked all the same: what it writes late it also
 * removes, in that order.
 * Rejects where it does not open in time.
 */
export const boundedDevice = async (opening: Promise<Device>, clock: Clock): Promise<Device> => {
  let hangs = false;
  const bound = <Value>(work: Promise<Value>): Promise<Value> => {
    const { promise, resolve, reject } = Promise.withResolvers<Value>();
    const cancel = clock.after(hangs ? 0 : ANSWER_WITHIN_MS, () => {
      hangs = true;
      reject(new Error("the device does not answer"));
    });
    const answered = () => {
      hangs = false;
      cancel();
    };
    work.finally(answered).then(resolve, reject);
    return promise;
  };
  const orNothing = <Value>(work: Promise<Value>) => bound(work).catch(() => null);
  const device = await bound(opening);
  return {
    ...device,
    person: () => orNothing(device.person()),
    setPerson: async (me) => void (await orNothing(device.setPerson(me))),
    outbox: (userId) => {
      const { storage, ...beside } = device.outbox(userId);
      return {
        ...beside,
        storage: {
          load: () => bound(storage.load()),
          add: (entry) => bound(storage.add(entry)),
          update: (entry) => bound(storage.update(entry)),
          begin: (entry) => bound(storage.begin(entry)),
          remove: (keys) => bound(storage.remove(keys)),
          refuse: (keys, refusal) => bound(storage.refuse(keys, refusal)),
          dismiss: (id) => bound(storage.dismiss(id)),
        },
      };
    },
    restore: (userId, queryKey, begun) => orNothing(device.restore(userId, queryKey, begun)),
    flush: async () => void (await orNothing(device.flush())),
    wipe: (userId) => bound(device.wipe(userId)),
  };
};
