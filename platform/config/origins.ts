import type { Config } from "./config.ts";

export type Origins = {
  /** The address that people use, without a slash at the end. */
  readonly baseUrl: string;
  /** Origins whose pages may call with a cookie or open a socket. */
  readonly trusted: ReadonlySet<string>;
};

const LOOPBACK = new Set(["127.0.0.1", "localhost", "::1", "[::1]"]);

/** Works out the trusted origins once the port is known (`PORT=0` lets the system choose it). */
export const resolveOrigins = (config: Pick<Config, "baseUrl" | "trustedOrigins" | "host">, port: number): Origins => {
  const baseUrl = config.baseUrl ?? `http://localhost:${port}`;
  const besides =
    config.trustedOrigins ??
    (LOOPBACK.has(config.host) ? ["localhost", "127.0.0.1", "[::1]"].map((host) => `http://${host}:${port}`) : []);
  return { baseUrl, trusted: new Set([new URL(baseUrl).origin, ...besides]) };
};
