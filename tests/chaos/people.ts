import { QueryObserver } from "@tanstack/react-query";
import { createApiClient, type Fetch } from "../../client/browser/api-client.ts";
import { browserClock, fetchTokenOver, pollOver, streamOver } from "../../client/browser/browser-ports.ts";
import { fetchWithTimeout } from "../../client/browser/fetch-with-timeout.ts";
import type { SocketFactory } from "../../client/realtime/ports.ts";
import { RealtimeClient } from "../../client/realtime/realtime-client.ts";
import type { Runtime } from "../../client/sync/sync-engine.ts";
import { isKnownAction } from "../../shared/events.ts";
import { isSequenced } from "../../shared/protocol/message.ts";
import type { Position } from "../../shared/protocol/position.ts";
import { meSchema } from "../../shared/users.ts";
import { boardQuery } from "../../web/src/app/queries.ts";
import { createQueryClient, runtimeOf } from "../../web/src/app/query-client.ts";
import { keys } from "../../web/src/app/query-keys.ts";
import { type BoardActions, boardActions } from "../../web/src/features/boards/board-actions.ts";
import type { Actor, Ground } from "../support/api.ts";

/** A page without its screen: the real client, cache and outbox, on a real socket. */
export type Page = {
  readonly ground: Ground;
  readonly runtime: Runtime;
  readonly realtime: RealtimeClient;
  readonly actions: BoardActions;
  /** What went wrong in the order of events, one line each. */
  readonly faults: readonly string[];
  close(): void;
};

const connect: SocketFactory = (url, handlers) => {
  const socket = new WebSocket(url);
  socket.onopen = handlers.onOpen;
  socket.onmessage = ({ data }) => handlers.onText(String(data));
  socket.onclose = ({ code, reason }) => handlers.onClose(code, reason);
  return {
    send: (text) => {
      if (socket.readyState === WebSocket.OPEN) socket.send(text);
    },
    close: (code) => socket.close(code),
  };
};

const fetchAs =
  (url: string, { token }: Actor): Fetch =>
  (path, init) => {
    const headers = new Headers(init.headers);
    headers.set("authorization", `Bearer ${token}`);
    return fetchWithTimeout(`${url}${path}`, { ...init, headers });
  };

export const openPage = async (url: string, ground: Ground, actor: Actor): Promise<Page> => {
  const api = createApiClient({ fetch: fetchAs(url, actor) });
  const queryClient = createQueryClient({ api });
  const runtime = runtimeOf(queryClient);
  const { data: me } = await api.request({ method: "GET", path: "/me", schema: meSchema });
  queryClient.setQueryData(keys.me, me);
  const realtime = new RealtimeClient(
    {
      connect,
      fetchToken: fetchTokenOver(api),
      stream: streamOver(api),
      poll: pollOver(api),
      clock: browserClock,
      random: Math.random,
    },
    { isKnownAction },
  );
  const faults: string[] = [];
  let last: Position | null = null;
  const listen = realtime.on((notice) => {
    if (notice.kind === "reset") last = null;
    if (notice.kind !== "event" || !isSequenced(notice.message)) return;
    const { epoch, seq } = notice.message;
    if (last !== null && last.epoch === epoch && seq !== last.seq + 1) faults.push(`${seq} came after ${last.seq}`);
    last = { epoch, seq };
  });
  const detach = runtime.attach(realtime, (listener) => realtime.on(listener));
  const deafen = new QueryObserver(queryClient, boardQuery(runtime, ground.board.id)).subscribe(() => {});
  realtime.start();
  const leave = realtime.join(ground.team.id, { waitForSnapshot: true });
  return {
    ground,
    runtime,
    realtime,
    actions: boardActions(runtime, ground.board.id),
    faults,
    close: () => {
      leave();
      listen();
      detach();
      deafen();
      realtime.stop();
      runtime.clear();
    },
  };
};
