import { requestId } from "hono/request-id";
import { secureHeaders } from "hono/secure-headers";
import { asyncApiDocument } from "./asyncapi.ts";
import { createAuth } from "./auth/auth.ts";
import { createEnds } from "./auth/ends.ts";
import { accountRoutes, signInRoutes } from "./auth/routes.ts";
import { createSessions } from "./auth/sessions.ts";
import type { ApiDeps } from "./deps.ts";
import { openApiDocument, registerSecurity, swaggerAsset, swaggerPage } from "./docs.ts";
import { entityRoutes } from "./entity-routes.ts";
import { createSnapshotCache } from "./features/boards/snapshot-cache.ts";
import { eventRoutes } from "./features/events/routes.ts";
import { healthRoutes, metricsHandler } from "./features/health/routes.ts";
import { importRoutes } from "./features/imports/routes.ts";
import { invitationPreviewRoutes, invitationRoutes } from "./features/invitations/routes.ts";
import { meRoutes } from "./features/me/routes.ts";
import { memberRoutes } from "./features/members/routes.ts";
import { teamRoutes } from "./features/teams/routes.ts";
import { scopeOf } from "./http.ts";
import { acceptableBody } from "./middleware/body.ts";
import { idempotency } from "./middleware/idempotency.ts";
import { observe } from "./middleware/observe.ts";
import { trustedOrigin } from "./middleware/origin.ts";
import { problemHandler, unknownRoute } from "./middleware/problem.ts";
import { rateLimit } from "./middleware/rate-limit.ts";
import { session } from "./middleware/session.ts";
import { createRouter } from "./openapi.ts";
import { pageHandler } from "./page.ts";
import { streamRoutes } from "./realtime/sse.ts";
import { tokenRoutes } from "./realtime/token.ts";
import { createRouteIndex } from "./route-index.ts";

/** Assembles REST, SSE, Swagger and the page. Serve it by `app.fetch(request, { address, loopback })`. */
export const createApp = (deps: ApiDeps, options: { readonly pageDirectory: string }) => {
  const auth = createAuth({ db: deps.db, secret: deps.secret, origins: deps.origins, newId: deps.newId });
  const ends = createEnds(deps);
  const sessions = createSessions({ auth, ends, clock: deps.clock });
  const stream = streamRoutes(deps, ends);
  const app = createRouter();
  registerSecurity(app);

  app.onError(problemHandler(deps.log));
  app.use(requestId());
  app.use(observe(deps.log, deps.metrics));
  app.use(
    secureHeaders({
      strictTransportSecurity: deps.origins.baseUrl.startsWith("https:") ? "max-age=15552000" : false,
      xFrameOptions: "DENY",
      referrerPolicy: "same-origin",
      crossOriginEmbedderPolicy: false,
    }),
  );
  app.use("/api/*", trustedOrigin(deps.origins));
  app.use("/api/*", acceptableBody);

  app.get("/metrics", metricsHandler(deps));
  app.get("/api/docs", swaggerPage);
  app.get("/api/docs/:asset", swaggerAsset);
  app.route("/", healthRoutes(deps));

  const byAddress = rateLimit(deps.rateLimits.auth, "An address", (c) => c.env.address);
  app.use("/api/auth/sign-up/*", byAddress);
  app.use("/api/auth/sign-in/*", byAddress);
  app.route("/", signInRoutes(deps, auth));
  app.route("/", invitationPreviewRoutes(deps));

  const routes = createRouteIndex(app);
  app.get("/api/openapi.json", (c) => c.json(document()));
  app.get("/api/asyncapi.json", (c) =>
    c.json(asyncApiDocument({ version: deps.version, socketUrl: socketAddress(deps) })),
  );
  // An unknown path answers 404 and a wrong method 405, with or without a session.
  app.use("/api/*", async (c, next) => {
    if (routes.knows(c.req.method, c.req.path)) return next();
    return unknownRoute(routes.methodsOf)(c);
  });
  app.use("/api/*", session(sessions));
  app.use(
    "/api/*",
    rateLimit(deps.rateLimits.rest, "A user", (c) => scopeOf(c).userId),
  );
  app.route("/", accountRoutes(deps, auth, ends));
  app.route("/", meRoutes(deps, sessions));
  app.route("/", tokenRoutes(deps));
  app.route("/", stream.router);
  app.use("/api/*", idempotency());
  app.route("/", teamRoutes(deps));
  app.route("/", memberRoutes(deps));
  app.route("/", invitationRoutes(deps));
  for (const routes of entityRoutes({ ...deps, snapshots: createSnapshotCache(deps.cache) })) app.route("/", routes);
  app.route("/", importRoutes(deps));
  app.route("/", eventRoutes(deps));
  app.get("*", pageHandler(options.pageDirectory, socketAddress(deps)));
  app.notFound(unknownRoute(routes.methodsOf));

  const document = () => openApiDocument(app, { version: deps.version, baseUrl: deps.origins.baseUrl });
  return { app, auth, document, endStreams: stream.endStreams };
};

const socketAddress = (deps: ApiDeps): string =>
  deps.config.wssUrl ??
  (deps.config.mode === "all"
    ? `${deps.origins.baseUrl.replace(/^http/, "ws")}/ws`
    : `ws://127.0.0.1:${deps.config.wssPort}`);
