import { expect, test } from "bun:test";
import { GlobalRegistrator } from "@happy-dom/global-registrator";
import { own } from "../support/lifetime.ts";

GlobalRegistrator.register({ url: "http://localhost/" });
const { act, cleanup, render } = await import("@testing-library/react");
const { App } = await import("./examples/own-app.tsx");
own(async () => {
  cleanup();
  await GlobalRegistrator.unregister();
});

/** All that the application needs of a backend, besides the socket. */
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

/** A socket whose other end is played here. */
class PlayedSocket {
  static readonly OPEN = 1;
  static readonly opened = Promise.withResolvers<PlayedSocket>();
  readonly readyState = PlayedSocket.OPEN;
  onopen = () => {};
  onmessage: ((event: { data: string }) => void) | null = null;
  onclose = () => {};
  readonly #subscribed = Promise.withResolvers<void>();
  readonly subscribed = this.#subscribed.promise;

  constructor() {
    queueMicrotask(() => {
      this.onopen();
      PlayedSocket.opened.resolve(this);
    });
  }

  send(text: string) {
    if (JSON.parse(text).type === "subscribe") this.#subscribed.resolve();
  }

  close() {}

  say(message: object) {
    this.onmessage?.({ data: JSON.stringify(message) });
  }
}

test("an application of one's own shows what another backend publishes", async () => {
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
    socket.say({
      type: "ready",
      connectionId: "c1",
      userId: "u1",
      heartbeatSeconds: 25,
      expiresAt: "2026-01-31T09:40:00Z",
    });
    socket.say({ type: "subscribed", tenantId, epoch: "0", seq: 0, recovered: false });
  });
  await screen.findByRole("list", { name: "Orders, live" });
  await act(async () => {
    socket.say({ type: "message", tenantId, initiatorId: "u2", action: "ORDER_PAID", data: { id: 17 } });
    socket.say({ type: "message", tenantId, initiatorId: "u2", action: "ORDER_SENT", data: { id: 18 } });
  });
  await screen.findByText("17: paid");
  expect(screen.queryByText("18: open")).not.toBeNull();
});
