import { createRoute } from "@hono/zod-openapi";
import { meSchema, updateMeSchema, userSchema } from "../../../shared/users.ts";
import type { Sessions } from "../../auth/sessions.ts";
import type { ServiceDeps } from "../../deps.ts";
import { scopeOf, sendBody } from "../../http.ts";
import { createRouter, jsonBody, okPlain, readProblems } from "../../openapi.ts";
import { getMe, updateMe } from "./service.ts";

const tags = ["Me"];

const read = createRoute({
  method: "get",
  path: "/api/me",
  operationId: "getMe",
  summary: "Who I am, and my teams with my role in each",
  tags,
  responses: { 200: okPlain(meSchema, "The signed-in person"), ...readProblems() },
});

const update = createRoute({
  method: "patch",
  path: "/api/me",
  operationId: "updateMe",
  summary: "Rename myself; each of my teams hears of it",
  tags,
  request: { body: jsonBody(updateMeSchema) },
  responses: {
    200: okPlain(userSchema, "The person as it is now"),
    ...readProblems("BAD_REQUEST", "UNTRUSTED_ORIGIN", "TOO_LARGE", "UNSUPPORTED_MEDIA_TYPE"),
  },
});

export const meRoutes = (deps: ServiceDeps, sessions: Pick<Sessions, "invalidate">) => {
  const router = createRouter();
  router.openapi(read, async (c) => sendBody(c, await getMe(deps, scopeOf(c))));
  router.openapi(update, async (c) => {
    const user = await updateMe(deps, scopeOf(c), c.req.valid("json"));
    sessions.invalidate(user.id);
    return sendBody(c, user);
  });
  return router;
};
