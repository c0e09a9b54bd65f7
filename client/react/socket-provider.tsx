import { type ReactNode, useCallback, useEffect, useMemo, useSyncExternalStore } from "react";
import type { PresenceData } from "../../shared/protocol/up.ts";
import { isPageVisible, watchPageVisibility } from "../browser/page-visibility.ts";
import type { LiveStatus } from "../realtime/live-status.ts";
import type { PresencePeer } from "../realtime/presence-book.ts";
import type { RealtimeClient } from "../realtime/realtime-client.ts";
import { RealtimeContext, useRealtime } from "./realtime-context.ts";
import { useLatest } from "./use-latest.ts";

export type { LiveStatus, PresencePeer };

const NOBODY: readonly PresencePeer[] = [];

const useWaking = (client: RealtimeClient, onWake: () => void): void => {
  useEffect(() => {
    const online = () => client.setNetwork(true);
    const offline = () => client.setNetwork(false);
    const look = () => {
      client.setHidden(!isPageVisible());
      onWake();
    };
    client.setHidden(!isPageVisible());
    window.addEventListener("online", online);
    window.addEventListener("offline", offline);
    const unwatch = watchPageVisibility({ onReturn: look, onHide: look });
    return () => {
      window.removeEventListener("online", online);
      window.removeEventListener("offline", offline);
      unwatch();
    };
  }, [client, onWake]);
};

const startClient = (client: RealtimeClient) => (): (() => void) => {
  client.start();
  return () => client.stop();
};

const NOTHING = () => {};

export type SocketProviderProps = {
  readonly client: RealtimeClient;
  readonly children: ReactNode;
  /** Whose socket it is; `null`: nobody is signed in, and it is closed. Another user gets another socket. */
  readonly userId?: string | null;
  /** Opens the client and returns what closes it; `client.start` and `client.stop` where it is left out. */
  readonly connect?: () => () => void;
  /** The page is visible again or has returned from the browser's cache. */
  readonly onWake?: () => void;
};

/** Gives everything below it one socket, open while a user is signed in. Stands inside `QueryClientProvider`. */
export const SocketProvider = ({ client, children, userId = "", connect, onWake = NOTHING }: SocketProviderProps) => {
  useWaking(client, onWake);
  const open = useMemo(() => connect ?? startClient(client), [client, connect]);
  useEffect(() => (userId === null ? undefined : open()), [open, userId]);
  return <RealtimeContext value={client}>{children}</RealtimeContext>;
};

/** How live the page is; does not render again for every event. */
export const useLiveStatus = (): LiveStatus => {
  const client = useRealtime();
  const subscribe = useCallback(
    (changed: () => void) =>
      client.on((notice) => {
        if (notice.kind === "status") changed();
      }),
    [client],
  );
  return useSyncExternalStore(subscribe, () => client.status());
};

/** Who is in the team now and what they look at, this connection included as `self`. */
export const usePresence = (teamId: string | null): readonly PresencePeer[] => {
  const client = useRealtime();
  const subscribe = useCallback(
    (changed: () => void) =>
      client.on((notice) => {
        if (notice.kind === "presence" && notice.tenantId === teamId) changed();
      }),
    [client, teamId],
  );
  return useSyncExternalStore(subscribe, () => (teamId === null ? NOBODY : client.presence(teamId)));
};

/** Sets this connection's presence in the team while the component is mounted; `null` sets none. */
export const useSayPresence = (teamId: string | null, data: PresenceData): void => {
  const client = useRealtime();
  const text = JSON.stringify(data);
  const latest = useLatest(data);
  // biome-ignore lint/correctness/useExhaustiveDependencies: an equal object is not sent again
  useEffect(() => {
    if (teamId === null) return undefined;
    client.setPresence(teamId, latest.current);
    return () => client.setPresence(teamId, null);
  }, [client, teamId, text]);
};
