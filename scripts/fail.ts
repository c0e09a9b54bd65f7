/** Stops a script: one line that tells the user what to do, and the output of the tool that failed. */
export class FailedStep extends Error {
  override readonly name = "FailedStep";

  constructor(
    line: string,
    readonly output = "",
  ) {
    super(line);
  }
}

export const errorMessage = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** Prints the tool's output and the line to stderr, and exits with 1. */
export function fail(line: string, output = ""): never {
  if (output.trim() !== "") console.error(output.trim());
  console.error(line);
  process.exit(1);
}

/** Awaits a preparation step and exits with its error message if it fails. */
export const orFail = async <Result>(work: Promise<Result>): Promise<Result> => {
  try {
    return await work;
  } catch (error) {
    if (error instanceof FailedStep) fail(error.message, error.output);
    fail(`Preparation failed: ${errorMessage(error)}`);
  }
};
