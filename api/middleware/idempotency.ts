import type { MiddlewareHandler } from "hono";
import { AppError } from "../app-error.ts";
import { type AppEnv, scopeOf } from "../http.ts";

const KEY = /^[\x21-\x7e]{1,128}$/;
const MUTATIONS = new Set(["POST", "PATCH", "PUT", "DELETE"]);

/**
 * Puts `Idempotency-Key` into the scope, with a fingerprint of the request. The command's transaction stores the reply;
 * this middleware refuses a second request while the first still runs in this process.
 */
export const idempotency = (): MiddlewareHandler<AppEnv> => {
  const running = new Set<string>();
  return async (c, next) => {
    const key = c.req.header("Idempotency-Key");
    if (key === undefined || !MUTATIONS.has(c.req.method)) return next();
    if (!KEY.test(key)) {
      throw new AppError("INVALID", "Idempotency-Key: must be 1 to 128 printable ASCII characters", [
        { path: "Idempotency-Key", message: "must be 1 to 128 printable ASCII characters" },
      ]);
    }
    const scope = scopeOf(c);
    const hash = new Bun.CryptoHasher("sha256");
    hash.update(`${c.req.method}\n${c.req.path}\n${c.req.header("If-Match") ?? ""}\n`);
    hash.update(await c.req.arrayBuffer());
    const flight = `${scope.userId} ${key}`;
    if (running.has(flight)) {
      throw new AppError(
        "IDEMPOTENCY_KEY_IN_USE",
        "The first request with this Idempotency-Key is still running",
        undefined,
        1,
      );
    }
    running.add(flight);
    try {
      c.set("scope", { ...scope, idempotency: { key, fingerprint: hash.digest("base64") } });
      await next();
    } finally {
      running.delete(flight);
    }
  };
};
