import { requestId } from "hono/request-id";
import type { Ends } from "../../api/auth/ends.ts";
import type { ApiDeps } from "../../api/deps.ts";
import { entityRoutes } from "../../api/entity-routes.ts";
import { createSnapshotCache, type SnapshotCache } from "../../api/features/boards/snapshot-cache.ts";
import { eventRoutes } from "../../api/features/events/routes.ts";
import { invitationRoutes } from "../../api/features/invitations/routes.ts";
import { meRoutes } from "../../api/features/me/routes.ts";
import { memberRoutes } from "../../api/features/members/routes.ts";
import { teamRoutes } from "../../api/features/teams/routes.ts";
import type { AppEnv } from "../../api/http.ts";
import { acceptableBody } from "../../api/middleware/body.ts";
import { idempotency } from "../../api/middleware/idempotency.ts";
import { problemHandler, sendProblem } from "../../api/middleware/problem.ts";
import { createRouter } from "../../api/openapi.ts";
import { streamRoutes } from "../../api/realtime/sse.ts";
import { tokenRoutes } from "../../api/realtime/token.ts";
import { NO_SHARED_CACHE } from "../../platform/cache/shared-cache.ts";
import type { Db } from "../../platform/db/db.ts";
import { silentLog } from "../../platform/log/log.ts";
import { userIdSchema } from "../../shared/ids.ts";

type Needed = Pick<
  ApiDeps,
  | "db"
  | "clock"
  | "log"
  | "relay"
  | "newId"
  | "newSecretId"
  | "config"
  | "origins"
  | "metrics"
  | "pubsub"
  | "feeds"
  | "tokens"
>;

/** What one process of the REST interface brings; the sessions are everybody's. */
export type Serving = Needed & {
  /** Whose session it is, `null` when it has ended. */
  userOf(sid: string): string | null;
  /** Tells this process of the ends of sessions; `null` where there are no streams. */
  readonly ends: Ends | null;
};

export type Rest = {
  /** Takes over what a new process brings. Its caches are its own, too. */
  serve(serving: Serving): void;
  fetch(request: Request): Promise<Response>;
  /** Closes all event streams, as a process that stops does. */
  endStreams(): void;
};

/** Who calls, where the product has better-auth: `Authorization: Bearer <sid>`. */
const bearer = (header: string | undefined): string => header?.slice("Bearer ".length) ?? "";

/**
 * The routes, services and queries of the product behind the middleware that matters to them. Putting routes together
 * costs more than a run, so it is done once for each process that may be there, whichever lives of it is served.
 */
export const createRest = (): Rest => {
  let serving: Serving | null = null;
  let held = idempotency();
  let snapshots = createSnapshotCache();
  const now = (): Serving => {
    if (serving === null) throw new Error("nobody serves yet");
    return serving;
  };
  const unneeded = (): never => {
    throw new Error("no route of these needs it");
  };
  const deps: ApiDeps & { readonly snapshots: SnapshotCache } = {
    get db(): Db {
      return now().db;
    },
    get clock() {
      return now().clock;
    },
    get log() {
      return now().log;
    },
    get relay() {
      return now().relay;
    },
    get config() {
      return now().config;
    },
    get origins() {
      return now().origins;
    },
    get metrics() {
      return now().metrics;
    },
    get pubsub() {
      return now().pubsub;
    },
    get tokens() {
      return now().tokens;
    },
    get feeds() {
      return now().feeds;
    },
    cache: NO_SHARED_CACHE,
    tenantBudget: { take: () => null },
    get rateLimits() {
      return unneeded();
    },
    newId: () => now().newId(),
    newSecretId: () => now().newSecretId(),
    secret: "",
    version: "0",
    snapshots: {
      local: (...values) => snapshots.local(...values),
      shared: (...values) => snapshots.shared(...values),
      compute: (...values) => snapshots.compute(...values),
    },
  };
  const endListeners = new Set<Parameters<Ends["listen"]>[0]>();
  const stream = streamRoutes(deps, { announce: unneeded, listen: (listener) => void endListeners.add(listener) });
  const app = createRouter();
  app.onError((error, c) => problemHandler(serving?.log ?? silentLog)(error, c));
  app.use(requestId({ generator: () => "r" }));
  app.use("/api/*", acceptableBody);
  app.use("/api/*", async (c, next) => {
    const sid = bearer(c.req.header("Authorization"));
    const userId = now().userOf(sid);
    if (userId === null) return sendProblem(c, "UNAUTHENTICATED", "No session, or one that has ended");
    const email = `${userId}@example.org`;
    c.set("scope", {
      userId: userIdSchema.parse(userId),
      sid,
      name: "Somebody",
      email,
      requestId: "r",
      idempotency: null,
      ifMatch: null,
    });
    await next();
  });
  app.use<"/api/*", AppEnv>("/api/*", (c, next) => held(c, next));
  app.route("/", tokenRoutes(deps));
  app.route("/", stream.router);
  app.route("/", meRoutes(deps, { invalidate: () => {} }));
  app.route("/", teamRoutes(deps));
  app.route("/", memberRoutes(deps));
  app.route("/", invitationRoutes(deps));
  for (const routes of entityRoutes(deps)) app.route("/", routes);
  app.route("/", eventRoutes(deps));
  const env: AppEnv["Bindings"] = { address: "127.0.0.1", loopback: true };
  return {
    serve: (next) => {
      serving = next;
      held = idempotency();
      snapshots = createSnapshotCache();
      next.ends?.listen((end) => {
        for (const listener of endListeners) listener(end);
      });
    },
    endStreams: stream.endStreams,
    fetch: (request) => Promise.resolve(app.fetch(request, env)),
  };
};
