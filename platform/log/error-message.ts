/** The message of an error in one line. Joins the messages of an AggregateError, which has none of its own. */
export const errorMessage = (error: unknown): string =>
  error instanceof AggregateError
    ? error.errors.map(errorMessage).join("; ")
    : error instanceof Error
      ? error.message
      : String(error);
