import { createStore, useStore } from "./store.ts";

const spoken = createStore<{ text: string; count: number }>({ text: "", count: 0 });

/** Says something politely to people who listen to the page. */
export const announce = (text: string): void => spoken.set(({ count }) => ({ text, count: count + 1 }));

/** The page's one live region; a text said twice is a new node, so it is heard twice. */
export const Announcer = () => {
  const { text, count } = useStore(spoken, (state) => state);
  return (
    <div aria-live="polite" aria-atomic="true" className="sr-only">
      <span key={count}>{text}</span>
    </div>
  );
};
