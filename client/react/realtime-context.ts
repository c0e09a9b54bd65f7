import { createContext, useContext } from "react";
import type { RealtimeClient } from "../realtime/realtime-client.ts";

export const RealtimeContext = createContext<RealtimeClient | null>(null);

/** The client of the `SocketProvider` above. @throws Error without one */
export const useRealtime = (): RealtimeClient => {
  const client = useContext(RealtimeContext);
  if (client === null) throw new Error("no SocketProvider");
  return client;
};
