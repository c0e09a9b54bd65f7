/** A browser's `WebSocket` whose server side is played by a test. */
export class PlayedSocket {
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

  deliver(message: object) {
    this.onmessage?.({ data: JSON.stringify(message) });
  }

  /** Accepts the token, and the subscription to a tenant without a log. */
  accept(tenantId: string) {
    this.deliver({
      type: "ready",
      connectionId: "c1",
      userId: "u1",
      heartbeatSeconds: 25,
      expiresAt: "2026-01-31T09:40:00Z",
    });
    this.deliver({ type: "subscribed", tenantId, epoch: "0", seq: 0, recovered: false });
  }
}
