import { parseJsonObject } from "../../../shared/json.ts";
import type { UnsubscribedReason } from "../../../shared/protocol/down.ts";
import { HEARTBEAT_SECONDS } from "../../../shared/protocol/limits.ts";
import type { Position } from "../../../shared/protocol/position.ts";
import { sseConnectedSchema, sseHeartbeatSchema, sseUnsubscribedSchema } from "../../../shared/protocol/sse.ts";
import type { Clock, OpenStream, ServerSentEvent, StreamEnd } from "../ports.ts";

/** A stream without a sign of life for this long is dead without having closed. */
export const SILENCE_MS = 2 * HEARTBEAT_SECONDS * 1_000;

export type EventStreamHandlers = {
  /** The stream continues after `position`. Comes again if the server lost the thread of the history. */
  readonly onConnected: (position: Position, recovered: boolean) => void;
  /** The same text as a frame of the socket. */
  readonly onMessage: (text: string) => void;
  /** `null` when the server sent a heartbeat and could not vouch for its head. */
  readonly onHeartbeat: (head: Position | null) => void;
  readonly onUnsubscribed: (reason: UnsubscribedReason) => void;
  /** No `connected` in time, or silence after it. */
  readonly onTimeout: () => void;
  readonly onEnd: (end: StreamEnd) => void;
};

export type EventStreamPorts = { readonly open: OpenStream; readonly clock: Clock };

export type EventStreamRequest = {
  readonly tenantId: string;
  readonly since: Position | null;
  /** How long to wait for `connected`. */
  readonly connectTimeoutMs: number;
};

/**
 * One request for one tenant's event stream: decodes its events and detects silence. Its owner decides about reopening;
 * after `close` no handler is called.
 */
export class EventStream {
  readonly #ports: EventStreamPorts;
  readonly #request: EventStreamRequest;
  readonly #handlers: EventStreamHandlers;
  #close: () => void = () => {};
  #cancelTimeout: () => void = () => {};
  #head: Position | null = null;
  #connectedAt: number | null = null;
  #lastEventAt = 0;
  /** Whether a head followed the last heartbeat comment. */
  #headNamed = false;

  constructor(ports: EventStreamPorts, request: EventStreamRequest, handlers: EventStreamHandlers) {
    this.#ports = ports;
    this.#request = request;
    this.#handlers = handlers;
  }

  open(): void {
    const { tenantId, since, connectTimeoutMs } = this.#request;
    this.#armTimeout(connectTimeoutMs);
    this.#close = this.#ports.open(tenantId, since, {
      onOpen: (head) => {
        this.#head = head;
      },
      onEvent: (event) => {
        this.#markAlive();
        this.#onEvent(event);
      },
      onComment: (text) => {
        this.#markAlive();
        this.#onComment(text);
      },
      onEnd: (end) => {
        this.#cancelTimeout();
        this.#handlers.onEnd(end);
      },
    });
  }

  /** The tenant's head when the response began, if the response named it. */
  get head(): Position | null {
    return this.#head;
  }

  /** Epoch milliseconds of the first `connected`. */
  get connectedAt(): number | null {
    return this.#connectedAt;
  }

  /** Timers stand still while a machine sleeps, so this compares the clock. */
  get isSilent(): boolean {
    return this.#connectedAt !== null && this.#ports.clock.now() - this.#lastEventAt >= SILENCE_MS;
  }

  close(): void {
    this.#cancelTimeout();
    this.#close();
  }

  #markAlive(): void {
    this.#lastEventAt = this.#ports.clock.now();
  }

  #armTimeout(wait: number): void {
    this.#cancelTimeout();
    this.#cancelTimeout = this.#ports.clock.after(wait, () => this.#onTimeout());
  }

  /** Events only note the time, and the timer compares it when it fires. */
  #onTimeout(): void {
    const left = this.#connectedAt === null ? 0 : this.#lastEventAt + SILENCE_MS - this.#ports.clock.now();
    if (left > 0) this.#armTimeout(left);
    else this.#handlers.onTimeout();
  }

  #onConnected(position: Position, recovered: boolean): void {
    if (this.#connectedAt === null) {
      this.#connectedAt = this.#ports.clock.now();
      this.#armTimeout(SILENCE_MS);
    }
    this.#handlers.onConnected(position, recovered);
  }

  /** The server sends the comment before each heartbeat. A comment that no head followed is a head that is missing. */
  #onComment(text: string): void {
    if (text.trim() !== "heartbeat") return;
    const isMissing = !this.#headNamed;
    this.#headNamed = false;
    if (isMissing) this.#handlers.onHeartbeat(null);
  }

  #onEvent({ event, data }: ServerSentEvent): void {
    switch (event) {
      case "message":
        this.#handlers.onMessage(data);
        return;
      case "connected": {
        this.#headNamed = true;
        const connected = sseConnectedSchema.safeParse(parseJsonObject(data)).data;
        if (connected === undefined) return;
        const { recovered, ...position } = connected;
        this.#onConnected(position, recovered);
        return;
      }
      case "heartbeat": {
        this.#headNamed = true;
        const head = sseHeartbeatSchema.safeParse(parseJsonObject(data)).data;
        if (head !== undefined) this.#handlers.onHeartbeat(head);
        return;
      }
      case "unsubscribed": {
        const reason = sseUnsubscribedSchema.safeParse(parseJsonObject(data)).data?.reason;
        if (reason !== undefined) this.#handlers.onUnsubscribed(reason);
        return;
      }
    }
  }
}
