import { createRoute, z } from "@hono/zod-openapi";
import { invitationIdSchema, teamIdSchema } from "../../../shared/ids.ts";
import { createInvitationSchema, invitationPreviewSchema, invitationSchema } from "../../../shared/invitations.ts";
import { memberSchema } from "../../../shared/members.ts";
import { page, pageQuerySchema } from "../../../shared/paging.ts";
import { scopeOf, send, sendBody } from "../../http.ts";
import {
  changeHeaders,
  changeProblems,
  createRouter,
  jsonBody,
  ok,
  okPlain,
  problems,
  readProblems,
} from "../../openapi.ts";
import {
  acceptInvitation,
  createInvitation,
  deleteInvitation,
  type InvitationDeps,
  listInvitations,
  previewInvitation,
} from "./service.ts";

const tags = ["Invitations"];
const params = z.object({ invitationId: invitationIdSchema });

const list = createRoute({
  method: "get",
  path: "/api/teams/{teamId}/invitations",
  operationId: "listInvitations",
  summary: "The invitations that can still be accepted",
  tags,
  request: { params: z.object({ teamId: teamIdSchema }), query: pageQuerySchema },
  responses: { 200: ok(page(invitationSchema), "A page of invitations"), ...readProblems() },
});

const create = createRoute({
  method: "post",
  path: "/api/teams/{teamId}/invitations",
  operationId: "createInvitation",
  summary: "Make an invitation link: one use, seven days",
  tags,
  request: {
    params: z.object({ teamId: teamIdSchema }),
    headers: changeHeaders,
    body: jsonBody(createInvitationSchema),
  },
  responses: { 201: ok(invitationSchema, "The new invitation"), ...changeProblems() },
});

const preview = createRoute({
  method: "get",
  path: "/api/invitations/{invitationId}",
  operationId: "previewInvitation",
  summary: "What an invitation is for; no session is needed",
  tags,
  security: [],
  request: { params },
  responses: {
    200: okPlain(invitationPreviewSchema, "The team's and the inviter's name and the role"),
    ...problems("NOT_FOUND", "GONE", "INTERNAL", "UNAVAILABLE"),
  },
});

const remove = createRoute({
  method: "delete",
  path: "/api/invitations/{invitationId}",
  operationId: "deleteInvitation",
  summary: "Take an invitation back",
  tags,
  request: { params, headers: changeHeaders },
  responses: { 200: ok(invitationSchema, "The invitation as it was"), ...changeProblems() },
});

const accept = createRoute({
  method: "post",
  path: "/api/invitations/{invitationId}/accept",
  operationId: "acceptInvitation",
  summary: "Join the team",
  tags,
  request: { params, headers: changeHeaders },
  responses: {
    200: ok(memberSchema, "The new member"),
    ...changeProblems("GONE", "INVITATION_FOR_ANOTHER", "ALREADY_MEMBER"),
  },
});

/** The one route of invitations that needs no session. */
export const invitationPreviewRoutes = (deps: InvitationDeps) => {
  const router = createRouter();
  router.openapi(preview, async (c) => sendBody(c, await previewInvitation(deps, c.req.valid("param").invitationId)));
  return router;
};

export const invitationRoutes = (deps: InvitationDeps) => {
  const router = createRouter();
  router.openapi(list, async (c) =>
    send(c, await listInvitations(deps, scopeOf(c), c.req.valid("param").teamId, c.req.valid("query"))),
  );
  router.openapi(create, async (c) =>
    send(c, await createInvitation(deps, scopeOf(c), c.req.valid("param").teamId, c.req.valid("json"))),
  );
  router.openapi(remove, async (c) =>
    send(c, await deleteInvitation(deps, scopeOf(c), c.req.valid("param").invitationId)),
  );
  router.openapi(accept, async (c) =>
    send(c, await acceptInvitation(deps, scopeOf(c), c.req.valid("param").invitationId)),
  );
  return router;
};
