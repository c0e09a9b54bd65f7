import { useNavigate, useSearch } from "@tanstack/react-router";
import { useCallback, useMemo } from "react";
import type { TaskFilter } from "../../../../shared/filters.ts";
import { type FilterSearch, toTaskFilter } from "./filter-search.ts";

/** The filter in the address. `setSearch` replaces the history entry. */
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
  // biome-ignore lint/correctness/useExhaustiveDependencies: the router may return a new object with equal content
  const filter = useMemo(() => toTaskFilter(search), [key]);
  return { search, filter, setSearch };
};
