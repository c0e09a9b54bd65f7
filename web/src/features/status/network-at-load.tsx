import { useEffect } from "react";
import { useRealtime } from "../../../../client/react/realtime-context.ts";

/** Tells the client that the page opened offline: no `offline` event follows. */
export const NetworkAtLoad = () => {
  const client = useRealtime();
  useEffect(() => {
    if (!navigator.onLine) client.setNetwork(false);
  }, [client]);
  return null;
};
