import { Popover as Base } from "@base-ui/react/popover";
import type { ReactElement, ReactNode } from "react";

type PopoverProps = {
  trigger: ReactElement;
  label: string;
  children: ReactNode;
  align?: "start" | "center" | "end";
};

export const Popover = ({ trigger, label, children, align = "end" }: PopoverProps) => (
  <Base.Root>
    <Base.Trigger render={trigger} />
    <Base.Portal>
      <Base.Positioner sideOffset={6} collisionPadding={8} align={align} className="z-50">
        <Base.Popup
          aria-label={label}
          className="pop thin-scroll max-h-[min(34rem,var(--available-height))] w-[min(20rem,calc(100vw-1rem))] overflow-y-auto rounded-lg bg-overlay p-2 shadow-pop outline-none"
        >
          {children}
        </Base.Popup>
      </Base.Positioner>
    </Base.Portal>
  </Base.Root>
);
