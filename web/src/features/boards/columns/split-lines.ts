import { MAX_TITLE_LENGTH } from "../../../../../shared/tasks.ts";

const BULLET = /^(?:[-*•–—]\s+|\d{1,3}[.)]\s+)?(?:\[[ xX]?\]\s+)?/u;
const MOST = 200;

/** The task titles in a pasted text: a line each, without bullets, the empty ones left out. */
export const parseTitles = (text: string): string[] =>
  text
    .split(/\r\n|\r|\n/u)
    .map((line) => [...line.trim().replace(BULLET, "").trim()].slice(0, MAX_TITLE_LENGTH).join(""))
    .filter((line) => line !== "")
    .slice(0, MOST);
