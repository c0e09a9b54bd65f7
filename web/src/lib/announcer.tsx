import { createStore, useStore } from "./store.ts";

const announcement = createStore<{ text: string; count: number }>({ text: "", count: 0 });

/** Announces a text to screen readers, politely. */
export const announce = (text: string): void => announcement.set(({ count }) => ({ text, count: count + 1 }));

/** The page's one live region. The key makes a repeated text a new node, so it is announced again. */
export const Announcer = () => {
  const { text, count } = useStore(announcement, (state) => state);
  return (
    <div aria-live="polite" aria-atomic="true" className="sr-only">
      <span key={count}>{text}</span>
    </div>
  );
};
