import { prefersReducedMotion } from "../../../lib/use-media-query.ts";

const TRAVEL = 150;
const EASE = "cubic-bezier(0.2, 0.7, 0.2, 1)";

/** A picture of an element that floats over the page and is nobody's content. */
export type Ghost = {
  readonly moveTo: (x: number, y: number) => void;
  /** Glides to a place and goes; resolves when it is gone. */
  readonly settle: (x: number, y: number) => Promise<void>;
  readonly remove: () => void;
};

const copyOf = (element: HTMLElement, rect: DOMRect): HTMLElement => {
  const copy = element.cloneNode(true) as HTMLElement;
  copy.removeAttribute("id");
  for (const inner of copy.querySelectorAll("[id]")) inner.removeAttribute("id");
  const layer = document.createElement("div");
  layer.setAttribute("aria-hidden", "true");
  layer.inert = true;
  layer.style.cssText = `position:fixed;left:0;top:0;z-index:60;pointer-events:none;width:${rect.width}px;height:${rect.height}px;will-change:transform`;
  layer.append(copy);
  document.body.append(layer);
  const scrolled = element.querySelector("[data-scroller]");
  const copied = copy.querySelector("[data-scroller]");
  if (scrolled && copied) copied.scrollTop = scrolled.scrollTop;
  return layer;
};

const at = (x: number, y: number) => `translate3d(${x}px, ${y}px, 0)`;

const travel = async (layer: HTMLElement, from: string, to: string): Promise<void> => {
  if (prefersReducedMotion()) return;
  try {
    await layer.animate([{ transform: from }, { transform: to }], { duration: TRAVEL, easing: EASE, fill: "forwards" })
      .finished;
  } catch {
    // A cancelled animation has nothing left to show.
    return;
  }
};

export const liftGhost = (element: HTMLElement): Ghost => {
  const rect = element.getBoundingClientRect();
  const layer = copyOf(element, rect);
  const copy = layer.firstElementChild as HTMLElement;
  copy.classList.add("shadow-lift");
  copy.style.opacity = "1";
  layer.style.transform = at(rect.left, rect.top);
  requestAnimationFrame(() => copy.classList.add("lifted"));
  return {
    moveTo: (x, y) => {
      layer.style.transform = at(x, y);
    },
    settle: async (x, y) => {
      copy.classList.remove("lifted");
      await travel(layer, layer.style.transform, at(x, y));
      layer.remove();
    },
    remove: () => layer.remove(),
  };
};

/** Lets a card that another person moved be seen on its way. */
export const glide = async (element: HTMLElement, from: DOMRect): Promise<void> => {
  if (prefersReducedMotion()) return;
  const to = element.getBoundingClientRect();
  if (Math.abs(to.left - from.left) < 2 && Math.abs(to.top - from.top) < 2) return;
  const layer = copyOf(element, to);
  const copy = layer.firstElementChild as HTMLElement;
  copy.classList.add("shadow-lift");
  element.style.opacity = "0";
  await travel(layer, at(from.left, from.top), at(to.left, to.top));
  layer.remove();
  element.style.opacity = "";
};
