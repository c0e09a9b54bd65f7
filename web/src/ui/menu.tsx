import { cloneElement, lazy, type MouseEvent, type ReactElement, Suspense, useState } from "react";
import type { OpenMenuProps } from "./menu-parts.tsx";

// Menus are a third of the page's code and not needed to show a board. They load on hover, on press or by `loadAhead`.
const parts = () => import("./menu-parts.tsx");
const OpenMenu = lazy(() => parts().then((module) => ({ default: module.OpenMenu })));

export const AnchoredMenu = lazy(() => parts().then((module) => ({ default: module.AnchoredMenu })));
export const MenuItem = lazy(() => parts().then((module) => ({ default: module.MenuItem })));
export const MenuSeparator = lazy(() => parts().then((module) => ({ default: module.MenuSeparator })));
export const MenuChoices = lazy(() => parts().then((module) => ({ default: module.MenuChoices })));

type TriggerProps = { onClick?: (event: MouseEvent) => void; onPointerEnter?: () => void };

/** A button and its menu. The menu's code loads with the first use. */
export const Menu = ({
  trigger,
  ...rest
}: Omit<OpenMenuProps, "trigger"> & { trigger: ReactElement<TriggerProps> }) => {
  const [isPressed, setPressed] = useState(false);
  const button = cloneElement(trigger, {
    "aria-haspopup": "menu",
    "aria-expanded": false,
    onClick: () => setPressed(true),
    onPointerEnter: () => void parts(),
  } as TriggerProps);
  return isPressed ? (
    <Suspense fallback={button}>
      <OpenMenu trigger={trigger} {...rest} />
    </Suspense>
  ) : (
    button
  );
};
