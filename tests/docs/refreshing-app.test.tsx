import { expect, test } from "bun:test";
import { GlobalRegistrator } from "@happy-dom/global-registrator";
import { own } from "../support/lifetime.ts";
import { PlayedSocket } from "./played-socket.ts";

GlobalRegistrator.register({ url: "http://localhost/" });
const { act, cleanup, render } = await import("@testing-library/react");
const { App } = await import("./examples/refreshing-app.tsx");
own(async () => {
  cleanup();
  await GlobalRegistrator.unregister();
});

const EPOCH = "019a3c1e-7b00-7000-8000-00000000000e";
const TEAM = "019a3c1e-7b00-7000-8000-000000000001";
const shop = { sales: 10, rate: 2 };

const ANSWERS: Record<string, () => unknown> = {
  "/api/me": () => ({
    user: { id: "019a3c1e-7b00-7000-8000-0000000000a1", name: "Ann", email: "ann@example.com", image: null },
    teams: [],
  }),
  "/api/realtime/token": () => ({ token: "a token", expiresAt: "2026-01-31T09:40:00.000Z", url: "ws://localhost/ws" }),
  "/shops/shop-7/sales": () => shop.sales,
  "/rate": () => shop.rate,
};

const lines = Promise.withResolvers<(event: string, data: object) => void>();
const streamed = (): Response => {
  const encoder = new TextEncoder();
  const body = new ReadableStream<Uint8Array>({
    start: (controller) =>
      lines.resolve((event, data) =>
        controller.enqueue(encoder.encode(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`)),
      ),
  });
  return new Response(body, { headers: { "content-type": "text/event-stream" } });
};

test("events, time and the user refetch queries, and a stream delivers its own events", async () => {
  Object.assign(globalThis, {
    WebSocket: PlayedSocket,
    fetch: async (url: string) =>
      url.startsWith("/api/events/stream") ? streamed() : Response.json(ANSWERS[url]?.() ?? null),
  });
  const screen = render(<App />);
  await screen.findByText("Sales: 10");
  await screen.findByText("Rate: 2");
  const socket = await PlayedSocket.opened.promise;
  await socket.subscribed;
  await act(async () => socket.accept("shop-7"));
  await screen.findByText("Sales: 10");

  shop.sales = 11;
  const paid = { type: "message", tenantId: "shop-7", initiatorId: "u2", action: "ORDER_PAID", data: { id: 17 } };
  await act(async () => socket.deliver(paid));
  await screen.findByText("Sales: 11", {}, { timeout: 3_000 });

  shop.rate = 3;
  await act(async () => screen.getByRole("button", { name: "Rate: 2" }).click());
  await screen.findByText("Rate: 3");
  shop.rate = 4;
  for (const state of ["hidden", "visible"]) {
    Object.defineProperty(document, "visibilityState", { configurable: true, get: () => state });
    await act(async () => document.dispatchEvent(new Event("visibilitychange")));
  }
  await screen.findByText("Rate: 4");

  const sendEvent = await lines.promise;
  await act(async () => {
    sendEvent("connected", { epoch: EPOCH, seq: 4, recovered: false });
    sendEvent("message", {
      type: "message",
      tenantId: TEAM,
      initiatorId: "u2",
      action: "TASK_CREATED",
      data: { title: "Fix the login" },
      seq: 5,
      epoch: EPOCH,
      at: "2026-01-31T09:30:00.000Z",
    });
  });
  await screen.findByText("Stream open: Fix the login");

  await act(async () => socket.deliver({ type: "heartbeat", heads: { "shop-7": { epoch: "0", seq: 0 } } }));
  await screen.findByText("Updated just now");
  shop.sales = 12;
  await act(async () => screen.getByRole("button", { name: "Refresh now" }).click());
  await screen.findByText("Sales: 12");
  expect(screen.getByText("Rate: 4")).toBeDefined();
}, 20_000);
