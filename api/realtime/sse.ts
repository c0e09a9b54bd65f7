import { createRoute, z } from "@hono/zod-openapi";
import { teamIdSchema } from "../../shared/ids.ts";
import { parsePosition, positionTextSchema } from "../../shared/position.ts";
import { AppError, notFound } from "../app-error.ts";
import type { Ends } from "../auth/ends.ts";
import { runRead } from "../command.ts";
import type { ApiDeps } from "../deps.ts";
import { answer, scopeOf } from "../http.ts";
import { createRouter, problems } from "../openapi.ts";
import { EventStream } from "./event-stream.ts";
import { runStream, type StreamSession } from "./stream-session.ts";

const open = createRoute({
  method: "get",
  path: "/api/events/stream",
  operationId: "streamEvents",
  summary: "The events of a team as server-sent events",
  tags: ["Realtime"],
  request: {
    query: z.object({
      tenantId: z.string().meta({ description: "The team's id." }),
      since: positionTextSchema.optional(),
    }),
    headers: z.object({
      "last-event-id": z.string().optional().meta({ description: "Resumes after this event, before `since`." }),
    }),
  },
  responses: {
    200: {
      description: "A stream; its events are described in /api/asyncapi.json",
      content: { "text/event-stream": { schema: z.string() } },
    },
    ...problems("UNAUTHENTICATED", "NOT_FOUND", "INVALID", "RATE_LIMITED", "INTERNAL", "UNAVAILABLE"),
  },
});

const HEADERS = {
  "Cache-Control": "no-cache, no-transform",
  // Buffering proxies would hold back events.
  "X-Accel-Buffering": "no",
};

/** The route of the event stream; `endStreams` closes all that are open, so that their readers come back elsewhere. */
export const streamRoutes = (deps: ApiDeps, ends: Ends) => {
  const router = createRouter();
  const sessions = new Set<StreamSession>();
  ends.listen((end) => {
    for (const session of [...sessions]) {
      const { sid, userId } = session.scope;
      if (end.type === "session-ended" ? end.sid === sid : end.userId === userId) session.end("expired");
    }
  });
  const streams = new Set<EventStream>();
  router.openapi(open, async (c) => {
    const scope = scopeOf(c);
    const query = c.req.valid("query");
    const teamId = teamIdSchema.safeParse(query.tenantId);
    if (!teamId.success) throw notFound();
    const { position } = await runRead(deps, scope, {
      right: "events.read",
      tenantOf: async () => teamId.data,
      run: async () => null,
    });
    const head = parsePosition(position ?? "");
    if (head === null) throw notFound();
    const lease = await deps.feeds.acquire(teamId.data).catch((err: unknown) => {
      deps.log.warn({ err, tenantId: teamId.data }, "a stream could not be opened");
      throw new AppError("UNAVAILABLE", "Events cannot be had now; poll and try again");
    });
    if ((await lease.feed.reach(head)) === "unknown") {
      lease.release();
      throw new AppError("UNAVAILABLE", "Events cannot be had now; poll and try again");
    }
    const stream = new EventStream({ ...HEADERS, ...(position === null ? {} : { "Artel-Position": position }) });
    streams.add(stream);
    let session: StreamSession | null = null;
    // Not awaited: the response must be on its way for the replay to be read.
    void runStream(deps, scope, {
      teamId: teamId.data,
      since: parsePosition(c.req.header("Last-Event-ID") ?? "") ?? parsePosition(query.since ?? ""),
      checkedAt: head,
      lease,
      stream,
      onEnd: () => {
        streams.delete(stream);
        if (session !== null) sessions.delete(session);
      },
    })
      .then((started) => {
        session = started;
        if (stream.isOpen) sessions.add(started);
      })
      .catch((err: unknown) => {
        deps.log.warn({ err, tenantId: teamId.data }, "a stream ended early");
        stream.close();
      });
    return answer(stream.response);
  });
  const endStreams = () => {
    for (const stream of [...streams]) stream.close();
  };
  return { router, endStreams };
};
