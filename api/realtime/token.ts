import { createRoute } from "@hono/zod-openapi";
import { type Db, readSnapshot } from "../../platform/db/db.ts";
import type { UserId } from "../../shared/ids.ts";
import type { Position } from "../../shared/protocol/position.ts";
import { realtimeTokenSchema } from "../../shared/protocol/realtime-token.ts";
import type { ApiDeps } from "../deps.ts";
import { type AppContext, scopeOf, sendBody } from "../http.ts";
import { createRouter, okPlain, problems } from "../openapi.ts";

const create = createRoute({
  method: "post",
  path: "/api/realtime/token",
  operationId: "createRealtimeToken",
  summary: "A token for the socket, good for ten minutes, and the address to open",
  tags: ["Realtime"],
  responses: {
    200: okPlain(realtimeTokenSchema, "The token"),
    ...problems("UNAUTHENTICATED", "UNTRUSTED_ORIGIN", "RATE_LIMITED", "INTERNAL", "UNAVAILABLE"),
  },
});

/** The heads of all teams of a user, for the token: it proves nothing about later events. */
const headsOf = async (db: Db, userId: UserId): Promise<Record<string, Position>> => {
  const heads = await readSnapshot(db, (tx) =>
    tx
      .selectFrom("members")
      .innerJoin("tenant_heads", "tenant_heads.tenant_id", "members.team_id")
      .select(["tenant_heads.tenant_id", "tenant_heads.epoch", "tenant_heads.seq"])
      .where("members.user_id", "=", userId)
      .execute(),
  );
  return Object.fromEntries(heads.map(({ tenant_id: tenantId, epoch, seq }) => [tenantId, { epoch, seq }]));
};

/** The socket of a single process has the origin of the page that asks, if that is trusted. */
const socketUrl = (deps: ApiDeps, c: AppContext): string => {
  if (deps.config.wssUrl !== null) return deps.config.wssUrl;
  if (deps.config.mode !== "all") return `ws://127.0.0.1:${deps.config.wssPort}`;
  const origin = c.req.header("Origin") ?? `http://${c.req.header("Host") ?? ""}`;
  const base = deps.origins.trusted.has(origin) ? origin : deps.origins.baseUrl;
  return `${base.replace(/^http/, "ws")}/ws`;
};

export const tokenRoutes = (deps: ApiDeps) => {
  const router = createRouter();
  router.openapi(create, async (c) => {
    const scope = scopeOf(c);
    const { token, expiresAt } = await deps.tokens.sign({
      sub: scope.userId,
      sid: scope.sid,
      name: scope.name,
      tenants: await headsOf(deps.db, scope.userId),
    });
    return sendBody(c, { token, expiresAt: expiresAt.toISOString(), url: socketUrl(deps, c) });
  });
  return router;
};
