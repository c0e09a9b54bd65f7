/** Ends the process with one line on stderr that a person can act on. */
export function fail(line: string): never {
  console.error(line);
  process.exit(1);
}

export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
