const columnsOf = (board: HTMLElement): HTMLElement[] => [...board.querySelectorAll<HTMLElement>("[data-column]")];

/** The id of the column at a viewport x, or of the nearest one. */
export const columnUnder = (board: HTMLElement, clientX: number): string | null => {
  let nearest: string | null = null;
  let distance = Number.POSITIVE_INFINITY;
  for (const column of columnsOf(board)) {
    const rect = column.getBoundingClientRect();
    const away = Math.max(rect.left - clientX, clientX - rect.right, 0);
    if (away < distance) {
      distance = away;
      nearest = column.dataset.column ?? null;
    }
  }
  return nearest;
};

/** Maps a viewport x to an index among the other columns. `offsetLeft` ignores transforms, so the opening gap does not change the result. */
export const columnIndexAt = (board: HTMLElement, movedId: string, clientX: number): number => {
  const columns = columnsOf(board);
  const moved = columns.find((column) => column.dataset.column === movedId);
  const at = clientX - board.getBoundingClientRect().left + board.scrollLeft;
  let index = 0;
  for (const column of columns) {
    if (column === moved) continue;
    const behind = moved !== undefined && column.offsetLeft > moved.offsetLeft;
    const left = column.offsetLeft - (behind && moved ? moved.offsetWidth : 0);
    if (at > left + column.offsetWidth / 2) index += 1;
  }
  return index;
};
