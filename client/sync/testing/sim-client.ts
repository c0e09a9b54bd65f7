import { QueryObserver } from "@tanstack/react-query";
import { teamIdSchema, userIdSchema } from "../../../shared/ids.ts";
import { type ApiClient, ApiProblem, createApiClient } from "../../browser/api-client.ts";
import { fetchTokenOver } from "../../browser/browser-ports.ts";
import { pollByHttp } from "../../browser/http-transports.ts";
// Loaded here, so that in simulated time it never has to be waited for.
import "../../realtime/fallback/load-fallback.ts";
import { type BoardActions, boardActions } from "../../../web/src/board/board-actions.ts";
import { boardRef, boardsRef, membersRef } from "../../../web/src/entities/snapshots.ts";
import { createPageClient } from "../../../web/src/session/page-client.ts";
import { snapshotQuery } from "../../react/use-snapshot.ts";
import type { RealtimePorts } from "../../realtime/ports.ts";
import type { SimClock } from "../../realtime/testing/sim-clock.ts";
import { connect, type SyncClient } from "../../sync-client.ts";
import { ME_KEY } from "../signed-in.ts";
import type { Snapshot } from "../snapshot.ts";
import type { StoragePort } from "../storage/storage-port.ts";
import { TEAM } from "./sim-store.ts";
import type { SimWorld } from "./sim-world.ts";

/** In the place of the reconciliation of reads and events. */
export type Share = (current: unknown, incoming: unknown) => unknown;

export type SimClient = {
  readonly userId: string;
  readonly engine: SyncClient["engine"];
  readonly realtime: SyncClient["realtime"];
  readonly actions: BoardActions;
  readonly view: () => Snapshot | null;
  readonly stop: () => void;
};

export const simPorts = (
  world: SimWorld,
  userId: string,
  { clock, random }: { clock: SimClock; random: () => number },
): RealtimePorts & { readonly api: ReturnType<typeof createApiClient> } => {
  const api = createApiClient({ fetch: world.fetchAs(userId) });
  const lossy = fetchTokenOver({
    ...api,
    // The token is made at the moment of asking; only the network of it is simulated.
    request: async (request) => {
      try {
        await api.request({ ...request, method: "GET", path: "/none" });
      } catch (error) {
        if (!(error instanceof ApiProblem)) throw error;
      }
      const data = request.schema.parse(world.token(userId));
      return { status: 200, data, position: null, etag: null };
    },
  });
  return {
    api,
    clock,
    random,
    connect: (_, handlers) => world.connect(userId, handlers),
    fetchToken: lossy,
    stream: world.streams.open,
    poll: pollByHttp(api),
  };
};

/** A page without its screen: the real client, cache and outbox over the simulated network. */
export const simClient = (
  world: SimWorld,
  {
    userId,
    boardId,
    clock,
    random,
    newId,
    share,
    storage = null,
    keyOf = (key) => key,
  }: {
    userId: string;
    boardId: string;
    clock: SimClock;
    random: () => number;
    newId: () => string;
    /** Instead of the gate and the fold, to see what becomes of it without them. */
    share?: Share | undefined;
    storage?: StoragePort | null;
    /** Under which key a change is sent, to see what becomes of it under another. */
    keyOf?: (key: string) => string;
  },
): SimClient => {
  const ports = simPorts(world, userId, { clock, random });
  const api: ApiClient = {
    ...ports.api,
    request: ({ idempotencyKey, ...request }) =>
      ports.api.request({
        ...request,
        ...(idempotencyKey === undefined ? {} : { idempotencyKey: keyOf(idempotencyKey) }),
      }),
  };
  const client = createPageClient({ api, ports, storage, newId, newEntityId: newId });
  const { engine, realtime, queryClient } = client;
  const user = { id: userIdSchema.parse(userId), name: "Somebody", email: "somebody@example.org", image: null };
  const at = new Date(0).toISOString();
  const team = {
    id: teamIdSchema.parse(TEAM),
    name: "Team",
    role: "owner",
    createdAt: at,
    updatedAt: at,
    version: 1,
  } as const;
  queryClient.setQueryData(ME_KEY, { user, teams: [team] });
  const observed = [boardRef(boardId), boardsRef(TEAM), membersRef(TEAM)].map((ref) => {
    const query = snapshotQuery(engine, ref);
    const sharing = share === undefined ? {} : { structuralSharing: share };
    return new QueryObserver(queryClient, { ...query, ...sharing }).subscribe(() => {});
  });
  const disconnect = connect(client);
  const leave = realtime.join(TEAM, { waitForSnapshot: true });
  return {
    userId,
    engine,
    realtime,
    actions: boardActions(engine, boardId),
    view: () => engine.view(boardRef(boardId)),
    stop: () => {
      leave();
      for (const undo of observed) undo();
      disconnect();
      engine.clear();
    },
  };
};
