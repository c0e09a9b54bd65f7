/**
 * Over HTTP/1.1 a browser opens six connections to one server, for all its pages together. Event streams take at most
 * four, which leaves two for requests.
 */
const SLOTS = 4;

const isMultiplexed = (): boolean => {
  const [page] = performance.getEntriesByType("navigation");
  return page !== undefined && "nextHopProtocol" in page && /^h[23]/.test(String(page.nextHopProtocol));
};

const takeLock = (locks: LockManager, name: string): Promise<(() => void) | null> => {
  const { promise, resolve } = Promise.withResolvers<(() => void) | null>();
  const request = locks.request(name, { ifAvailable: true }, (lock) => {
    if (lock === null) return resolve(null);
    return new Promise<void>((release) => resolve(release));
  });
  request.catch(() => resolve(() => {}));
  return promise;
};

/** Returns a release function, or `null` if all slots are taken. Always succeeds without Web Locks or over HTTP/2. */
export const takeStreamSlot = async (): Promise<(() => void) | null> => {
  // Absent outside secure contexts, and outside browsers.
  const locks: LockManager | null | undefined = typeof navigator === "undefined" ? null : navigator.locks;
  if (!locks || isMultiplexed()) return () => {};
  for (let slot = 1; slot <= SLOTS; slot += 1) {
    const release = await takeLock(locks, `artel-stream-${slot}`);
    if (release !== null) return release;
  }
  return null;
};
