import { clsx } from "clsx";
import type { ComponentProps, ReactNode } from "react";

export type IconButtonProps = Omit<ComponentProps<"button">, "aria-label"> & {
  label: string;
  /** The keyboard shortcut, shown in the tooltip. */
  shortcut?: string;
  children: ReactNode;
};

export const iconButtonClass =
  "inline-flex size-7 shrink-0 items-center justify-center rounded-md text-muted transition-colors duration-100 hover:bg-hover hover:text-text active:bg-pressed aria-expanded:bg-pressed aria-expanded:text-text disabled:opacity-50 pointer-coarse:size-9";

export const IconButton = ({ label, shortcut, className, children, ...rest }: IconButtonProps) => (
  <button
    type="button"
    aria-label={label}
    title={shortcut ? `${label} (${shortcut})` : label}
    {...rest}
    className={clsx(iconButtonClass, className)}
  >
    {children}
  </button>
);
