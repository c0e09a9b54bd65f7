/** The value of a date field for an instant, in the local time zone. */
export const toDayField = (iso: string | null): string => {
  if (!iso) return "";
  const date = new Date(iso);
  const two = (value: number) => String(value).padStart(2, "0");
  return `${String(date.getFullYear()).padStart(4, "0")}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
};

const fromDayField = (value: string, hours: number, minutes: number): string | null => {
  const match = /^(\d{4})-(\d{2})-(\d{2})$/.exec(value);
  if (!match) return null;
  const date = new Date(Number(match[1]), Number(match[2]) - 1, Number(match[3]), hours, minutes);
  return Number.isNaN(date.getTime()) ? null : date.toISOString();
};

/** A due date lasts until its day ends; a start date begins with its day. */
export const endOfDay = (value: string): string | null => fromDayField(value, 23, 59);
export const startOfDay = (value: string): string | null => fromDayField(value, 0, 0);

export type DueState = "overdue" | "soon" | "later";

/** `soon`: due within 24 hours. */
export const dueState = (dueAt: string, now: number): DueState => {
  const left = new Date(dueAt).getTime() - now;
  if (left < 0) return "overdue";
  return left < 86_400_000 ? "soon" : "later";
};
