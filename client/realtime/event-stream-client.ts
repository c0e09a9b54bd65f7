import { MISSED_HEADS } from "../../shared/protocol/limits.ts";
import { type EventMessage, isSequenced } from "../../shared/protocol/message.ts";
import { follows, isAtLeast, type Position } from "../../shared/protocol/position.ts";
import { fullJitter } from "./backoff.ts";
import { EventStream, type EventStreamPorts, SILENCE_MS } from "./fallback/event-stream.ts";
import { decodeFrame } from "./frames.ts";
import type { StreamEnd } from "./ports.ts";

export type EventStreamStatus =
  | { readonly status: "connecting" }
  | { readonly status: "open" }
  /** Reconnecting would not help: no session, no right, or no team any more. */
  | { readonly status: "closed"; readonly reason: "signed-out" | "forbidden" | "revoked" | "deleted" };

export type EventStreamClientHandlers = {
  /** Events in order, each once. */
  readonly onEvent: (message: EventMessage) => void;
  /** Earlier events are lost: read the snapshot again. */
  readonly onReset: () => void;
  readonly onStatus: (status: EventStreamStatus) => void;
};

/** Follows one tenant by event streams alone, and resumes from its position after each break. */
export class EventStreamClient {
  readonly #ports: EventStreamPorts & { readonly random: () => number };
  readonly #tenantId: string;
  readonly #handlers: EventStreamClientHandlers;
  #position: Position | null;
  #attempt = 0;
  #missedHeads = 0;
  #stream: EventStream | null = null;
  #cancelBackoff: (() => void) | null = null;
  #status: EventStreamStatus = { status: "connecting" };

  constructor(
    ports: EventStreamPorts & { readonly random: () => number },
    { tenantId, since }: { readonly tenantId: string; readonly since: Position | null },
    handlers: EventStreamClientHandlers,
  ) {
    this.#ports = ports;
    this.#tenantId = tenantId;
    this.#position = since;
    this.#handlers = handlers;
    this.#open();
  }

  get position(): Position | null {
    return this.#position;
  }

  get status(): EventStreamStatus {
    return this.#status;
  }

  /** Ends a backoff. */
  wake(): void {
    if (this.#cancelBackoff !== null) this.#open();
  }

  stop(): void {
    this.#cancelBackoff?.();
    this.#cancelBackoff = null;
    this.#stream?.close();
    this.#stream = null;
  }

  #open(): void {
    this.stop();
    this.#missedHeads = 0;
    const options = { tenantId: this.#tenantId, since: this.#position, connectTimeoutMs: SILENCE_MS };
    this.#stream = new EventStream(this.#ports, options, {
      onConnected: (position, recovered) => this.#onConnected(position, recovered),
      onMessage: (text) => this.#onMessage(text),
      onHeartbeat: (head) => this.#onHeartbeat(head),
      onUnsubscribed: (reason) => {
        if (reason === "deleted" || reason === "revoked") this.#finish(reason);
      },
      onTimeout: () => this.#reconnect(),
      onEnd: (end) => this.#onEnd(end),
    });
    this.#stream.open();
  }

  #reconnect(): void {
    this.stop();
    this.#setStatus({ status: "connecting" });
    const wait = fullJitter(this.#attempt, this.#ports.random);
    this.#attempt += 1;
    this.#cancelBackoff = this.#ports.clock.after(wait, () => this.#open());
  }

  #finish(reason: Extract<EventStreamStatus, { status: "closed" }>["reason"]): void {
    this.stop();
    this.#setStatus({ status: "closed", reason });
  }

  #setStatus(status: EventStreamStatus): void {
    if (status.status === this.#status.status) return;
    this.#status = status;
    this.#handlers.onStatus(status);
  }

  #onConnected(position: Position, recovered: boolean): void {
    this.#attempt = 0;
    this.#position = position;
    this.#setStatus({ status: "open" });
    if (!recovered) this.#handlers.onReset();
  }

  #onEnd(end: StreamEnd): void {
    const status = end.kind === "refused" ? end.status : null;
    if (status === 401) this.#finish("signed-out");
    else if (status === 403 || status === 404) this.#finish("forbidden");
    else this.#reconnect();
  }

  #onHeartbeat(head: Position | null): void {
    if (head === null) {
      this.#missedHeads += 1;
      // This server may be cut off from the bus, and another one may not be.
      if (this.#missedHeads >= MISSED_HEADS) this.#reconnect();
      return;
    }
    this.#missedHeads = 0;
    // The last event was lost, and no later one would show the gap.
    if (this.#position !== null && !isAtLeast(this.#position, head)) this.#reconnect();
  }

  #onMessage(text: string): void {
    const frame = decodeFrame(text);
    if (frame.kind === "undecodable-event") this.#advance(frame.at, this.#handlers.onReset);
    if (frame.kind !== "message" || frame.message.type !== "message") return;
    const { message } = frame;
    const deliver = () => this.#handlers.onEvent(message);
    if (isSequenced(message)) this.#advance({ epoch: message.epoch, seq: message.seq }, deliver);
    else deliver();
  }

  /** Delivers the next event, ignores a known one and reconnects at a gap. */
  #advance(at: Position, deliver: () => void): void {
    const known = this.#position;
    if (known !== null && isAtLeast(known, at)) return;
    if (known !== null && !follows(at, known)) {
      this.#reconnect();
      return;
    }
    this.#position = at;
    deliver();
  }
}
