import { QueryClient, QueryClientProvider, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { browserPorts } from "../../../client/browser/browser-ports.ts";
import { pageApi } from "../../../client/browser/page-api.ts";
import { SocketProvider } from "../../../client/react/socket-provider.tsx";
import { useAutoRefresh } from "../../../client/react/use-auto-refresh.ts";
import { useEventStream } from "../../../client/react/use-event-stream.ts";
import { useRealtimeRefresh } from "../../../client/react/use-realtime-refresh.ts";
import { RealtimeClient } from "../../../client/realtime/realtime-client.ts";
import { wordLoaders } from "../../../web/src/app/word-loaders.ts";
import { LastUpdatedIndicator } from "../../../web/src/features/status/last-updated-indicator.tsx";
import { startI18n } from "../../../web/src/i18n/i18n.ts";

const read = async (path: string): Promise<number> => (await fetch(path)).json();

/** Read again after each payment. */
const Sales = ({ shopId }: { readonly shopId: string }) => {
  const queryKey = ["sales", shopId];
  const { data } = useQuery({ queryKey, queryFn: () => read(`/shops/${shopId}/sales`) });
  useRealtimeRefresh({ tenantId: shopId, actions: ["ORDER_PAID"], queryKeys: [queryKey] });
  return <p>Sales: {data}</p>;
};

/** Has no events, so it is read every minute while the page is visible, and at a press. */
const Rate = () => {
  const { data } = useQuery({ queryKey: ["rate"], queryFn: () => read("/rate") });
  const refresh = useAutoRefresh({ queryKey: ["rate"], interval: 60_000 });
  return (
    <button type="button" onClick={() => void refresh()}>
      Rate: {data}
    </button>
  );
};

/** Follows an event stream of its own, without a socket. */
const NewTasks = ({ teamId }: { readonly teamId: string }) => {
  const [titles, setTitles] = useState<string[]>([]);
  const { status } = useEventStream({
    tenantId: teamId,
    actions: ["TASK_CREATED"],
    onEvent: ({ data }) => setTitles((known) => [...known, String(data["title"])]),
  });
  return <p>{`Stream ${status}: ${titles.join(", ")}`}</p>;
};

/** The words of the indicator. */
void startI18n(wordLoaders);

export const App = () => {
  const [queryClient] = useState(() => new QueryClient());
  const [realtime] = useState(() => new RealtimeClient(browserPorts(pageApi)));
  return (
    <QueryClientProvider client={queryClient}>
      <SocketProvider client={realtime}>
        <LastUpdatedIndicator />
        <Sales shopId="shop-7" />
        <Rate />
        <NewTasks teamId="019a3c1e-7b00-7000-8000-000000000001" />
      </SocketProvider>
    </QueryClientProvider>
  );
};
