import type { MiddlewareHandler } from "hono";
import { bodyLimit } from "hono/body-limit";
import { AppError } from "../app-error.ts";
import type { AppEnv } from "../http.ts";

const MAX_JSON_BYTES = 1024 * 1024;
const MAX_IMPORT_BYTES = 32 * 1024 * 1024;

const limited = (maxSize: number) =>
  bodyLimit({
    maxSize,
    onError: () => {
      throw new AppError("TOO_LARGE", `The body may have at most ${maxSize} bytes`);
    },
  });

const jsonLimit = limited(MAX_JSON_BYTES);
const importLimit = limited(MAX_IMPORT_BYTES);
const IMPORTS = /^\/api\/teams\/[^/]+\/imports$/;

/** Bounds the size of a body, and refuses media types that the route does not read. */
export const acceptableBody: MiddlewareHandler<AppEnv> = async (c, next) => {
  const imports = IMPORTS.test(c.req.path);
  return (imports ? importLimit : jsonLimit)(c, async () => {
    if (c.req.raw.body !== null && c.req.method !== "GET" && c.req.method !== "HEAD") {
      const type = c.req.header("Content-Type")?.split(";")[0]?.trim().toLowerCase();
      const acceptable = type === "application/json" || (imports && type === "multipart/form-data");
      if (!acceptable && (await c.req.arrayBuffer()).byteLength > 0) {
        throw new AppError(
          "UNSUPPORTED_MEDIA_TYPE",
          imports ? "Send application/json or multipart/form-data" : "Send application/json",
        );
      }
    }
    await next();
  });
};
