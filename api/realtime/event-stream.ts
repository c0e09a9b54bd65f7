/** Bytes that may wait for a slow reader before its stream is closed; it replays missed events when it reconnects. */
const MAX_QUEUED_BYTES = 1024 * 1024;
/** A replay continues once fewer bytes than this wait. */
const LOW_WATER_BYTES = 64 * 1024;

export type StreamEvent = { readonly event: string; readonly data: string; readonly id?: string };

/** A response of server-sent events with a bounded queue. */
export class EventStream {
  readonly response: Response;
  readonly #encoder = new TextEncoder();
  #controller: ReadableStreamDefaultController<Uint8Array> | null = null;
  #drained: (() => void) | null = null;
  #onClose: (() => void) | null = null;

  constructor(headers: Record<string, string>) {
    const body = new ReadableStream<Uint8Array>(
      {
        start: (controller) => {
          this.#controller = controller;
        },
        pull: () => {
          this.#drained?.();
          this.#drained = null;
        },
        cancel: () => this.#ended(),
      },
      new ByteLengthQueuingStrategy({ highWaterMark: LOW_WATER_BYTES }),
    );
    this.response = new Response(body, { headers: { ...headers, "Content-Type": "text/event-stream; charset=utf-8" } });
  }

  get isOpen(): boolean {
    return this.#controller !== null;
  }

  /** Calls `listener` once, when the stream has ended for any reason. */
  onClose(listener: () => void): void {
    if (this.isOpen) this.#onClose = listener;
    else listener();
  }

  /** Writes one event. Returns a promise that resolves once there is room for more, `undefined` when there is now. */
  write({ event, data, id }: StreamEvent): Promise<void> | undefined {
    return this.#enqueue(`event: ${event}\n${id === undefined ? "" : `id: ${id}\n`}data: ${data}\n\n`);
  }

  comment(text: string): void {
    void this.#enqueue(`:${text}\n\n`);
  }

  close(): void {
    const controller = this.#controller;
    if (controller === null) return;
    this.#ended();
    controller.close();
  }

  #enqueue(text: string): Promise<void> | undefined {
    const controller = this.#controller;
    if (controller === null) return undefined;
    controller.enqueue(this.#encoder.encode(text));
    const room = controller.desiredSize ?? 0;
    if (room > 0) return undefined;
    if (LOW_WATER_BYTES - room > MAX_QUEUED_BYTES) {
      this.#ended();
      controller.error(new Error("the reader is too slow"));
      return undefined;
    }
    return new Promise((resolve) => {
      const earlier = this.#drained;
      this.#drained = () => {
        earlier?.();
        resolve();
      };
    });
  }

  #ended(): void {
    this.#controller = null;
    this.#drained?.();
    this.#drained = null;
    this.#onClose?.();
    this.#onClose = null;
  }
}
