const DAY = 86_400_000;
const UNITS = [
  ["day", DAY],
  ["hour", 3_600_000],
  ["minute", 60_000],
] as const;

/** Formats dates and numbers in one language. */
export const makeFormat = (language: string) => {
  const number = new Intl.NumberFormat(language);
  const list = new Intl.ListFormat(language, { type: "conjunction" });
  const relative = new Intl.RelativeTimeFormat(language, { numeric: "auto", style: "short" });
  const day = new Intl.DateTimeFormat(language, { day: "numeric", month: "short" });
  const dayOfYear = new Intl.DateTimeFormat(language, { day: "numeric", month: "short", year: "numeric" });
  const moment = new Intl.DateTimeFormat(language, { dateStyle: "medium", timeStyle: "short" });
  return {
    number: (value: number) => number.format(value),
    list: (words: readonly string[]) => list.format(words),
    moment: (iso: string) => moment.format(new Date(iso)),
    /** "8 Oct", with the year unless it is the current one. */
    day: (iso: string, now = Date.now()) => {
      const date = new Date(iso);
      const sameYear = date.getFullYear() === new Date(now).getFullYear();
      return (sameYear ? day : dayOfYear).format(date);
    },
    /** "12s", for narrow screens. */
    elapsed: (then: number, now: number) => {
      const passed = Math.max(0, now - then);
      const [unit, length] = UNITS.find(([, length]) => passed >= length) ?? (["second", 1_000] as const);
      const narrow = new Intl.NumberFormat(language, { style: "unit", unit, unitDisplay: "narrow" });
      return narrow.format(Math.floor(passed / length));
    },
    /** "20 sec. ago", in steps of `step` seconds, then minutes, hours and days. */
    ago: (then: number, now: number, step = 10) => {
      const passed = Math.max(0, now - then);
      if (passed < 60_000) return relative.format(-Math.max(1, Math.floor(passed / (step * 1_000))) * step, "second");
      if (passed < 3_600_000) return relative.format(-Math.floor(passed / 60_000), "minute");
      if (passed < DAY) return relative.format(-Math.floor(passed / 3_600_000), "hour");
      return relative.format(-Math.floor(passed / DAY), "day");
    },
  };
};
