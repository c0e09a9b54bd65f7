import { fullJitter } from "../../realtime/backoff.ts";
import type { Clock } from "../../realtime/ports.ts";
import type { SenderLock, TabMessage, Tabs } from "./outbox-port.ts";

const nameOf = (userId: string) => `artel-outbox-${userId}`;

export const browserTabs = (userId: string): Tabs => ({
  post: (message) => {
    // One for each message would do, but the listening one must not hear itself.
    channelOf(userId).postMessage(message);
  },
  listen: (listener) => {
    const channel = channelOf(userId);
    const hear = ({ data }: MessageEvent<TabMessage>) => listener(data);
    channel.addEventListener("message", hear);
    return () => {
      channel.removeEventListener("message", hear);
      channel.close();
      channels.delete(userId);
    };
  },
});

const channels = new Map<string, BroadcastChannel>();

/** One channel for telling and hearing: a tab does not hear what it says itself. */
const channelOf = (userId: string): BroadcastChannel => {
  const known = channels.get(userId) ?? new BroadcastChannel(nameOf(userId));
  channels.set(userId, known);
  return known;
};

const ASK_AGAIN_FLOOR_MS = 300;

type LockDeps = { readonly clock: Clock; readonly random: () => number };

/**
 * The tab that is looked at sends: it takes the lock from one that the browser may have put to sleep. What that one has
 * under way acts once all the same, under its key. Where there are no locks (an address that is not secure) every tab
 * sends, which the keys make harmless.
 */
export const browserLock = (userId: string, { clock, random }: LockDeps): SenderLock => ({
  hold: (gained, lost) => {
    const locks: LockManager | undefined = navigator.locks;
    if (locks === undefined) {
      gained();
      return () => {};
    }
    const ended = Promise.withResolvers<void>();
    let isOver = false;
    let isHeld = false;
    let queued = new AbortController();
    let failures = 0;
    let cancelPause = () => {};
    const ask = (steals: boolean) => {
      cancelPause();
      queued.abort();
      queued = new AbortController();
      const { signal } = queued;
      const held = () => {
        if (isOver) return undefined;
        isHeld = true;
        failures = 0;
        gained();
        return ended.promise;
      };
      // The browser takes no signal for a lock that is not waited for.
      locks.request(nameOf(userId), steals ? { steal: true } : { signal }, held).catch(() => {
        if (isOver || signal.aborted) return;
        if (!isHeld) {
          pause(steals);
          return;
        }
        isHeld = false;
        lost();
        ask(false);
      });
    };
    const pause = (steals: boolean) => {
      cancelPause = clock.after(ASK_AGAIN_FLOOR_MS + fullJitter(failures, random), () => ask(steals));
      failures += 1;
    };
    const look = () => {
      if (document.visibilityState === "visible" && !isHeld) ask(true);
    };
    document.addEventListener("visibilitychange", look);
    ask(document.visibilityState === "visible");
    return () => {
      isOver = true;
      document.removeEventListener("visibilitychange", look);
      cancelPause();
      queued.abort();
      ended.resolve();
    };
  },
});
