const EDGE_PX = 72;
const MAX_PX_PER_FRAME = 18;

/** Pixels to scroll in one frame for a pointer at `at`: faster near `start` and `end`, zero in the middle. */
export const edgeSpeed = (at: number, start: number, end: number): number => {
  const edge = Math.min(EDGE_PX, (end - start) / 3);
  if (at < start + edge) return -Math.ceil(MAX_PX_PER_FRAME * Math.min(1, (start + edge - at) / edge) ** 2);
  if (at > end - edge) return Math.ceil(MAX_PX_PER_FRAME * Math.min(1, (at - end + edge) / edge) ** 2);
  return 0;
};

/** Scrolls the board and the list under a pointer near their edges. Returns whether anything scrolled. */
export const autoScroll = (x: number, y: number, board: HTMLElement, list: HTMLElement | null): boolean => {
  const frame = board.getBoundingClientRect();
  const sideways = edgeSpeed(x, frame.left, frame.right);
  const before = board.scrollLeft;
  if (sideways !== 0) board.scrollLeft += sideways;
  let moved = board.scrollLeft !== before;
  if (list) {
    const rect = list.getBoundingClientRect();
    const up = edgeSpeed(y, rect.top, rect.bottom);
    const top = list.scrollTop;
    if (up !== 0) list.scrollTop += up;
    moved ||= list.scrollTop !== top;
  }
  return moved;
};
