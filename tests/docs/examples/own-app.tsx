import { QueryClient, QueryClientProvider, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { browserPorts } from "../../../client/browser/browser-ports.ts";
import { pageApi } from "../../../client/browser/page-api.ts";
import { SocketProvider, useLiveStatus } from "../../../client/react/socket-provider.tsx";
import { useSubscription } from "../../../client/react/use-subscription.ts";
import { RealtimeClient } from "../../../client/realtime/realtime-client.ts";

type Order = { readonly id: number; readonly paid: boolean };

const readOrders = async (shopId: string): Promise<Order[]> => (await fetch(`/shops/${shopId}/orders`)).json();

const Orders = ({ shopId }: { readonly shopId: string }) => {
  const queryKey = ["orders", shopId];
  const { data: orders = [] } = useQuery({ queryKey, queryFn: () => readOrders(shopId) });
  const { status } = useLiveStatus();
  useSubscription<Order[]>({
    tenantId: shopId,
    actions: ["ORDER_PAID"],
    queryKey,
    patch: (old, { data }) => old.map((order) => (order.id === data["id"] ? { ...order, paid: true } : order)),
  });
  return (
    <ul aria-label={`Orders, ${status}`}>
      {orders.map(({ id, paid }) => (
        <li key={id}>
          {id}: {paid ? "paid" : "open"}
        </li>
      ))}
    </ul>
  );
};

export const App = () => {
  const [queryClient] = useState(() => new QueryClient());
  const [realtime] = useState(() => new RealtimeClient(browserPorts(pageApi)));
  return (
    <QueryClientProvider client={queryClient}>
      <SocketProvider client={realtime}>
        <Orders shopId="shop-7" />
      </SocketProvider>
    </QueryClientProvider>
  );
};
