export type Listing<Item> = {
  readonly status: "loading" | "ready" | "error";
  readonly items: readonly Item[];
  readonly error?: Error;
  readonly refetch: () => void;
};

/** The state of a list that is read; `null`: nothing of it is known yet. */
export const listing = <Item>(
  items: readonly Item[] | null,
  error: Error | null,
  refetch: () => unknown,
): Listing<Item> => ({
  status: items !== null ? "ready" : error === null ? "loading" : "error",
  items: items ?? [],
  ...(error === null ? {} : { error }),
  refetch: () => void refetch(),
});
