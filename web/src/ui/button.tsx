import { clsx } from "clsx";
import type { ComponentProps } from "react";

const LOOKS = {
  primary: "bg-accent text-on-accent hover:bg-accent-hover",
  secondary: "border border-control/60 bg-surface text-text hover:bg-hover active:bg-pressed",
  ghost: "text-muted hover:bg-hover hover:text-text active:bg-pressed aria-expanded:bg-pressed aria-expanded:text-text",
  danger: "bg-danger text-on-danger hover:brightness-110",
  quietDanger: "text-danger hover:bg-danger-soft",
} as const;

const SIZES = {
  sm: "h-7 gap-1.5 px-2 text-sm",
  md: "h-8 gap-1.5 px-3",
  lg: "h-10 gap-2 px-4",
} as const;

export type ButtonProps = ComponentProps<"button"> & {
  look?: keyof typeof LOOKS;
  size?: keyof typeof SIZES;
  busy?: boolean;
};

export const buttonClass = (
  look: keyof typeof LOOKS = "secondary",
  size: keyof typeof SIZES = "md",
  className?: string,
): string =>
  clsx(
    "inline-flex shrink-0 select-none items-center justify-center rounded-md font-medium whitespace-nowrap",
    "transition-colors duration-100 disabled:opacity-50 [&_svg]:shrink-0",
    LOOKS[look],
    SIZES[size],
    className,
  );

export const Button = ({ look, size, busy = false, className, disabled, ...rest }: ButtonProps) => (
  <button
    type="button"
    {...rest}
    aria-busy={busy || undefined}
    disabled={disabled || busy}
    className={buttonClass(look, size, className)}
  />
);
