import { QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { useState } from "react";
import { browserDevice } from "../cache/browser-device.ts";
import { createQueryClient } from "../cache/query-client.ts";
import { NetworkAtLoad } from "../features/status/network-at-load.tsx";
import { Announcer } from "../lib/announcer.tsx";
import { SocketProvider } from "../realtime/socket-provider.tsx";
import { createAppRouter } from "./router.tsx";

export const App = () => {
  const [client] = useState(() => createQueryClient({ device: browserDevice }));
  const [router] = useState(createAppRouter);
  return (
    <QueryClientProvider client={client}>
      <SocketProvider>
        <NetworkAtLoad />
        <RouterProvider router={router} />
        <Announcer />
      </SocketProvider>
    </QueryClientProvider>
  );
};
