import { clsx } from "clsx";
import type { Color } from "../../../shared/color.ts";

export const Pill = ({ name, color, className }: { name: string; color: Color | null; className?: string }) => (
  <span
    data-color={color ?? "gray"}
    title={name}
    className={clsx(
      "inline-block max-w-full truncate rounded-sm bg-pill px-1.5 text-xs/5 font-medium text-pill-text",
      className,
    )}
  >
    {name}
  </span>
);
