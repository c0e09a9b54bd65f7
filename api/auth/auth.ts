import { apiKey } from "@better-auth/api-key";
import { betterAuth } from "better-auth";
import { bearer } from "better-auth/plugins";
import type { Origins } from "../../platform/config/origins.ts";
import type { Db } from "../../platform/db/db.ts";

export type AuthDeps = {
  readonly db: Db;
  readonly secret: string;
  readonly origins: Origins;
  readonly newId: () => string;
};

/**
 * better-auth keeps users, passwords, sessions and keys. Our middleware checks rates, origins and addresses alike for
 * every route, so better-auth's own checks are off.
 */
export const createAuth = ({ db, secret, origins, newId }: AuthDeps) =>
  betterAuth({
    database: { db: db.write, type: db.dialect },
    secret,
    baseURL: origins.baseUrl,
    basePath: "/api/auth",
    trustedOrigins: [...origins.trusted],
    telemetry: { enabled: false },
    logger: { disabled: true },
    rateLimit: { enabled: false },
    advanced: {
      disableCSRFCheck: true,
      disableOriginCheck: true,
      useSecureCookies: origins.baseUrl.startsWith("https:"),
      cookiePrefix: "artel",
      defaultCookieAttributes: { httpOnly: true, sameSite: "lax" },
      database: { generateId: newId },
    },
    emailAndPassword: { enabled: true, minPasswordLength: 8, maxPasswordLength: 128 },
    user: { modelName: "users" },
    session: { modelName: "sessions" },
    account: { modelName: "accounts" },
    verification: { modelName: "verifications" },
    plugins: [
      bearer(),
      apiKey({
        enableSessionForAPIKeys: true,
        rateLimit: { enabled: false },
        schema: { apikey: { modelName: "api_keys" } },
      }),
    ],
  });

export type Auth = ReturnType<typeof createAuth>;
