/** Registering fetches the page's files again, so it waits until the first load is over. */
const REGISTER_AFTER_MS = 4_000;

/** Makes the page open offline from the second visit on. Not in development, where file names carry no content hash. */
export const registerServiceWorker = (): void => {
  if (!import.meta.env.PROD || !("serviceWorker" in navigator)) return;
  // Without a service worker the page works too, but not offline.
  const register = () => void navigator.serviceWorker.register("/service-worker.js").catch(() => undefined);
  addEventListener("load", () => setTimeout(register, REGISTER_AFTER_MS));
};
