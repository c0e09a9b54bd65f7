import { createRoute, z } from "@hono/zod-openapi";
import { teamIdSchema } from "../../../shared/ids.ts";
import { pageQuerySchema } from "../../../shared/paging.ts";
import { sequencedMessageSchema } from "../../../shared/protocol/message.ts";
import { epochSchema, parsePosition, positionTextSchema, seqSchema } from "../../../shared/protocol/position.ts";
import { invalidFields } from "../../app-error.ts";
import type { ServiceDeps } from "../../deps.ts";
import { scopeOf, send } from "../../http.ts";
import { createRouter, ok, readProblems } from "../../openapi.ts";
import { listEvents } from "./service.ts";

const eventsSchema = z
  .object({ epoch: epochSchema, seq: seqSchema, events: z.array(sequencedMessageSchema) })
  .meta({ id: "Events" });

const list = createRoute({
  method: "get",
  path: "/api/teams/{teamId}/events",
  operationId: "listEvents",
  summary: "The events after a position, in order; `seq` is the head",
  tags: ["Events"],
  request: {
    params: z.object({ teamId: teamIdSchema }),
    query: z.object({ since: positionTextSchema, limit: pageQuerySchema.shape.limit }),
  },
  responses: { 200: ok(eventsSchema, "Events, none when there are none"), ...readProblems("HISTORY_GONE") },
});

export const eventRoutes = (deps: ServiceDeps) => {
  const router = createRouter();
  router.openapi(list, async (c) => {
    const query = c.req.valid("query");
    const since = parsePosition(query.since);
    if (since === null) throw invalidFields({ path: "since", message: "must be <epoch>:<seq>" });
    return send(c, await listEvents(deps, scopeOf(c), c.req.valid("param").teamId, { since, limit: query.limit }));
  });
  return router;
};
