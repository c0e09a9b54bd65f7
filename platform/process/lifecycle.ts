import type { Log } from "../log/log.ts";

const LIMIT_MS = 9_500;

/** Says in one line why the program can't serve, and ends it. */
export const reportStartFailure = (error: unknown): never => {
  process.stderr.write(`Artel can't start: ${startFailure(error)}\n`);
  process.exit(1);
};

const startFailure = (error: unknown): string => {
  if (!(error instanceof Error)) return String(error);
  const code = "code" in error ? error.code : undefined;
  if (code === "EADDRINUSE") return "the port is taken; set PORT (or WSS_PORT) to another";
  if (code === "EACCES") return "the port may not be used by this user; set PORT (or WSS_PORT) to one above 1023";
  return error.message.replaceAll("\n", " ");
};

/** Ends the program in order on SIGTERM and SIGINT: exit 0 when `drain` is done, a second signal or ten seconds end it at once. */
export const onTermination = (log: Log, drain: () => Promise<void>): void => {
  let ending = false;
  const end = () => {
    if (ending) process.exit(1);
    ending = true;
    const limit = setTimeout(() => {
      log.warn({}, "the end took too long; what was left is cut off");
      process.exit(0);
    }, LIMIT_MS);
    drain()
      .then(() => process.exit(0))
      .catch((err: unknown) => {
        log.error({ err }, "the end failed");
        process.exit(1);
      })
      .finally(() => clearTimeout(limit));
  };
  process.on("SIGTERM", end);
  process.on("SIGINT", end);
};

const LOOK_MS = 20;

/** Takes no new connection and waits for the requests under way, at most `ms`. */
export const finishRequests = async (
  server: { readonly pendingRequests: number; stop(closeConnections?: boolean): Promise<void> },
  ms: number,
): Promise<void> => {
  // Not awaited: it resolves only when every kept-alive connection has ended.
  void server.stop();
  const deadline = Date.now() + ms;
  while (server.pendingRequests > 0 && Date.now() < deadline) await Bun.sleep(LOOK_MS);
  await server.stop(true);
};
