/** Postgres: connection exceptions, shutdown and start-up, too many clients, a statement that took too long. SQLite: a writer that waited too long. */
const CODES =
  /^(08...|57P0[1-5]|57014|53300|ECONNREFUSED|ECONNRESET|EPIPE|ETIMEDOUT|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|SQLITE_BUSY)$/;

/** What `pg` says without a code when a connection is gone or none is to be had. */
const MESSAGES =
  /^(Connection terminated|timeout exceeded when trying to connect|Query read timeout|Client (has encountered a connection error|was closed))/;

/**
 * Whether an error says that the database does not answer now. What was on its way may or may not have been done, so a
 * command is safe to repeat under its idempotency key, and only so.
 */
export const isDatabaseAway = (error: unknown): boolean => {
  if (error instanceof AggregateError) return error.errors.some(isDatabaseAway);
  if (!(error instanceof Error)) return false;
  const code = "code" in error ? String(error.code) : "";
  return CODES.test(code) || MESSAGES.test(error.message);
};
