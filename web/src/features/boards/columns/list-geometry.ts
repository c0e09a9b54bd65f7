/** Pixels between two cards. */
export const CARD_GAP = 8;

export type ListItem = { readonly start: number; readonly size: number; readonly index: number };

/** How a drag changes a list's layout: one card is taken out, a gap opens. */
export type DragLayout = {
  /** Index of the card that is dragged from this list, or -1. */
  readonly draggedIndex: number;
  readonly draggedSize: number;
  /** Index before which the gap opens, not counting the dragged card, or -1. */
  readonly gap: number;
  readonly gapSize: number;
};

/** The offset in pixels by which a card moves for the dragged card and the gap. */
export const offsetOf = (index: number, layout: DragLayout): number => {
  if (index === layout.draggedIndex) return 0;
  const isBehindDragged = layout.draggedIndex >= 0 && index > layout.draggedIndex;
  const place = isBehindDragged ? index - 1 : index;
  const closing = isBehindDragged ? -(layout.draggedSize + CARD_GAP) : 0;
  const opening = layout.gap >= 0 && place >= layout.gap ? layout.gapSize + CARD_GAP : 0;
  return closing + opening;
};

/** The change of the list's height in pixels. */
export const heightChangeOf = (layout: DragLayout): number =>
  (layout.gap >= 0 ? layout.gapSize + CARD_GAP : 0) - (layout.draggedIndex >= 0 ? layout.draggedSize + CARD_GAP : 0);

/**
 * Maps an offset in the list to an index, not counting the dragged card. It looks into the layout without the gap, so the
 * opening gap never changes the result.
 */
export const indexAtOffset = (
  offset: number,
  itemAt: (offset: number) => ListItem | undefined,
  dragged: ListItem | undefined,
): number => {
  const inLayout = dragged && offset >= dragged.start ? offset + dragged.size + CARD_GAP : offset;
  const item = itemAt(Math.max(0, inLayout));
  if (!item) return 0;
  const index = inLayout > item.start + item.size / 2 ? item.index + 1 : item.index;
  return dragged && index > dragged.index ? index - 1 : index;
};
