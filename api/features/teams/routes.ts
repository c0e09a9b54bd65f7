import { createRoute, z } from "@hono/zod-openapi";
import { teamIdSchema } from "../../../shared/ids.ts";
import { page, pageQuerySchema } from "../../../shared/paging.ts";
import { createTeamSchema, teamWithRoleSchema, updateTeamSchema } from "../../../shared/teams.ts";
import type { ServiceDeps } from "../../deps.ts";
import { scopeOf, sendBody, sendEntity } from "../../http.ts";
import {
  changeHeaders,
  changeProblems,
  createRouter,
  jsonBody,
  ok,
  okPlain,
  readProblems,
  versionedHeaders,
} from "../../openapi.ts";
import { createTeam, deleteTeam, getTeam, listTeams, updateTeam } from "./service.ts";

const tags = ["Teams"];
const params = z.object({ teamId: teamIdSchema });

const list = createRoute({
  method: "get",
  path: "/api/teams",
  operationId: "listTeams",
  summary: "My teams, oldest first",
  tags,
  request: { query: pageQuerySchema },
  responses: { 200: okPlain(page(teamWithRoleSchema), "A page of teams"), ...readProblems() },
});

const create = createRoute({
  method: "post",
  path: "/api/teams",
  operationId: "createTeam",
  summary: "Make a team; who makes it is its owner",
  tags,
  request: { headers: changeHeaders, body: jsonBody(createTeamSchema) },
  responses: { 201: ok(teamWithRoleSchema, "The new team"), ...changeProblems() },
});

const read = createRoute({
  method: "get",
  path: "/api/teams/{teamId}",
  operationId: "getTeam",
  summary: "A team",
  tags,
  request: { params },
  responses: { 200: ok(teamWithRoleSchema, "The team"), ...readProblems() },
});

const update = createRoute({
  method: "patch",
  path: "/api/teams/{teamId}",
  operationId: "updateTeam",
  summary: "Rename a team",
  tags,
  request: { params, headers: versionedHeaders, body: jsonBody(updateTeamSchema) },
  responses: { 200: ok(teamWithRoleSchema, "The team as it is now"), ...changeProblems("VERSION_MISMATCH") },
});

const remove = createRoute({
  method: "delete",
  path: "/api/teams/{teamId}",
  operationId: "deleteTeam",
  summary: "Delete a team with all that is in it",
  tags,
  request: { params, headers: versionedHeaders },
  responses: { 200: ok(teamWithRoleSchema, "The team as it was"), ...changeProblems("VERSION_MISMATCH") },
});

export const teamRoutes = (deps: ServiceDeps) => {
  const router = createRouter();
  router.openapi(list, async (c) => sendBody(c, await listTeams(deps, scopeOf(c), c.req.valid("query"))));
  router.openapi(create, async (c) => sendEntity(c, await createTeam(deps, scopeOf(c), c.req.valid("json"))));
  router.openapi(read, async (c) => sendEntity(c, await getTeam(deps, scopeOf(c), c.req.valid("param").teamId)));
  router.openapi(update, async (c) =>
    sendEntity(c, await updateTeam(deps, scopeOf(c), c.req.valid("param").teamId, c.req.valid("json"))),
  );
  router.openapi(remove, async (c) => sendEntity(c, await deleteTeam(deps, scopeOf(c), c.req.valid("param").teamId)));
  return router;
};
