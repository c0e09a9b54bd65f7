/** After what people came for: the page is fetched a second time here, most of it from the browser's own cache. */
const REGISTER_AFTER_MS = 4_000;

/** From the second visit on the page opens offline too. Not in development, whose files change without a new name. */
export const registerServiceWorker = (): void => {
  if (!import.meta.env.PROD || !("serviceWorker" in navigator)) return;
  // Without it the page works as before, only not offline.
  const register = () => void navigator.serviceWorker.register("/service-worker.js").catch(() => undefined);
  addEventListener("load", () => setTimeout(register, REGISTER_AFTER_MS));
};
