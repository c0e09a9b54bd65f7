import { fullJitter } from "../../realtime/backoff.ts";
import type { Clock } from "../../realtime/ports.ts";
import type { LeaderLock, TabChannel, TabMessage } from "./outbox-port.ts";

const nameOf = (userId: string) => `artel-outbox-${userId}`;

export const browserTabs = (userId: string): TabChannel => ({
  post: (message) => {
    channelOf(userId).postMessage(message);
  },
  listen: (listener) => {
    const channel = channelOf(userId);
    const receive = ({ data }: MessageEvent<TabMessage>) => listener(data);
    channel.addEventListener("message", receive);
    return () => {
      channel.removeEventListener("message", receive);
      channel.close();
      channels.delete(userId);
    };
  },
});

const channels = new Map<string, BroadcastChannel>();

/** One channel for sending and receiving: a BroadcastChannel does not receive its own messages. */
const channelOf = (userId: string): BroadcastChannel => {
  const known = channels.get(userId) ?? new BroadcastChannel(nameOf(userId));
  channels.set(userId, known);
  return known;
};

const ASK_AGAIN_FLOOR_MS = 300;

type LockDeps = { readonly clock: Clock; readonly random: () => number };

/**
 * The visible tab leads: it steals the lock from a tab that the browser may have frozen. A request that the other has in
 * flight acts once all the same, under its key. Without Web Locks (an address that is not secure) every tab leads, which
 * the keys make harmless.
 */
export const browserLock = (userId: string, { clock, random }: LockDeps): LeaderLock => ({
  request: (acquired, lost) => {
    const locks: LockManager | undefined = navigator.locks;
    if (locks === undefined) {
      acquired();
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
      const onAcquired = () => {
        if (isOver) return undefined;
        isHeld = true;
        failures = 0;
        acquired();
        return ended.promise;
      };
      // The browser refuses a signal for a stolen lock.
      locks.request(nameOf(userId), steals ? { steal: true } : { signal }, onAcquired).catch(() => {
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
