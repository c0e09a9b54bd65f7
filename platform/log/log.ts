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

/** One JSON object a line on stdout; readable lines in a terminal. */
export const createLog = (level: LogLevel): Log => {
  const options = {
    level,
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    redact: { paths: REDACTED, censor: "[redacted]" },
  };
  return process.stdout.isTTY
    ? pino(options, pretty({ colorize: true, sync: true, translateTime: "SYS:HH:MM:ss.l" }))
    : pino(options, pino.destination({ fd: 1, sync: true }));
};

export const silentLog: Log = pino({ level: "silent" });
