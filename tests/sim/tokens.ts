import type { Clock } from "../../platform/clock/clock.ts";
import type { RealtimeTokens } from "../../platform/tokens/realtime-token.ts";
import { parseJson } from "../../shared/json.ts";
import { TOKEN_AUDIENCE, TOKEN_SECONDS } from "../../shared/protocol/limits.ts";
import { realtimeClaimsSchema } from "../../shared/protocol/realtime-token.ts";

const base64url = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString("base64url");

/** Realtime tokens with claims as they are and no signature: signing waits for threads, which no seed decides. */
export const simTokens = (clock: Clock): RealtimeTokens => ({
  sign: async ({ sub, sid, name, tenants }) => {
    const iat = Math.floor(clock.now() / 1_000);
    const exp = iat + TOKEN_SECONDS;
    const claims = { aud: TOKEN_AUDIENCE, sub, sid, name, tenants, iat, exp };
    return { token: `${base64url({ alg: "none" })}.${base64url(claims)}.`, expiresAt: new Date(exp * 1_000) };
  },
  verify: async (token) => {
    const payload = Buffer.from(token.split(".")[1] ?? "", "base64url").toString();
    const claims = realtimeClaimsSchema.safeParse(parseJson(payload));
    if (!claims.success) return { kind: "forged" };
    return claims.data.exp * 1_000 <= clock.now() ? { kind: "expired" } : { kind: "valid", claims: claims.data };
  },
});
