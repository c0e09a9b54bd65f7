import { QueryObserver } from "@tanstack/react-query";
import { createApiClient, type Fetch } from "../../client/browser/api-client.ts";
import { browserClock, fetchTokenOver, pollOver, streamOver } from "../../client/browser/browser-ports.ts";
import { fetchWithTimeout } from "../../client/browser/fetch-with-timeout.ts";
import { snapshotQuery } from "../../client/react/use-snapshot.ts";
import type { SocketFactory } from "../../client/realtime/ports.ts";
import { ME_KEY } from "../../client/sync/signed-in.ts";
import { connect, type SyncClient } from "../../client/sync-client.ts";
import { isSequenced } from "../../shared/protocol/message.ts";
import type { Position } from "../../shared/protocol/position.ts";
import { meSchema } from "../../shared/users.ts";
import { type BoardActions, boardActions } from "../../web/src/board/board-actions.ts";
import { boardRef } from "../../web/src/entities/snapshots.ts";
import { createPageClient } from "../../web/src/session/page-client.ts";
import type { Actor, Fixture } from "../support/api.ts";

/** A page without a DOM: the real client, cache and outbox on a real socket. */
export type Page = {
  readonly fixture: Fixture;
  readonly engine: SyncClient["engine"];
  readonly realtime: SyncClient["realtime"];
  readonly actions: BoardActions;
  /** Faults in the order of events, one line each. */
  readonly faults: readonly string[];
  close(): void;
};

const openSocket: SocketFactory = (url, handlers) => {
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

export const openPage = async (url: string, fixture: Fixture, actor: Actor): Promise<Page> => {
  const api = createApiClient({ fetch: fetchAs(url, actor) });
  const client = createPageClient({
    api,
    ports: {
      connect: openSocket,
      fetchToken: fetchTokenOver(api),
      stream: streamOver(api),
      poll: pollOver(api),
      clock: browserClock,
      random: Math.random,
    },
  });
  const { engine, realtime, queryClient } = client;
  const { data: me } = await api.request({ method: "GET", path: "/me", schema: meSchema });
  queryClient.setQueryData(ME_KEY, me);
  const faults: string[] = [];
  let last: Position | null = null;
  const unsubscribe = realtime.on((notice) => {
    if (notice.kind === "reset") last = null;
    if (notice.kind !== "event" || !isSequenced(notice.message)) return;
    const { epoch, seq } = notice.message;
    if (last !== null && last.epoch === epoch && seq !== last.seq + 1) faults.push(`${seq} came after ${last.seq}`);
    last = { epoch, seq };
  });
  const unobserve = new QueryObserver(queryClient, snapshotQuery(engine, boardRef(fixture.board.id))).subscribe(
    () => {},
  );
  const disconnect = connect(client);
  const leave = realtime.join(fixture.team.id, { waitForSnapshot: true });
  return {
    fixture,
    engine,
    realtime,
    actions: boardActions(engine, fixture.board.id),
    faults,
    close: () => {
      leave();
      unsubscribe();
      unobserve();
      disconnect();
      engine.clear();
    },
  };
};
