import { QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { useState } from "react";
import { SocketProvider } from "../../../client/react/socket-provider.tsx";
import { browserDevice } from "../../../client/sync/storage/browser-storage.ts";
import { NetworkAtLoad } from "../features/status/network-at-load.tsx";
import { Announcer } from "../lib/announcer.tsx";
import { createQueryClient } from "../session/query-client.ts";
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
