const columnsOf = (board: HTMLElement): HTMLElement[] => [...board.querySelectorAll<HTMLElement>("[data-column]")];

/** The column at a place of the screen, or the one nearest to it. */
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

/** The index among the other columns. `offsetLeft` ignores the shifts that open the gap, so the answer does not swing. */
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
