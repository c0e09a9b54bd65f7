import { TOKEN_SECONDS } from "../../shared/protocol/limits.ts";
import type { Position } from "../../shared/protocol/position.ts";
import { type RealtimeClaims, type RealtimeToken, realtimeClaimsSchema } from "../../shared/protocol/realtime-token.ts";

/** A realtime token with its decoded claims. */
export type Grant = {
  readonly token: string;
  readonly url: string;
  /** By the client's own clock. Together with `lifetimeMs` it makes a wrong clock harmless. */
  readonly receivedAt: number;
  readonly lifetimeMs: number;
  /** Tenants and their heads, which are `null` without a log. The map is `null` if the claims do not decode. */
  readonly tenants: ReadonlyMap<string, Position | null> | null;
};

const RENEW_AT = 0.75;
const RENEW_SPREAD = 0.15;
/** A token this near its end opens no new connection. */
const MARGIN_MS = 20_000;

const decodeClaims = (token: string): RealtimeClaims | null => {
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

export const grantOf = (token: RealtimeToken, now: number): Grant => {
  const claims = decodeClaims(token.token);
  return {
    token: token.token,
    url: token.url,
    receivedAt: now,
    lifetimeMs: claims === null ? TOKEN_SECONDS * 1_000 : Math.max(0, claims.exp - claims.iat) * 1_000,
    tenants: claims === null ? null : new Map(Object.entries(claims.tenants)),
  };
};

export const isUsable = (grant: Grant, now: number): boolean =>
  now - grant.receivedAt < grant.lifetimeMs - Math.min(MARGIN_MS, grant.lifetimeMs / 4);

/** Milliseconds until the renewal, spread so that clients that started together do not renew together. */
export const renewalDelay = (grant: Grant, now: number, random: () => number): number =>
  Math.max(0, grant.receivedAt + grant.lifetimeMs * (RENEW_AT + random() * RENEW_SPREAD) - now);

/** Whether the token names the tenant; `null` if its claims do not decode. */
export const includesTenant = (grant: Grant, tenantId: string): boolean | null =>
  grant.tenants === null ? null : grant.tenants.has(tenantId);
