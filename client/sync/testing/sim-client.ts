import { QueryObserver } from "@tanstack/react-query";
import { isKnownAction } from "../../../shared/events.ts";
import { teamIdSchema, userIdSchema } from "../../../shared/ids.ts";
import { type ApiClient, ApiProblem, createApiClient } from "../../browser/api-client.ts";
import { fetchTokenOver } from "../../browser/browser-ports.ts";
import { pollByHttp } from "../../browser/http-transports.ts";
// Loaded here, so that in simulated time it never has to be waited for.
import "../../realtime/fallback/load-fallback.ts";
import { boardQuery, boardsQuery, membersQuery } from "../../../web/src/app/queries.ts";
import { createQueryClient, runtimeOf } from "../../../web/src/app/query-client.ts";
import { keys } from "../../../web/src/app/query-keys.ts";
import { type BoardActions, boardActions } from "../../../web/src/features/boards/board-actions.ts";
import type { RealtimePorts } from "../../realtime/ports.ts";
import { RealtimeClient } from "../../realtime/realtime-client.ts";
import type { SimClock } from "../../realtime/testing/sim-clock.ts";
import type { BoardState } from "../snapshots.ts";
import type { DevicePort } from "../storage/storage-port.ts";
import type { Runtime } from "../sync-engine.ts";
import { TEAM } from "./sim-store.ts";
import type { SimWorld } from "./sim-world.ts";

export type SimClient = {
  readonly userId: string;
  readonly runtime: Runtime;
  readonly realtime: RealtimeClient;
  readonly actions: BoardActions;
  readonly view: () => BoardState | null;
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
    device = null,
    keyOf = (key) => key,
  }: {
    userId: string;
    boardId: string;
    clock: SimClock;
    random: () => number;
    newId: () => string;
    /** Instead of the gate and the fold, to see what becomes of it without them. */
    share?: Runtime["share"] | undefined;
    device?: DevicePort | null;
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
  const queryClient = createQueryClient({
    api,
    device,
    clock,
    random,
    newId,
    newEntityId: newId,
  });
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
  queryClient.setQueryData(keys.me, { user, teams: [team] });
  const runtime = runtimeOf(queryClient);
  if (share !== undefined) Object.assign(runtime, { share });
  const realtime = new RealtimeClient(ports, { isKnownAction });
  const detach = runtime.attach(realtime, (listener) => realtime.on(listener));
  const deafen = [
    new QueryObserver(queryClient, boardQuery(runtime, boardId)).subscribe(() => {}),
    new QueryObserver(queryClient, boardsQuery(runtime, TEAM)).subscribe(() => {}),
    new QueryObserver(queryClient, membersQuery(runtime, TEAM)).subscribe(() => {}),
  ];
  realtime.start();
  const leave = realtime.join(TEAM, { waitForSnapshot: true });
  return {
    userId,
    runtime,
    realtime,
    actions: boardActions(runtime, boardId),
    view: () => runtime.viewBoard(boardId),
    stop: () => {
      leave();
      detach();
      for (const undo of deafen) undo();
      realtime.stop();
      runtime.clear();
    },
  };
};
