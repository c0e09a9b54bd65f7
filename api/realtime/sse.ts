import { createRoute, z } from "@hono/zod-openapi";
import type { FeedLease } from "../../platform/events/feed-hub.ts";
import { type TeamId, teamIdSchema } from "../../shared/ids.ts";
import { type Position, parsePosition, positionTextSchema } from "../../shared/protocol/position.ts";
import { AppError, notFound } from "../app-error.ts";
import type { Ends } from "../auth/ends.ts";
import type { ApiDeps } from "../deps.ts";
import { answer, scopeOf } from "../http.ts";
import { createRouter, problems } from "../openapi.ts";
import { runRead } from "../read.ts";
import { EventStream } from "./event-stream.ts";
import { runStream, type StreamSession } from "./stream-session.ts";
import { createStreamSlots } from "./stream-slots.ts";

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
  // Keeps proxies from buffering events.
  "X-Accel-Buffering": "no",
};

/** Retry-After, in seconds, for a client over its stream limit; the same wait as after close code 4005. */
const FULL_SECONDS = 30;

/** The route of the event stream. `endStreams` closes all open streams, so that their readers reconnect elsewhere. */
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
  const slots = createStreamSlots();
  const acquire = async (teamId: TeamId, head: Position): Promise<FeedLease> => {
    const lease = await deps.feeds.acquire(teamId).catch((err: unknown) => {
      deps.log.warn({ err, tenantId: teamId }, "a stream could not be opened");
      return null;
    });
    if (lease !== null && (await lease.feed.ensureReached(head)) !== "unknown") return lease;
    lease?.release();
    throw new AppError("UNAVAILABLE", "Events are unavailable right now; poll and open the stream again later");
  };
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
    const limit = deps.config.maxSocketsPerUser;
    const releaseSlot = slots.take(scope.userId, limit);
    if (releaseSlot === null) {
      throw new AppError(
        "RATE_LIMITED",
        `You have ${limit} open streams on this node already`,
        undefined,
        FULL_SECONDS,
      );
    }
    const lease = await acquire(teamId.data, head).catch((err: unknown) => {
      releaseSlot();
      throw err;
    });
    const stream = new EventStream({ ...HEADERS, ...(position === null ? {} : { "Artel-Position": position }) });
    streams.add(stream);
    let session: StreamSession | null = null;
    // Not awaited: a client reads the replay only after the response has started.
    void runStream(deps, scope, {
      teamId: teamId.data,
      since: parsePosition(c.req.header("Last-Event-ID") ?? "") ?? parsePosition(query.since ?? ""),
      checkedAt: head,
      lease,
      stream,
      onEnd: () => {
        releaseSlot();
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
