/**
 * Postgres: connection exceptions, shutdown, start-up, too many clients, statement timeout. SQLite: busy timeout of a
 * writer.
 */
const CODES =
  /^(08...|57P0[1-5]|57014|53300|ECONNREFUSED|ECONNRESET|EPIPE|ETIMEDOUT|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|SQLITE_BUSY)$/;

/** Errors of `pg` that carry no code: a lost connection, or none available in time. */
const MESSAGES =
  /^(Connection terminated|timeout exceeded when trying to connect|Query read timeout|Client (has encountered a connection error|was closed))/;

/**
 * Whether the error means that the database is temporarily unavailable. The failed statement may or may not have been
 * committed, so a command is safe to retry only under its idempotency key.
 */
export const isDatabaseUnavailable = (error: unknown): boolean => {
  if (error instanceof AggregateError) return error.errors.some(isDatabaseUnavailable);
  if (!(error instanceof Error)) return false;
  const code = "code" in error ? String(error.code) : "";
  return CODES.test(code) || MESSAGES.test(error.message);
};
