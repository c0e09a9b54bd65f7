import { useNavigate, useSearch } from "@tanstack/react-router";
import { useCallback, useMemo } from "react";
import type { TaskFilter } from "../../../../shared/filters.ts";
import { type FilterSearch, toTaskFilter } from "./filter-search.ts";

/** The filter lives in the address; choosing does not fill the history. */
export const useFilter = (): {
  search: FilterSearch;
  filter: TaskFilter;
  setSearch: (next: FilterSearch) => void;
} => {
  const search = useSearch({ from: "/b/$boardId" });
  const navigate = useNavigate();
  const setSearch = useCallback(
    (next: FilterSearch) => void navigate({ to: ".", search: () => next, replace: true }),
    [navigate],
  );
  const key = JSON.stringify(search);
  // biome-ignore lint/correctness/useExhaustiveDependencies: one filter per content, whatever object the router makes
  const filter = useMemo(() => toTaskFilter(search), [key]);
  return { search, filter, setSearch };
};
