import { z } from "zod";
import { LOG_LEVELS } from "../log/log.ts";

export type Mode = "all" | "wss" | "api" | "jobs";

export type Rate = { readonly points: number; readonly seconds: number };

const rate = z
  .string()
  .regex(/^[1-9]\d{0,8}\/[1-9]\d{0,4}s$/, "expected COUNT/SECONDSs, for example 100/10s")
  .transform((text): Rate => {
    const [points, seconds] = text.slice(0, -1).split("/");
    return { points: Number(points), seconds: Number(seconds) };
  });

const port = z
  .string()
  .regex(/^\d{1,5}$/, "expected a port, 0 to 65535")
  .transform(Number)
  .refine((value) => value <= 65_535, "expected a port, 0 to 65535");

const count = z
  .string()
  .regex(/^[1-9]\d{0,8}$/, "expected a whole number above 0")
  .transform(Number);

const list = z.string().transform((text) =>
  text
    .split(",")
    .map((item) => item.trim())
    .filter((item) => item !== ""),
);

const httpUrl = z
  .string()
  .refine((text) => URL.canParse(text) && /^https?:$/.test(new URL(text).protocol), "expected an http(s) URL");

const origin = (text: string) => new URL(text).origin;

const database = z
  .string()
  .refine(
    (text) => /^sqlite:.+/.test(text) || (URL.canParse(text) && /^postgres(ql)?:$/.test(new URL(text).protocol)),
    "expected sqlite:PATH or postgres://…",
  )
  .transform(
    (text): DatabaseConfig =>
      text.startsWith("sqlite:")
        ? { kind: "sqlite", path: text.slice("sqlite:".length) }
        : { kind: "postgres", url: text },
  );

export type DatabaseConfig =
  | { readonly kind: "sqlite"; readonly path: string }
  | { readonly kind: "postgres"; readonly url: string };

const redisUrls = list.refine(
  (urls) => urls.length > 0 && urls.every((url) => URL.canParse(url) && /^rediss?:$/.test(new URL(url).protocol)),
  "expected redis://… or rediss://…, several separated by commas",
);

const environmentSchema = z.object({
  PORT: port.default(3000),
  HOST: z.string().min(1).default("127.0.0.1"),
  WSS_PORT: port.default(3001),
  DATA_DIR: z.string().min(1).default("./data"),
  DATABASE_URL: database.optional(),
  REDIS_URL: redisUrls.optional(),
  ARTEL_SECRET: z.string().min(32, "expected at least 32 characters").optional(),
  BASE_URL: httpUrl.transform((text) => text.replace(/\/+$/, "")).optional(),
  TRUSTED_ORIGINS: list
    .refine(
      (urls) => urls.every((url) => httpUrl.safeParse(url).success),
      "expected http(s) origins, separated by commas",
    )
    .transform((urls) => urls.map(origin))
    .optional(),
  WSS_URL: z
    .string()
    .refine((text) => URL.canParse(text) && /^wss?:$/.test(new URL(text).protocol), "expected ws://… or wss://…")
    .optional(),
  TRUSTED_PROXIES: list.default([]),
  RATE_LIMIT: rate.default({ points: 1000, seconds: 10 }),
  TENANT_RATE_LIMIT: rate.default({ points: 20_000, seconds: 10 }),
  AUTH_RATE_LIMIT: rate.default({ points: 30, seconds: 60 }),
  MAX_SOCKETS_PER_USER: count.default(50),
  MAX_SOCKETS_PER_ADDRESS: count.default(1000),
  SOCKET_RATE_LIMIT: rate.default({ points: 100, seconds: 10 }),
  METRICS_TOKEN: z.string().min(1).optional(),
  SIGN_UP: z.enum(["open", "invited"]).default("open"),
  LOG_LEVEL: z.enum(LOG_LEVELS).default("info"),
});

const DEFAULT_REDIS = "redis://127.0.0.1:6379";

/** An invalid setting. `message` is printed to the operator as one line. */
export class ConfigError extends Error {
  override readonly name = "ConfigError";
}

export type Config = ReturnType<typeof loadConfig>;

/**
 * Reads the settings of one process from the environment.
 * @throws ConfigError that names each invalid variable and its expected format.
 */
export const loadConfig = (mode: Mode, environment: Readonly<Record<string, string | undefined>> = process.env) => {
  const values = Object.fromEntries(
    Object.keys(environmentSchema.shape).flatMap((name) => {
      const value = environment[name];
      return value === undefined || value === "" ? [] : [[name, value]];
    }),
  );
  const parsed = environmentSchema.safeParse(values);
  if (!parsed.success) {
    throw new ConfigError(parsed.error.issues.map((issue) => `${issue.path.join(".")}: ${issue.message}`).join("; "));
  }
  const env = parsed.data;
  const database: DatabaseConfig = env.DATABASE_URL ?? { kind: "sqlite", path: `${env.DATA_DIR}/artel.db` };
  // Several processes need a bus between them. Postgres can be one, SQLite cannot.
  const needsRedis = mode !== "all" && database.kind === "sqlite";
  return {
    mode,
    port: env.PORT,
    host: env.HOST,
    wssPort: env.WSS_PORT,
    dataDir: env.DATA_DIR,
    database,
    redisUrls: env.REDIS_URL ?? (needsRedis ? [DEFAULT_REDIS] : null),
    secret: env.ARTEL_SECRET ?? null,
    baseUrl: env.BASE_URL ?? null,
    trustedOrigins: env.TRUSTED_ORIGINS ?? null,
    wssUrl: env.WSS_URL ?? null,
    trustedProxies: env.TRUSTED_PROXIES,
    rateLimit: env.RATE_LIMIT,
    tenantRateLimit: env.TENANT_RATE_LIMIT,
    authRateLimit: env.AUTH_RATE_LIMIT,
    socketRateLimit: env.SOCKET_RATE_LIMIT,
    maxSocketsPerUser: env.MAX_SOCKETS_PER_USER,
    maxSocketsPerAddress: env.MAX_SOCKETS_PER_ADDRESS,
    metricsToken: env.METRICS_TOKEN ?? null,
    signUp: env.SIGN_UP,
    logLevel: env.LOG_LEVEL,
  };
};
