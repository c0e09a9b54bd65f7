import { expect, test } from "bun:test";
import { GlobalRegistrator } from "@happy-dom/global-registrator";
import { own } from "../support/lifetime.ts";
import { PlayedSocket } from "./played-socket.ts";

GlobalRegistrator.register({ url: "http://localhost/" });
const { act, cleanup, render } = await import("@testing-library/react");
const { App } = await import("./examples/own-app.tsx");
own(async () => {
  cleanup();
  await GlobalRegistrator.unregister();
});

/** The answers of the application's backend, besides the socket. */
const ANSWERS: Record<string, unknown> = {
  "/api/me": {
    user: { id: "019a3c1e-7b00-7000-8000-0000000000a1", name: "Ann", email: "ann@example.com", image: null },
    teams: [],
  },
  "/api/realtime/token": { token: "a token", expiresAt: "2026-01-31T09:40:00.000Z", url: "ws://localhost/ws" },
  "/shops/shop-7/orders": [
    { id: 17, paid: false },
    { id: 18, paid: false },
  ],
};

test("an application of one's own shows another backend's events", async () => {
  Object.assign(globalThis, {
    WebSocket: PlayedSocket,
    fetch: async (url: string) => Response.json(ANSWERS[url] ?? null, { status: url in ANSWERS ? 200 : 404 }),
  });
  const screen = render(<App />);
  await screen.findByText("17: open");
  const socket = await PlayedSocket.opened.promise;
  await socket.subscribed;
  const tenantId = "shop-7";
  await act(async () => {
    socket.accept(tenantId);
  });
  await screen.findByRole("list", { name: "Orders, live" });
  await act(async () => {
    socket.deliver({ type: "message", tenantId, initiatorId: "u2", action: "ORDER_PAID", data: { id: 17 } });
    socket.deliver({ type: "message", tenantId, initiatorId: "u2", action: "ORDER_SENT", data: { id: 18 } });
  });
  await screen.findByText("17: paid");
  expect(screen.queryByText("18: open")).not.toBeNull();
});
