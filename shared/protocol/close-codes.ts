/** What a client does when the server closes with a code. */
export type CloseBehavior = "reconnect" | "reconnect-later" | "renew-token" | "stop";

/** Close codes of the socket. The code says what the client does next; any other means like 4000. */
export const CLOSE = {
  DRAINING: { code: 4000, reason: "draining", behavior: "reconnect" },
  TOO_SLOW: { code: 4001, reason: "too slow", behavior: "reconnect" },
  NO_AUTH: { code: 4002, reason: "no auth in time", behavior: "reconnect" },
  NO_SIGN_OF_LIFE: { code: 4004, reason: "no sign of life", behavior: "reconnect" },
  TOO_MANY_CONNECTIONS: { code: 4005, reason: "too many connections", behavior: "reconnect-later" },
  TOO_MANY_MESSAGES: { code: 4008, reason: "too many messages", behavior: "reconnect" },
  TOKEN_EXPIRED: { code: 4100, reason: "token expired", behavior: "renew-token" },
  REVOKED: { code: 4101, reason: "revoked", behavior: "renew-token" },
  FORGED_TOKEN: { code: 4200, reason: "forged token or no auth first", behavior: "stop" },
  INVALID_MESSAGE: { code: 4202, reason: "not a valid message", behavior: "stop" },
  TOO_BIG: { code: 4204, reason: "message too big", behavior: "stop" },
} as const satisfies Record<string, { code: number; reason: string; behavior: CloseBehavior }>;

/** Closed because more came at once than the server can look after: the reason says when to come again. */
export const BUSY_CODE = 1013;

/** The reason of a close with `BUSY_CODE`; `ms`: milliseconds to wait. */
export const busyReason = (ms: number): string => `busy; retry in ${ms} ms`;

/** How many milliseconds a close asks its client to wait; `null` when it does not say. */
export const waitOf = (code: number, reason: string): number | null => {
  if (code !== BUSY_CODE) return null;
  const [, ms] = /^busy; retry in (\d{1,5}) ms$/.exec(reason) ?? [];
  return ms === undefined ? null : Number(ms);
};

export type Close = (typeof CLOSE)[keyof typeof CLOSE];

const byCode = new Map<number, Close>(Object.values(CLOSE).map((close) => [close.code, close]));

export const closeBehavior = (code: number): CloseBehavior => byCode.get(code)?.behavior ?? "reconnect";
