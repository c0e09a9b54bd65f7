import { cloneElement, lazy, type MouseEvent, type ReactElement, Suspense, useState } from "react";
import type { OpenMenuProps } from "./menu-parts.tsx";

// Menus are a third of the page's code and not needed to see a board: they come with the first press, or while the page is idle.
const parts = () => import("./menu-parts.tsx");
const OpenMenu = lazy(() => parts().then((module) => ({ default: module.OpenMenu })));

export const AnchoredMenu = lazy(() => parts().then((module) => ({ default: module.AnchoredMenu })));
export const MenuItem = lazy(() => parts().then((module) => ({ default: module.MenuItem })));
export const MenuSeparator = lazy(() => parts().then((module) => ({ default: module.MenuSeparator })));
export const MenuChoices = lazy(() => parts().then((module) => ({ default: module.MenuChoices })));

type Pressable = { onClick?: (event: MouseEvent) => void; onPointerEnter?: () => void };

/** A button and its menu. */
export const Menu = ({ trigger, ...rest }: Omit<OpenMenuProps, "trigger"> & { trigger: ReactElement<Pressable> }) => {
  const [pressed, setPressed] = useState(false);
  const button = cloneElement(trigger, {
    "aria-haspopup": "menu",
    "aria-expanded": false,
    onClick: () => setPressed(true),
    onPointerEnter: () => void parts(),
  } as Pressable);
  return pressed ? (
    <Suspense fallback={button}>
      <OpenMenu trigger={trigger} {...rest} />
    </Suspense>
  ) : (
    button
  );
};
