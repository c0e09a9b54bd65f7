/** The page is looked at, or nobody can say. */
export const isPageSeen = (): boolean => typeof document === "undefined" || document.visibilityState !== "hidden";

export type PageSeenListeners = {
  /** The page is seen again, comes back from the browser's cache, or the network is back. */
  readonly returned: () => void;
  readonly hidden?: () => void;
};

/** Listens until the returned undo is called. */
export const onPageSeen = ({ returned, hidden }: PageSeenListeners): (() => void) => {
  const changed = () => (isPageSeen() ? returned() : hidden?.());
  window.addEventListener("online", returned);
  window.addEventListener("pageshow", returned);
  document.addEventListener("visibilitychange", changed);
  return () => {
    window.removeEventListener("online", returned);
    window.removeEventListener("pageshow", returned);
    document.removeEventListener("visibilitychange", changed);
  };
};
