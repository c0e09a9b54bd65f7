/** Formats a number, or `–` when it is not finite. */
export const num = (value: number, digits = 2): string => (Number.isFinite(value) ? value.toFixed(digits) : "–");

export const printTable = (title: string, head: readonly string[], rows: readonly (readonly string[])[]): void => {
  const widths = head.map((name, column) => Math.max(name.length, ...rows.map((cells) => cells[column]?.length ?? 0)));
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, column) => (column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0)))
      .join("  ")
      .trimEnd();
  console.log(`\n${title}\n${line(head)}\n${line(widths.map((width) => "-".repeat(width)))}`);
  for (const cells of rows) console.log(line(cells));
};

/** Prints whether a figure meets its goal. */
export const printGoal = (what: string, value: number, bound: "at most" | "at least", goal: number): void => {
  const isMet = bound === "at most" ? value <= goal : value >= goal;
  if (Number.isFinite(value)) console.log(`goal: ${what} ${bound} ${goal}: ${num(value)}, ${isMet ? "met" : "MISSED"}`);
};
