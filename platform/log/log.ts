import { pino } from "pino";
import pretty from "pino-pretty";

export const LOG_LEVELS = ["trace", "debug", "info", "warn", "error", "fatal", "silent"] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/** The part of pino that Artel uses. Fields: `requestId`, `userId`, `tenantId`, `err`. */
export type Log = Pick<pino.Logger, "trace" | "debug" | "info" | "warn" | "error" | "fatal"> & {
  child(bindings: Record<string, unknown>): Log;
};

const REDACTED = [
  "token",
  "password",
  "cookie",
  "authorization",
  "invitationId",
  "*.token",
  "*.password",
  "*.cookie",
  "*.authorization",
  "*.key",
];

/** Logs only these fields of an error: driver errors carry whole connections, with passwords. */
const errorFields = (error: unknown): unknown => {
  if (!(error instanceof Error)) return error;
  const { name, message, stack, cause } = error;
  const code = "code" in error ? error.code : undefined;
  return {
    type: name,
    message,
    stack,
    ...(code === undefined ? {} : { code }),
    ...(cause ? { cause: errorFields(cause) } : {}),
  };
};

/** Logs to stdout: one JSON object per line, or pretty-printed in a terminal. */
export const createLog = (level: LogLevel): Log => {
  const options = {
    level,
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    serializers: { err: errorFields },
    redact: { paths: REDACTED, censor: "[redacted]" },
  };
  return process.stdout.isTTY
    ? pino(options, pretty({ colorize: true, sync: true, translateTime: "SYS:HH:MM:ss.l" }))
    : pino(options, pino.destination({ fd: 1, sync: true }));
};

export const silentLog: Log = pino({ level: "silent" });
