import { TOKEN_SECONDS } from "../../shared/protocol/limits.ts";
import type { Position } from "../../shared/protocol/position.ts";
import { type RealtimeClaims, type RealtimeToken, realtimeClaimsSchema } from "../../shared/protocol/realtime-token.ts";

/** A realtime token as the client holds it. */
export type Grant = {
  readonly token: string;
  readonly url: string;
  /** By the client's own clock, so that a clock that is wrong does no harm. */
  readonly receivedAt: number;
  readonly lifetimeMs: number;
  /** The tenants that the token names, each with its head then if it has a log; `null` when its claims can't be read. */
  readonly tenants: ReadonlyMap<string, Position | null> | null;
};

const RENEW_AT = 0.75;
const RENEW_SPREAD = 0.15;
/** A token this near its end is not worth a connection. */
const MARGIN_MS = 20_000;

const readClaims = (token: string): RealtimeClaims | null => {
  const payload = token.split(".")[1];
  if (payload === undefined) return null;
  try {
    const bytes = Uint8Array.from(atob(payload.replaceAll("-", "+").replaceAll("_", "/")), (char) =>
      char.charCodeAt(0),
    );
    return realtimeClaimsSchema.safeParse(JSON.parse(new TextDecoder().decode(bytes))).data ?? null;
  } catch {
    return null;
  }
};

export const grantOf = (answer: RealtimeToken, now: number): Grant => {
  const claims = readClaims(answer.token);
  return {
    token: answer.token,
    url: answer.url,
    receivedAt: now,
    lifetimeMs: claims === null ? TOKEN_SECONDS * 1_000 : Math.max(0, claims.exp - claims.iat) * 1_000,
    tenants: claims === null ? null : new Map(Object.entries(claims.tenants)),
  };
};

export const isWorthUsing = (grant: Grant, now: number): boolean =>
  now - grant.receivedAt < grant.lifetimeMs - Math.min(MARGIN_MS, grant.lifetimeMs / 4);

/** When to renew, in milliseconds from now; spread so that clients of one start do not renew together. */
export const renewIn = (grant: Grant, now: number, random: () => number): number =>
  Math.max(0, grant.receivedAt + grant.lifetimeMs * (RENEW_AT + random() * RENEW_SPREAD) - now);

export const names = (grant: Grant, tenantId: string): boolean | null =>
  grant.tenants === null ? null : grant.tenants.has(tenantId);
