import { COLORS, type Color } from "../../../../shared/color.ts";

export type Direction = "up" | "down" | "left" | "right";
export type Command =
  | { type: "select"; direction: Direction }
  | { type: "open" | "new" | "move" | "filter" | "search" | "mine" | "help" | "back" | "grab" }
  | { type: "color"; color: Color | null };

export type KeyPress = {
  readonly key: string;
  readonly code: string;
  readonly shiftKey: boolean;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
  readonly altKey: boolean;
};

const ARROWS: Record<string, Direction> = {
  ArrowUp: "up",
  ArrowDown: "down",
  ArrowLeft: "left",
  ArrowRight: "right",
};

const LETTERS: Record<string, Command> = {
  k: { type: "select", direction: "up" },
  j: { type: "select", direction: "down" },
  h: { type: "select", direction: "left" },
  l: { type: "select", direction: "right" },
  e: { type: "open" },
  n: { type: "new" },
  m: { type: "move" },
  f: { type: "filter" },
  q: { type: "mine" },
};

/** The Latin letter of a key press: by `key`, or by `code` on a layout with another alphabet. */
const letterOf = (press: KeyPress): string => {
  const key = press.key.toLowerCase();
  if (/^[a-z]$/.test(key)) return key;
  return /^\p{Letter}$/u.test(key) ? (/^Key([A-Z])$/.exec(press.code)?.[1]?.toLowerCase() ?? "") : "";
};

/** Maps a key press to a board command, or null. Letters and digits count only with `singleKeys`. */
export const commandOf = (press: KeyPress, singleKeys = true): Command | null => {
  if (press.ctrlKey || press.metaKey || press.altKey) return null;
  const direction = ARROWS[press.key];
  if (direction) return press.shiftKey ? null : { type: "select", direction };
  if (press.key === "Escape") return { type: "back" };
  if (press.key === "Enter") return { type: "open" };
  if (press.key === " ") return { type: "grab" };
  if (!singleKeys) return null;
  if (press.key === "?" || (press.code === "Slash" && press.shiftKey)) return { type: "help" };
  if (press.key === "/" || press.code === "Slash") return { type: "search" };
  if (press.shiftKey) return null;
  if (/^\d$/.test(press.key)) {
    const number = Number(press.key);
    return { type: "color", color: number === 0 ? null : (COLORS[number - 1] ?? null) };
  }
  return LETTERS[letterOf(press)] ?? null;
};
