import { createRoute, z } from "@hono/zod-openapi";
import { teamIdSchema, userIdSchema } from "../../../shared/ids.ts";
import { memberSchema, updateMemberSchema } from "../../../shared/members.ts";
import { page, pageQuerySchema } from "../../../shared/paging.ts";
import type { ServiceDeps } from "../../deps.ts";
import { scopeOf, send, sendEntity } from "../../http.ts";
import { changeProblems, createRouter, jsonBody, ok, readProblems, versionedHeaders } from "../../openapi.ts";
import { listMembers, removeMember, updateMember } from "./service.ts";

const tags = ["Members"];
const params = z.object({ teamId: teamIdSchema, userId: userIdSchema });

const list = createRoute({
  method: "get",
  path: "/api/teams/{teamId}/members",
  operationId: "listMembers",
  summary: "The members of a team",
  tags,
  request: { params: z.object({ teamId: teamIdSchema }), query: pageQuerySchema },
  responses: { 200: ok(page(memberSchema), "A page of members"), ...readProblems() },
});

const update = createRoute({
  method: "patch",
  path: "/api/teams/{teamId}/members/{userId}",
  operationId: "updateMember",
  summary: "Change a member's role",
  tags,
  request: { params, headers: versionedHeaders, body: jsonBody(updateMemberSchema) },
  responses: { 200: ok(memberSchema, "The member as it is now"), ...changeProblems("LAST_OWNER", "VERSION_MISMATCH") },
});

const remove = createRoute({
  method: "delete",
  path: "/api/teams/{teamId}/members/{userId}",
  operationId: "removeMember",
  summary: "Remove a member, or leave the team",
  tags,
  request: { params, headers: versionedHeaders },
  responses: { 200: ok(memberSchema, "The member as it was"), ...changeProblems("LAST_OWNER", "VERSION_MISMATCH") },
});

export const memberRoutes = (deps: ServiceDeps) => {
  const router = createRouter();
  router.openapi(list, async (c) =>
    send(c, await listMembers(deps, scopeOf(c), c.req.valid("param").teamId, c.req.valid("query"))),
  );
  router.openapi(update, async (c) => {
    const { teamId, userId } = c.req.valid("param");
    return sendEntity(c, await updateMember(deps, scopeOf(c), teamId, userId, c.req.valid("json")));
  });
  router.openapi(remove, async (c) => {
    const { teamId, userId } = c.req.valid("param");
    return sendEntity(c, await removeMember(deps, scopeOf(c), teamId, userId));
  });
  return router;
};
