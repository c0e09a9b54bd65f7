/** What stops a script: one line that a person can act on, and what a tool printed about it. */
export class FailedStep extends Error {
  override readonly name = "FailedStep";

  constructor(
    line: string,
    readonly output = "",
  ) {
    super(line);
  }
}

export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** Ends the process with one line on stderr, below what a tool printed. */
export function fail(line: string, output = ""): never {
  if (output.trim() !== "") console.error(output.trim());
  console.error(line);
  process.exit(1);
}

/** Runs what comes before the real work and ends the process if it fails. */
export const orFail = async <Result>(work: Promise<Result>): Promise<Result> => {
  try {
    return await work;
  } catch (error) {
    if (error instanceof FailedStep) fail(error.message, error.output);
    fail(`Can't get ready: ${messageOf(error)}`);
  }
};
