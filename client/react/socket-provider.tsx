import { type ReactNode, useCallback, useEffect, useRef, useState, useSyncExternalStore } from "react";
import { isKnownAction } from "../../shared/events.ts";
import type { PresenceData } from "../../shared/protocol/up.ts";
import { useRuntime } from "../../web/src/app/query-client.ts";
import { useMe } from "../../web/src/features/teams/use-teams.ts";
import { browserPorts } from "../browser/browser-ports.ts";
import { isPageVisible, watchPageVisibility } from "../browser/page-visibility.ts";
import type { LiveStatus } from "../realtime/live-status.ts";
import type { RealtimePorts } from "../realtime/ports.ts";
import type { PresencePeer } from "../realtime/presence-book.ts";
import { RealtimeClient } from "../realtime/realtime-client.ts";
import { RealtimeContext, useRealtime } from "./realtime-context.ts";

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

export type SocketProviderProps = {
  readonly children: ReactNode;
  /** Others than the browser's, for tests and for other backends. */
  readonly ports?: RealtimePorts;
};

/** Gives everything below it one socket, open while somebody is signed in. Stands inside `QueryClientProvider`. */
export const SocketProvider = ({ children, ports }: SocketProviderProps) => {
  const runtime = useRuntime();
  const [client] = useState(() => new RealtimeClient(ports ?? browserPorts(runtime.api), { isKnownAction }));
  const me = useMe();
  const userId = me.status === "signed-in" ? me.me.user.id : null;
  const wakeOutbox = useCallback(() => runtime.outbox.wake(), [runtime]);
  useWaking(client, wakeOutbox);

  useEffect(() => runtime.attach(client, (listener) => client.on(listener)), [runtime, client]);

  // A socket is somebody's: another person gets another one.
  useEffect(() => {
    if (userId === null) return undefined;
    client.start();
    runtime.tenants.tellHeld();
    return () => client.stop();
  }, [runtime, client, userId]);

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

/** Says what this person is looking at in the team while the component is mounted; `null` says nothing. */
export const useSayPresence = (teamId: string | null, data: PresenceData): void => {
  const client = useRealtime();
  const text = JSON.stringify(data);
  const said = useRef(data);
  said.current = data;
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new object that says the same is not said again
  useEffect(() => {
    if (teamId === null) return undefined;
    client.setPresence(teamId, said.current);
    return () => client.setPresence(teamId, null);
  }, [client, teamId, text]);
};
