import { Skeleton } from "../../ui/skeleton.tsx";

const COLUMNS = [
  { id: "a", cards: [56, 84, 40, 64] },
  { id: "b", cards: [84, 56] },
  { id: "c", cards: [40, 64, 56] },
];

export const BoardSkeleton = ({ bare = false }: { bare?: boolean }) => (
  <div className="fade flex h-full">
    {bare ? null : <div className="w-60 border-r border-border bg-surface max-md:hidden" />}
    <div className="flex min-w-0 flex-1 flex-col">
      {bare ? null : <div className="h-13 border-b border-border bg-surface" />}
      <div className="flex gap-3 overflow-hidden p-4">
        {COLUMNS.map((column) => (
          <div key={column.id} className="flex w-70 shrink-0 flex-col gap-2 rounded-xl bg-sunken p-2.5">
            <Skeleton className="mb-1 h-4 w-24" />
            {column.cards.map((height) => (
              <div key={height} style={{ height }}>
                <Skeleton className="h-full rounded-lg" />
              </div>
            ))}
          </div>
        ))}
      </div>
    </div>
  </div>
);
