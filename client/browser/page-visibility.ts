/** Whether the page is visible; true where there is no document. */
export const isPageVisible = (): boolean => typeof document === "undefined" || document.visibilityState !== "hidden";

export type VisibilityListeners = {
  /** The page became visible, came back from the back/forward cache, or the network is back. */
  readonly onReturn: () => void;
  readonly onHide?: () => void;
};

/** Calls the listeners until the returned function is called. */
export const watchPageVisibility = ({ onReturn, onHide }: VisibilityListeners): (() => void) => {
  const onChange = () => (isPageVisible() ? onReturn() : onHide?.());
  window.addEventListener("online", onReturn);
  window.addEventListener("pageshow", onReturn);
  document.addEventListener("visibilitychange", onChange);
  return () => {
    window.removeEventListener("online", onReturn);
    window.removeEventListener("pageshow", onReturn);
    document.removeEventListener("visibilitychange", onChange);
  };
};
