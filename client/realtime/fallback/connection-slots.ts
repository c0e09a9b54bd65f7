/**
 * Over HTTP/1.1 browsers hold six connections to one server, for all their pages together. Streams take four of them at
 * most, so that requests always find one.
 */
const SLOTS = 4;

const sharesOneConnection = (): boolean => {
  const [page] = performance.getEntriesByType("navigation");
  return page !== undefined && "nextHopProtocol" in page && /^h[23]/.test(String(page.nextHopProtocol));
};

const takeLock = (locks: LockManager, name: string): Promise<(() => void) | null> => {
  const { promise, resolve } = Promise.withResolvers<(() => void) | null>();
  const held = locks.request(name, { ifAvailable: true }, (lock) => {
    if (lock === null) return resolve(null);
    return new Promise<void>((release) => resolve(release));
  });
  held.catch(() => resolve(() => {}));
  return promise;
};

/** What gives the slot back, or `null` when all are taken. Where pages cannot count together, there is always one. */
export const takeStreamSlot = async (): Promise<(() => void) | null> => {
  // Absent where the page did not come over https, and outside browsers.
  const locks: LockManager | null | undefined = typeof navigator === "undefined" ? null : navigator.locks;
  if (!locks || sharesOneConnection()) return () => {};
  for (let slot = 1; slot <= SLOTS; slot += 1) {
    const release = await takeLock(locks, `artel-stream-${slot}`);
    if (release !== null) return release;
  }
  return null;
};
