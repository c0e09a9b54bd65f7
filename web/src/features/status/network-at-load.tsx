import { useEffect } from "react";
import { useRealtime } from "../../../../client/react/realtime-context.ts";

/** A page that opens offline hears of no change of the network: it has to look. */
export const NetworkAtLoad = () => {
  const client = useRealtime();
  useEffect(() => {
    if (!navigator.onLine) client.setNetwork(false);
  }, [client]);
  return null;
};
