import { localStore } from "../../browser/local-store.ts";
import { STORED_USER_KEY, type StoragePort } from "./storage-port.ts";
import { unsentCount } from "./unsent-count.ts";

/** The browser's database; its code is loaded when it is needed. */
export const browserStorage: StoragePort = {
  hasData: () => localStore.get(STORED_USER_KEY) !== null,
  unsentCount,
  open: async (context) => {
    const { clock } = context;
    const [{ openIndexedDb }, { withTimeout }, { browserLock, browserTabs }] = await Promise.all([
      import("./indexed-db.ts"),
      import("./with-timeout.ts"),
      import("../outbox/leader-lock.ts"),
    ]);
    const tabsOf = (userId: string) => ({
      tabs: browserTabs(userId),
      lock: browserLock(userId, { clock, random: Math.random }),
    });
    return withTimeout(openIndexedDb({ name: "artel", tabsOf, ...context }), clock);
  },
  onUserChange: (listener) => {
    window.addEventListener("storage", ({ key, newValue }) => {
      if (key === localStore.storageKey(STORED_USER_KEY)) listener(newValue);
    });
  },
  onPageHide: (listener) => {
    addEventListener("pagehide", listener);
    document.addEventListener("visibilitychange", () => {
      if (document.visibilityState === "hidden") listener();
    });
  },
};
