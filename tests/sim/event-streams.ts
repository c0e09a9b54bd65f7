import { Direction, LATENCY_MS } from "./direction.ts";
import type { SimProcess } from "./process.ts";
import type { Scheduler } from "./scheduler.ts";

/** How many bytes of what a stalled reader is sent the systems in between hold. */
const IN_BETWEEN = 32 * 1024;

/** What stands between a page and the servers and does not bear what lasts. */
export type Middlebox = {
  /** Sockets do not get through: the upgrade is refused. */
  readonly refusesSockets: boolean;
  /** Streams get through, are kept back for ever, or are answered by the middlebox itself. */
  readonly streams: "passed" | "buffered" | "refused";
};

/** The answer of a process to a page that goes on until one of them, or the network, ends it. */
export class StreamedAnswer {
  /** As the page gets it. */
  readonly response: Response;
  readonly page: SimProcess;
  readonly line: Direction;
  readonly #scheduler: Scheduler;
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>;
  #toPage: ReadableStreamDefaultController<Uint8Array> | null = null;
  #goOn: (() => void) | null = null;
  #isServed = true;

  constructor(
    served: Response,
    options: {
      readonly scheduler: Scheduler;
      readonly page: SimProcess;
      readonly process: SimProcess;
      readonly signal: AbortSignal | null;
    },
  ) {
    if (served.body === null) throw new Error("an answer without a body is no stream");
    this.page = options.page;
    this.#scheduler = options.scheduler;
    this.#reader = served.body.getReader();
    this.line = new Direction(options.scheduler, options.page, () => this.#makeRoom());
    const body = new ReadableStream<Uint8Array>({
      start: (controller) => {
        this.#toPage = controller;
      },
    });
    this.response = new Response(body, { status: served.status, headers: served.headers });
    options.signal?.addEventListener("abort", () => {
      this.#pageGone(options.signal?.reason);
      this.#scheduler.after(this.#scheduler.between(0, LATENCY_MS), options.process, () => this.#serverGone());
    });
    options.process.onEnd(() => this.cut());
    void this.#carry();
  }

  get isOpen(): boolean {
    return this.#toPage !== null;
  }

  /** The connection breaks, and both ends learn it. */
  cut(): void {
    this.#serverGone();
    this.#scheduler.after(this.#scheduler.between(0, LATENCY_MS), this.page, () =>
      this.#pageGone(new TypeError("the connection is lost")),
    );
  }

  async #carry(): Promise<void> {
    for (;;) {
      const part = await this.#reader.read().catch(() => null);
      if (!this.#isServed) return;
      if (part === null) return this.cut();
      const { done, value } = part;
      if (done) {
        this.#isServed = false;
        this.line.send(0, () => this.#ended());
        return;
      }
      this.line.send(value.length, () => this.#toPage?.enqueue(value));
      if (this.line.buffered > IN_BETWEEN) await this.#room();
    }
  }

  #room(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#goOn = resolve;
    return promise;
  }

  #makeRoom(): void {
    this.#goOn?.();
    this.#goOn = null;
  }

  #ended(): void {
    this.#toPage?.close();
    this.#toPage = null;
  }

  #pageGone(reason: unknown): void {
    this.#toPage?.error(reason);
    this.#toPage = null;
  }

  /** What the server writes from now on goes nowhere, and it learns so. */
  #serverGone(): void {
    if (!this.#isServed) return;
    this.#isServed = false;
    this.#makeRoom();
    this.#reader.cancel().catch(() => {});
  }
}
