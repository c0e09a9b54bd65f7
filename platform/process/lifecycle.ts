import type { Log } from "../log/log.ts";

const SHUTDOWN_LIMIT_MS = 9_500;

/** Prints in one line why the process can't start, and exits with 1. */
export const reportStartFailure = (error: unknown): never => {
  process.stderr.write(`Artel can't start: ${startFailure(error)}\n`);
  process.exit(1);
};

const startFailure = (error: unknown): string => {
  if (!(error instanceof Error)) return String(error);
  const code = "code" in error ? error.code : undefined;
  if (code === "EADDRINUSE") return "the port is taken; set PORT (or WSS_PORT) to another";
  if (code === "EACCES") return "this user may not use the port; set PORT (or WSS_PORT) to one above 1023";
  return error.message.replaceAll("\n", " ");
};

/**
 * On SIGTERM and SIGINT runs `drain` and exits with 0, at the latest after SHUTDOWN_LIMIT_MS. A second signal exits
 * with 1 at once.
 */
export const onTermination = (log: Log, drain: () => Promise<void>): void => {
  let ending = false;
  const end = () => {
    if (ending) process.exit(1);
    ending = true;
    const limit = setTimeout(() => {
      log.warn({}, "the shutdown took too long; open connections are dropped");
      process.exit(0);
    }, SHUTDOWN_LIMIT_MS);
    drain()
      .then(() => process.exit(0))
      .catch((err: unknown) => {
        log.error({ err }, "the shutdown failed");
        process.exit(1);
      })
      .finally(() => clearTimeout(limit));
  };
  process.on("SIGTERM", end);
  process.on("SIGINT", end);
};

const POLL_MS = 20;

/** Stops accepting connections and waits for pending requests, at most `ms`. */
export const drainRequests = async (
  server: { readonly pendingRequests: number; stop(closeConnections?: boolean): Promise<void> },
  ms: number,
): Promise<void> => {
  // Not awaited: it resolves only when every keep-alive connection has ended.
  void server.stop();
  const deadline = Date.now() + ms;
  while (server.pendingRequests > 0 && Date.now() < deadline) await Bun.sleep(POLL_MS);
  await server.stop(true);
};
