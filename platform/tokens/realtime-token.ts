import { createSigner, createVerifier } from "fast-jwt";
import { TOKEN_AUDIENCE, TOKEN_SECONDS } from "../../shared/protocol/limits.ts";
import { type RealtimeClaims, realtimeClaimsSchema } from "../../shared/protocol/realtime-token.ts";
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

/** Signs and verifies realtime tokens: JWTs with HS256 and the secret that all processes share. */
export const createRealtimeTokens = (secret: string, clock: Clock): RealtimeTokens => {
  const signToken = createSigner({ key: secret, algorithm: "HS256" });
  // `verify` checks the expiry itself, by the injected clock.
  const verifyToken = createVerifier({
    key: secret,
    algorithms: ["HS256"],
    allowedAud: TOKEN_AUDIENCE,
    ignoreExpiration: true,
  });
  return {
    sign: async (claims) => {
      const iat = Math.floor(clock.now() / 1000);
      const exp = iat + TOKEN_SECONDS;
      return { token: signToken({ ...claims, aud: TOKEN_AUDIENCE, iat, exp }), expiresAt: new Date(exp * 1000) };
    },
    verify: async (token) => {
      let payload: unknown;
      try {
        payload = verifyToken(token);
      } catch {
        return { kind: "forged" };
      }
      const claims = realtimeClaimsSchema.safeParse(payload);
      if (!claims.success) return { kind: "forged" };
      return claims.data.exp * 1000 <= clock.now() ? { kind: "expired" } : { kind: "valid", claims: claims.data };
    },
  };
};
