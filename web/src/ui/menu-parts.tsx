import { Menu as Base } from "@base-ui/react/menu";
import { clsx } from "clsx";
import { Check } from "lucide-react";
import type { ComponentProps, ReactElement, ReactNode } from "react";

const POPUP =
  "pop min-w-48 max-w-[min(20rem,92vw)] rounded-lg bg-overlay p-1 text-base shadow-pop outline-none max-h-[var(--available-height)] overflow-y-auto thin-scroll";
const ITEM =
  "flex min-h-8 cursor-default select-none items-center gap-2 rounded-md px-2 py-1 outline-none data-highlighted:bg-hover data-disabled:text-muted pointer-coarse:min-h-10";

export type OpenMenuProps = {
  trigger: ReactElement;
  children: ReactNode;
  align?: "start" | "center" | "end";
  side?: "top" | "bottom" | "right";
};

/** A menu that is open when it mounts. */
export const OpenMenu = ({ trigger, children, align = "start", side = "bottom" }: OpenMenuProps) => (
  <Base.Root defaultOpen>
    <Base.Trigger render={trigger} />
    <MenuPopup align={align} side={side}>
      {children}
    </MenuPopup>
  </Base.Root>
);

/** A menu without a trigger, anchored to a given element. */
export const AnchoredMenu = ({
  anchor,
  onClose,
  children,
}: {
  anchor: HTMLElement | null;
  onClose: () => void;
  children: ReactNode;
}) => (
  <Base.Root open={anchor !== null} onOpenChange={(open) => !open && onClose()}>
    {anchor ? (
      <MenuPopup anchor={anchor} align="end" side="bottom" finalFocus={() => (anchor.isConnected ? anchor : null)}>
        {children}
      </MenuPopup>
    ) : null}
  </Base.Root>
);

/** Menus render inside the main landmark, where screen reader users find them. */
const portalContainer = {
  get current(): HTMLElement | null {
    return document.getElementById("main");
  },
};

const MenuPopup = ({
  children,
  finalFocus,
  ...position
}: {
  children: ReactNode;
  anchor?: HTMLElement;
  align: "start" | "center" | "end";
  side: "top" | "bottom" | "right";
  finalFocus?: () => HTMLElement | null;
}) => (
  <Base.Portal container={portalContainer}>
    <Base.Positioner sideOffset={4} collisionPadding={8} className="z-50 outline-none" {...position}>
      <Base.Popup className={POPUP} {...(finalFocus ? { finalFocus } : {})}>
        {children}
      </Base.Popup>
    </Base.Positioner>
  </Base.Portal>
);

export const MenuItem = ({
  icon,
  danger = false,
  children,
  shortcut,
  ...rest
}: Omit<ComponentProps<typeof Base.Item>, "className"> & { icon?: ReactNode; danger?: boolean; shortcut?: string }) => (
  <Base.Item {...rest} className={clsx(ITEM, danger && "text-danger data-highlighted:bg-danger-soft")}>
    <span aria-hidden className={clsx("flex w-4 justify-center", !danger && "text-muted")}>
      {icon}
    </span>
    <span className="min-w-0 flex-1 truncate">{children}</span>
    {shortcut ? (
      <kbd aria-hidden className="text-xs text-muted">
        {shortcut}
      </kbd>
    ) : null}
  </Base.Item>
);

export const MenuSeparator = () => <Base.Separator className="mx-1 my-1 h-px bg-border" />;

export type MenuChoicesProps = {
  label: string;
  value: string;
  onChange: (value: string) => void;
  options: readonly { value: string; label: string; icon?: ReactNode }[];
};

export const MenuChoices = ({ label, value, onChange, options }: MenuChoicesProps) => (
  <Base.Group>
    <Base.GroupLabel className="px-2 pt-1.5 pb-1 text-xs font-medium text-muted">{label}</Base.GroupLabel>
    <Base.RadioGroup value={value} onValueChange={(next: string) => onChange(next)}>
      {options.map((option) => (
        <Base.RadioItem key={option.value} value={option.value} className={ITEM} closeOnClick={false}>
          <span aria-hidden className="flex w-4 justify-center text-muted">
            {option.icon}
          </span>
          <span className="flex-1">{option.label}</span>
          <Base.RadioItemIndicator className="text-accent-text">
            <Check size={16} aria-hidden />
          </Base.RadioItemIndicator>
        </Base.RadioItem>
      ))}
    </Base.RadioGroup>
  </Base.Group>
);
