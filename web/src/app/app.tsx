import { RouterProvider } from "@tanstack/react-router";
import { useState } from "react";
import { SyncProvider } from "../../../client/react/sync-provider.tsx";
import { browserStorage } from "../../../client/sync/storage/browser-storage.ts";
import { NetworkAtLoad } from "../features/status/network-at-load.tsx";
import { Announcer } from "../lib/announcer.tsx";
import { createPageClient } from "../session/page-client.ts";
import { createAppRouter } from "./router.tsx";

export const App = () => {
  const [client] = useState(() => createPageClient({ storage: browserStorage }));
  const [router] = useState(createAppRouter);
  return (
    <SyncProvider client={client}>
      <NetworkAtLoad />
      <RouterProvider router={router} />
      <Announcer />
    </SyncProvider>
  );
};
