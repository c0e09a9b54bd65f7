import type { Config } from "./config.ts";

export type Origins = {
  /** The address that browsers open, without a trailing slash. */
  readonly baseUrl: string;
  /** Origins whose pages may send requests with a cookie or open a socket. */
  readonly trusted: ReadonlySet<string>;
};

const LOOPBACK = new Set(["127.0.0.1", "localhost", "::1", "[::1]"]);

/** Resolves the trusted origins. Takes the actual port, which the system chooses for `PORT=0`. */
export const resolveOrigins = (config: Pick<Config, "baseUrl" | "trustedOrigins" | "host">, port: number): Origins => {
  const baseUrl = config.baseUrl ?? `http://localhost:${port}`;
  const others =
    config.trustedOrigins ??
    (LOOPBACK.has(config.host) ? ["localhost", "127.0.0.1", "[::1]"].map((host) => `http://${host}:${port}`) : []);
  return { baseUrl, trusted: new Set([new URL(baseUrl).origin, ...others]) };
};
