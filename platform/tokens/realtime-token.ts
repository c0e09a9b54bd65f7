import { errors, jwtVerify, SignJWT } from "jose";
import { TOKEN_AUDIENCE, TOKEN_SECONDS } from "../../shared/protocol/limits.ts";
import { type RealtimeClaims, realtimeClaimsSchema } from "../../shared/realtime-token.ts";
import type { Clock } from "../clock/clock.ts";

export type TokenCheck =
  | { readonly kind: "valid"; readonly claims: RealtimeClaims }
  | { readonly kind: "expired" }
  | { readonly kind: "forged" };

export type RealtimeTokens = {
  /** Signs the claims for ten minutes (`TOKEN_SECONDS`). */
  sign(claims: Omit<RealtimeClaims, "aud" | "iat" | "exp">): Promise<{ token: string; expiresAt: Date }>;
  verify(token: string): Promise<TokenCheck>;
};

/** Realtime tokens are JWTs, HS256, signed with the secret that all processes share. */
export const createRealtimeTokens = (secret: string, clock: Clock): RealtimeTokens => {
  // Imported once: from bytes, jose would import it again for each token.
  const importing = crypto.subtle.importKey(
    "raw",
    new TextEncoder().encode(secret),
    { name: "HMAC", hash: "SHA-256" },
    false,
    ["sign", "verify"],
  );
  return {
    sign: async ({ sub, sid, name, tenants }) => {
      const issuedAt = Math.floor(clock.now() / 1000);
      const token = await new SignJWT({ sid, name, tenants })
        .setProtectedHeader({ alg: "HS256" })
        .setAudience(TOKEN_AUDIENCE)
        .setSubject(sub)
        .setIssuedAt(issuedAt)
        .setExpirationTime(issuedAt + TOKEN_SECONDS)
        .sign(await importing);
      return { token, expiresAt: new Date((issuedAt + TOKEN_SECONDS) * 1000) };
    },
    verify: async (token) => {
      try {
        const { payload } = await jwtVerify(token, await importing, {
          algorithms: ["HS256"],
          audience: TOKEN_AUDIENCE,
          currentDate: new Date(clock.now()),
        });
        const claims = realtimeClaimsSchema.safeParse(payload);
        return claims.success ? { kind: "valid", claims: claims.data } : { kind: "forged" };
      } catch (error) {
        return error instanceof errors.JWTExpired ? { kind: "expired" } : { kind: "forged" };
      }
    },
  };
};
