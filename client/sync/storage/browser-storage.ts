import { localStore } from "../../browser/local-store.ts";
import { DEVICE_HINT, type DevicePort } from "./storage-port.ts";
import { unsentHere } from "./unsent-hint.ts";

/** The browser's database; its code comes when it is needed. */
export const browserDevice: DevicePort = {
  holds: () => localStore.get(DEVICE_HINT) !== null,
  unsent: unsentHere,
  open: async (clock) => {
    const [{ openIdbDevice }, { boundedDevice }, { browserLock, browserTabs }] = await Promise.all([
      import("./indexed-db.ts"),
      import("./with-timeout.ts"),
      import("../outbox/leader-lock.ts"),
    ]);
    const beside = (userId: string) => ({
      tabs: browserTabs(userId),
      lock: browserLock(userId, { clock, random: Math.random }),
    });
    return boundedDevice(openIdbDevice({ name: "artel", clock, beside }), clock);
  },
  onPerson: (changed) => {
    window.addEventListener("storage", ({ key, newValue }) => {
      if (key === localStore.storageKey(DEVICE_HINT)) changed(newValue);
    });
  },
  onLeave: (leave) => {
    addEventListener("pagehide", leave);
    document.addEventListener("visibilitychange", () => {
      if (document.visibilityState === "hidden") leave();
    });
  },
};
