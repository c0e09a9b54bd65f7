import { lazy, Suspense } from "react";
import { useRefused } from "../../board/use-mutations.ts";

const RefusedList = lazy(() => import("./refused-list.tsx").then((module) => ({ default: module.RefusedList })));

/** Loads the list of refused changes only when there is one. */
export const RefusedChanges = () => {
  const refused = useRefused();
  return refused.length === 0 ? null : (
    <Suspense>
      <RefusedList refused={refused} />
    </Suspense>
  );
};
