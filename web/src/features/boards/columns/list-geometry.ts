/** Pixels between two cards. */
export const CARD_GAP = 8;

export type Sized = { readonly start: number; readonly size: number; readonly index: number };

/** How a drag bends a list: one card taken out, a gap put in. */
export type DragLayout = {
  /** Index of the card that is being dragged from this list, or -1. */
  readonly taken: number;
  readonly takenSize: number;
  /** Index, without the taken card, before which the gap opens, or -1. */
  readonly gap: number;
  readonly gapSize: number;
};

/** How far a card moves to close the hole and to open the gap. */
export const shiftOf = (index: number, bend: DragLayout): number => {
  if (index === bend.taken) return 0;
  const behindTaken = bend.taken >= 0 && index > bend.taken;
  const place = behindTaken ? index - 1 : index;
  const closes = behindTaken ? -(bend.takenSize + CARD_GAP) : 0;
  const opens = bend.gap >= 0 && place >= bend.gap ? bend.gapSize + CARD_GAP : 0;
  return closes + opens;
};

/** How much longer or shorter the whole list becomes. */
export const stretchOf = (bend: DragLayout): number =>
  (bend.gap >= 0 ? bend.gapSize + CARD_GAP : 0) - (bend.taken >= 0 ? bend.takenSize + CARD_GAP : 0);

/**
 * The index, without the taken card, that a height in the list means.
 * It is found in the layout without gap, so that the opening gap never changes the answer.
 */
export const indexAtHeight = (
  height: number,
  itemAt: (height: number) => Sized | undefined,
  taken: Sized | undefined,
): number => {
  const inLayout = taken && height >= taken.start ? height + taken.size + CARD_GAP : height;
  const item = itemAt(Math.max(0, inLayout));
  if (!item) return 0;
  const index = inLayout > item.start + item.size / 2 ? item.index + 1 : item.index;
  return taken && index > taken.index ? index - 1 : index;
};
