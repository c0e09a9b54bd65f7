import type { SequencedMessage } from "../../../shared/protocol/message.ts";
import type { OpenStream, ServerSentEvent, StreamHandlers } from "../../realtime/ports.ts";
import type { SimClock } from "../../realtime/testing/sim-clock.ts";
import { type SimStore, TEAM } from "./sim-store.ts";

/** What lies between a page and its streams. */
export type StreamPath = "open" | "refused" | "held-back";

type Faults = { readonly streams: StreamPath; readonly unavailable: boolean; readonly swallowed: number };

type Stream = {
  readonly handlers: StreamHandlers;
  isOpen: boolean;
  /** What is written keeps its order. */
  clearAt: number;
};

/** The event streams of a simulated server, each over a network that delays and may hold back. */
export class SimStreams {
  readonly #store: SimStore;
  readonly #clock: SimClock;
  readonly #faults: Faults;
  readonly #random: () => number;
  readonly #delay: () => number;
  readonly #streams = new Set<Stream>();

  constructor(deps: {
    store: SimStore;
    clock: SimClock;
    faults: Faults;
    random: () => number;
    delay: () => number;
  }) {
    this.#store = deps.store;
    this.#clock = deps.clock;
    this.#faults = deps.faults;
    this.#random = deps.random;
    this.#delay = deps.delay;
    this.#store.onCommit((events) => {
      for (const stream of this.#streams)
        for (const event of events) if (this.#random() >= this.#faults.swallowed) this.#write(stream, event);
    });
  }

  beat(): void {
    for (const stream of this.#streams)
      this.#say(stream, { event: "heartbeat", data: JSON.stringify(this.#store.position) });
  }

  /** Ends every stream, as a broken network or a restarted server does. */
  cut(): void {
    for (const stream of [...this.#streams]) {
      this.#streams.delete(stream);
      this.#later(stream, () => stream.handlers.onEnd({ kind: "ended" }));
    }
  }

  readonly open: OpenStream = (tenantId, since, handlers) => {
    const stream: Stream = { handlers, isOpen: true, clearAt: 0 };
    this.#later(stream, () => {
      const { streams, unavailable } = this.#faults;
      if (streams === "held-back") return;
      if (streams === "refused") handlers.onEnd({ kind: "refused", status: 502, code: null });
      else if (unavailable) handlers.onEnd({ kind: "refused", status: 503, code: "UNAVAILABLE" });
      else if (tenantId !== TEAM) handlers.onEnd({ kind: "refused", status: 404, code: "NOT_FOUND" });
      else {
        handlers.onOpen(this.#store.position);
        const missed = since === null ? null : this.#store.since(since);
        const from = missed === null || since === null ? this.#store.position : since;
        this.#say(stream, { event: "connected", data: JSON.stringify({ ...from, recovered: missed !== null }) });
        for (const event of missed ?? []) this.#write(stream, event);
        this.#streams.add(stream);
      }
    });
    return () => {
      stream.isOpen = false;
      this.#streams.delete(stream);
    };
  };

  #write(stream: Stream, event: SequencedMessage): void {
    this.#say(stream, { event: "message", data: JSON.stringify(event) });
  }

  #say(stream: Stream, event: ServerSentEvent): void {
    this.#later(stream, () => {
      if (this.#faults.streams !== "held-back") stream.handlers.onEvent(event);
    });
  }

  #later(stream: Stream, run: () => void): void {
    stream.clearAt = Math.max(stream.clearAt, this.#clock.now() + this.#delay());
    this.#clock.after(stream.clearAt - this.#clock.now(), () => {
      if (stream.isOpen) run();
    });
  }
}
