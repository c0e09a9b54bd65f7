import { prefersReducedMotion } from "../../../lib/use-media-query.ts";

const ANIMATION_MS = 150;
const EASE = "cubic-bezier(0.2, 0.7, 0.2, 1)";

/** A copy of an element that floats over the page during a drag, hidden from assistive technology. */
export type Ghost = {
  readonly moveTo: (x: number, y: number) => void;
  /** Animates to a position and removes itself. Resolves once it is removed. */
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

const translate = (x: number, y: number) => `translate3d(${x}px, ${y}px, 0)`;

const animate = async (layer: HTMLElement, from: string, to: string): Promise<void> => {
  if (prefersReducedMotion()) return;
  try {
    await layer.animate([{ transform: from }, { transform: to }], {
      duration: ANIMATION_MS,
      easing: EASE,
      fill: "forwards",
    }).finished;
  } catch {
    // The animation was cancelled.
    return;
  }
};

export const createGhost = (element: HTMLElement): Ghost => {
  const rect = element.getBoundingClientRect();
  const layer = copyOf(element, rect);
  const copy = layer.firstElementChild as HTMLElement;
  copy.classList.add("shadow-lift");
  copy.style.opacity = "1";
  layer.style.transform = translate(rect.left, rect.top);
  requestAnimationFrame(() => copy.classList.add("lifted"));
  return {
    moveTo: (x, y) => {
      layer.style.transform = translate(x, y);
    },
    settle: async (x, y) => {
      copy.classList.remove("lifted");
      await animate(layer, layer.style.transform, translate(x, y));
      layer.remove();
    },
    remove: () => layer.remove(),
  };
};

/** Animates a card from the position it had before another person moved it. */
export const glide = async (element: HTMLElement, from: DOMRect): Promise<void> => {
  if (prefersReducedMotion()) return;
  const to = element.getBoundingClientRect();
  if (Math.abs(to.left - from.left) < 2 && Math.abs(to.top - from.top) < 2) return;
  const layer = copyOf(element, to);
  const copy = layer.firstElementChild as HTMLElement;
  copy.classList.add("shadow-lift");
  element.style.opacity = "0";
  await animate(layer, translate(from.left, from.top), translate(to.left, to.top));
  layer.remove();
  element.style.opacity = "";
};
