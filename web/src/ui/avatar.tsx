import { clsx } from "clsx";
import type { CSSProperties } from "react";
import { initials, personHue } from "../lib/person-color.ts";

export const personStyle = (userId: string): CSSProperties => ({ "--person-hue": personHue(userId) }) as CSSProperties;

const SIZES = { xs: "size-5 text-[0.625rem]", sm: "size-6 text-[0.6875rem]", md: "size-8 text-xs" } as const;

type AvatarProps = {
  userId: string;
  name: string;
  size?: keyof typeof SIZES;
  /** The name stands beside the avatar, so screen readers skip it here. */
  decorative?: boolean;
  className?: string;
};

export const Avatar = ({ userId, name, size = "sm", decorative = false, className }: AvatarProps) => (
  <span
    data-person
    style={personStyle(userId)}
    title={name}
    {...(decorative ? { "aria-hidden": true } : { role: "img", "aria-label": name })}
    className={clsx(
      "inline-flex shrink-0 select-none items-center justify-center rounded-full bg-person font-semibold text-on-person",
      SIZES[size],
      className,
    )}
  >
    {initials(name)}
  </span>
);
