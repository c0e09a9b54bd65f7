import { QueryClientProvider } from "@tanstack/react-query";
import { type ReactNode, useCallback, useSyncExternalStore } from "react";
import { connect, type SyncClient } from "../sync-client.ts";
import { SocketProvider } from "./socket-provider.tsx";
import { SyncContext } from "./sync-context.ts";

export type SyncProviderProps = { readonly client: SyncClient; readonly children: ReactNode };

/** Gives everything below it a client: its query cache, its snapshots, and one socket while a user is signed in. */
export const SyncProvider = ({ client, children }: SyncProviderProps) => {
  const { queryClient, engine, realtime } = client;
  const userId = useSyncExternalStore(engine.subscribe, () => engine.me()?.user.id ?? null);
  const open = useCallback(() => connect(client), [client]);
  const wake = useCallback(() => engine.outbox.wake(), [engine]);
  return (
    <QueryClientProvider client={queryClient}>
      <SyncContext value={engine}>
        <SocketProvider client={realtime} userId={userId} connect={open} onWake={wake}>
          {children}
        </SocketProvider>
      </SyncContext>
    </QueryClientProvider>
  );
};
