import { MAX_TITLE_LENGTH } from "../../../../../shared/tasks.ts";

const BULLET = /^(?:[-*•–—]\s+|\d{1,3}[.)]\s+)?(?:\[[ xX]?\]\s+)?/u;
const MAX_TITLES = 200;

/** Reads task titles from a pasted text: one a line, without bullets and empty lines, at most 200. */
export const parseTitles = (text: string): string[] =>
  text
    .split(/\r\n|\r|\n/u)
    .map((line) => [...line.trim().replace(BULLET, "").trim()].slice(0, MAX_TITLE_LENGTH).join(""))
    .filter((line) => line !== "")
    .slice(0, MAX_TITLES);
