import { isAtLeast, type Position } from "../../../shared/protocol/position.ts";
import type { Up } from "../../../shared/protocol/up.ts";
import { fullJitter } from "../backoff.ts";
import type { StreamProblem } from "../connection-problem.ts";
import type { Clock, OpenStream, StreamEnd } from "../ports.ts";
import type { SubscriptionEvent } from "../subscription/state.ts";
import { EventStream } from "./event-stream.ts";

/** Per page. Each stream occupies a connection that requests need too, so further tenants are polled. */
const MAX_STREAMS = 3;
/** For the first `connected` of all, while no other transport delivers. */
const FIRST_CONNECT_TIMEOUT_MS = 2_000;
const CONNECT_TIMEOUT_MS = 10_000;
/** A stream that ends before this age was cut by a proxy. */
const STABLE_MS = 10_000;

export type SseTransportHandlers = {
  /** The same text as a frame of the socket. */
  readonly onText: (text: string) => void;
  readonly onEvent: (tenantId: string, event: SubscriptionEvent) => void;
  /** The tenant may be joined again. */
  readonly onReopen: (tenantId: string) => void;
  /** The server refused the tenant: 401, 403 or 404. */
  readonly onRefused: (tenantId: string, status: number) => void;
  readonly onUp: () => void;
  readonly onFailed: (problem: StreamProblem) => void;
};

/** `stream` is `null` between the end of a stream and its reopening. */
type Slot = { readonly stream: EventStream | null; readonly release: () => void };

/** Serves each tenant by an event stream of its own. Takes the same messages as the socket. */
export class SseTransport {
  readonly #ports: { readonly open: OpenStream; readonly clock: Clock; readonly random: () => number };
  readonly #handlers: SseTransportHandlers;
  readonly #slots = new Map<string, Slot>();
  #probe: EventStream | null = null;
  /** A stream sent `connected` since the last failure. */
  #proven = false;
  #firstConnectTimeoutMs = FIRST_CONNECT_TIMEOUT_MS;

  constructor(
    open: OpenStream,
    { clock, random }: { clock: Clock; random: () => number },
    handlers: SseTransportHandlers,
  ) {
    this.#ports = { open, clock, random };
    this.#handlers = handlers;
  }

  /** Handles `subscribe` and `unsubscribe`; streams carry no other message. */
  send(message: Up): void {
    if (message.type === "subscribe") this.#open(message.tenantId, message.since ?? null);
    if (message.type === "unsubscribe") this.#drop(message.tenantId);
  }

  close(): void {
    this.#proven = false;
    for (const tenantId of [...this.#slots.keys()]) this.#drop(tenantId);
  }

  /** Opens one stream that delivers nothing, to learn whether streams work. */
  probe(tenantId: string, since: Position | null): void {
    this.dropProbe();
    const finish = (report: () => void) => {
      this.dropProbe();
      report();
    };
    const options = { tenantId, since, connectTimeoutMs: CONNECT_TIMEOUT_MS };
    this.#probe = new EventStream(this.#ports, options, {
      onConnected: () => finish(() => this.#handlers.onUp()),
      onMessage: () => {},
      onHeartbeat: () => {},
      onUnsubscribed: () => {},
      onTimeout: () => finish(() => this.#handlers.onFailed({ kind: "held-back" })),
      onEnd: (end) => finish(() => this.#handlers.onFailed(problemOf(end) ?? { kind: "cut" })),
    });
    this.#probe.open();
  }

  dropProbe(): void {
    this.#probe?.close();
    this.#probe = null;
  }

  checkSilence(): void {
    if ([...this.#slots.values()].some(({ stream }) => stream?.isSilent === true)) this.#fail({ kind: "held-back" });
  }

  #open(tenantId: string, since: Position | null): void {
    this.#drop(tenantId);
    if (this.#slots.size >= MAX_STREAMS) {
      this.#handlers.onEvent(tenantId, { kind: "unavailable" });
      return;
    }
    const connectTimeoutMs = this.#proven ? CONNECT_TIMEOUT_MS : this.#firstConnectTimeoutMs;
    const stream = new EventStream(
      this.#ports,
      { tenantId, since, connectTimeoutMs },
      {
        onConnected: (position, recovered) => this.#onConnected(tenantId, stream, position, recovered),
        onMessage: this.#handlers.onText,
        onHeartbeat: (head) => this.#handlers.onEvent(tenantId, { kind: "heartbeat", head }),
        onUnsubscribed: (reason) => {
          this.#drop(tenantId);
          this.#handlers.onEvent(tenantId, { kind: "ended", reason });
        },
        onTimeout: () => this.#onTimeout(tenantId, stream),
        onEnd: (end) => this.#onEnd(tenantId, stream, end),
      },
    );
    this.#slots.set(tenantId, { stream, release: () => stream.close() });
    stream.open();
  }

  #drop(tenantId: string): void {
    const slot = this.#slots.get(tenantId);
    this.#slots.delete(tenantId);
    slot?.release();
  }

  #fail(problem: StreamProblem): void {
    this.#firstConnectTimeoutMs = CONNECT_TIMEOUT_MS;
    this.#handlers.onFailed(problem);
  }

  /** A late `connected` while other streams work is the problem of this tenant alone. */
  #onTimeout(tenantId: string, { connectedAt }: EventStream): void {
    this.#drop(tenantId);
    if (connectedAt === null && this.#proven) this.#handlers.onEvent(tenantId, { kind: "unavailable" });
    else this.#fail({ kind: "held-back" });
  }

  /** `connected` names the point of resumption. The response's own head tells how far the replay goes at least. */
  #onConnected(tenantId: string, { head }: EventStream, position: Position, recovered: boolean): void {
    this.#proven = true;
    this.#handlers.onUp();
    const isAhead = recovered && head !== null && isAtLeast(head, position);
    this.#handlers.onEvent(tenantId, { kind: "subscribed", head: isAhead ? head : position, recovered });
  }

  #onEnd(tenantId: string, { connectedAt }: EventStream, end: StreamEnd): void {
    this.#drop(tenantId);
    const problem = problemOf(end);
    if (problem !== null) this.#fail(problem);
    else if (end.kind === "refused" && [401, 403, 404].includes(end.status))
      this.#handlers.onRefused(tenantId, end.status);
    else if (end.kind !== "ended") this.#handlers.onEvent(tenantId, { kind: "unavailable" });
    else if (connectedAt === null || this.#ports.clock.now() - connectedAt < STABLE_MS) this.#fail({ kind: "cut" });
    else this.#reopenLater(tenantId);
  }

  /** Servers and proxies end old streams now and then. The tenant keeps its slot until it is joined again. */
  #reopenLater(tenantId: string): void {
    this.#handlers.onEvent(tenantId, { kind: "offline" });
    const release = this.#ports.clock.after(fullJitter(0, this.#ports.random), () => {
      this.#slots.delete(tenantId);
      this.#handlers.onReopen(tenantId);
    });
    this.#slots.set(tenantId, { stream: null, release });
  }
}

/** The problem on the way to the server that a stream's end reveals; `null` when the server itself ended it. */
const problemOf = (end: StreamEnd): StreamProblem | null => {
  if (end.kind === "unreachable") return { kind: "unreachable" };
  return end.kind === "refused" && end.code === null ? { kind: "refused", status: end.status } : null;
};
