import type { Intent } from "./intents.ts";

/** What of an unsent change survives the page. */
export type StoredEntry = { readonly key: string; readonly intent: Intent; readonly title: string };

/** Where unsent changes are kept, in the order of their making. */
export type OutboxStorage = {
  readonly load: () => Promise<readonly StoredEntry[]>;
  readonly put: (entry: StoredEntry) => void;
  readonly remove: (key: string) => void;
};

/** Keeps nothing beyond the page's life. */
export const forgetfulStorage = (): OutboxStorage => ({
  load: async () => [],
  put: () => {},
  remove: () => {},
});
