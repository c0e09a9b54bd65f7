import { parseJsonObject } from "../../../shared/json.ts";
import { HEARTBEAT_SECONDS } from "../../../shared/protocol/limits.ts";
import type { Position } from "../../../shared/protocol/position.ts";
import { sseConnectedSchema, sseHeartbeatSchema, sseUnsubscribedSchema } from "../../../shared/protocol/sse.ts";
import type { Up } from "../../../shared/protocol/up.ts";
import { fullJitter } from "../backoff.ts";
import type { StreamProblem } from "../connection-problem.ts";
import { HeadWatch } from "../head-watch.ts";
import type { Clock, OpenStream, ServerSentEvent, StreamEnd } from "../ports.ts";
import type { SubscriptionEvent } from "../subscription/state.ts";

/** Of one page. The others poll: each stream holds a connection that requests need too. */
const MAX_STREAMS = 3;
/** Until the first stream of all says where it goes on from; while nothing else delivers nobody wants to wait. */
const FIRST_BOUND_MS = 2_000;
const BOUND_MS = 10_000;
const SILENCE_MS = 2 * HEARTBEAT_SECONDS * 1_000;
/** One that ends sooner was cut by something that does not bear it. */
const HELD_MS = 10_000;

export type StreamsSink = {
  /** A text that says what a frame of the socket says. */
  readonly text: (text: string) => void;
  readonly subscription: (tenantId: string, event: SubscriptionEvent) => void;
  /** The server's answer does not open the tenant to this person. */
  readonly closed: (tenantId: string, status: number) => void;
  readonly up: () => void;
  readonly failed: (problem: StreamProblem) => void;
};

type Stream = {
  close: () => void;
  cancel: () => void;
  /** The tenant's head when the answer began. */
  head: Position | null;
  readonly heads: HeadWatch;
  connectedAt: number | null;
  heardAt: number;
};

/** A stream for each tenant in the place of one socket: it is asked by the same messages. */
export class Streams {
  readonly #open: OpenStream;
  readonly #clock: Clock;
  readonly #random: () => number;
  readonly #sink: StreamsSink;
  readonly #streams = new Map<string, Stream>();
  #dropProbe: (() => void) | null = null;
  /** One said where it goes on from since the last failure. */
  #proven = false;
  #bound = FIRST_BOUND_MS;

  constructor(open: OpenStream, { clock, random }: { clock: Clock; random: () => number }, sink: StreamsSink) {
    this.#open = open;
    this.#clock = clock;
    this.#random = random;
    this.#sink = sink;
  }

  /** Streams take no other messages than `subscribe` and `unsubscribe`. */
  send(message: Up): void {
    if (message.type === "subscribe") this.#begin(message.tenantId, message.since ?? null);
    if (message.type === "unsubscribe") this.#drop(message.tenantId);
  }

  close(): void {
    this.#proven = false;
    for (const tenantId of [...this.#streams.keys()]) this.#drop(tenantId);
  }

  /** Tries one stream that delivers nothing. */
  probe(tenantId: string, since: Position | null): void {
    this.dropProbe();
    const finish = (tell: () => void) => {
      this.dropProbe();
      tell();
    };
    const close = this.#open(tenantId, since, {
      onOpen: () => {},
      onEvent: ({ event }) => {
        if (event === "connected") finish(() => this.#sink.up());
      },
      onComment: () => {},
      onEnd: (end) => finish(() => this.#sink.failed(problemOf(end) ?? { kind: "cut" })),
    });
    const cancel = this.#clock.after(BOUND_MS, () => finish(() => this.#sink.failed({ kind: "held-back" })));
    this.#dropProbe = () => {
      cancel();
      close();
    };
  }

  dropProbe(): void {
    this.#dropProbe?.();
    this.#dropProbe = null;
  }

  /** Timers stand still while a machine sleeps: what was silent for too long is found now. */
  check(): void {
    const isSilent = ({ heardAt, connectedAt }: Stream) =>
      connectedAt !== null && this.#clock.now() - heardAt >= SILENCE_MS;
    if ([...this.#streams.values()].some(isSilent)) this.#fail({ kind: "held-back" });
  }

  #begin(tenantId: string, since: Position | null): void {
    this.#drop(tenantId);
    if (this.#streams.size >= MAX_STREAMS) {
      this.#sink.subscription(tenantId, { kind: "unavailable" });
      return;
    }
    const stream: Stream = {
      close: () => {},
      cancel: () => {},
      head: null,
      heads: new HeadWatch(),
      connectedAt: null,
      heardAt: 0,
    };
    this.#streams.set(tenantId, stream);
    stream.cancel = this.#clock.after(this.#proven ? BOUND_MS : this.#bound, () => this.#late(tenantId));
    stream.close = this.#open(tenantId, since, {
      onOpen: (head) => {
        stream.head = head;
      },
      onEvent: (event) => {
        this.#heard(tenantId, stream);
        this.#take(tenantId, stream, event);
      },
      onComment: (text) => {
        this.#heard(tenantId, stream);
        if (stream.heads.misses(text)) this.#sink.subscription(tenantId, { kind: "heartbeat", head: null });
      },
      onEnd: (end) => this.#ended(tenantId, stream, end),
    });
  }

  #drop(tenantId: string): void {
    const stream = this.#streams.get(tenantId);
    this.#streams.delete(tenantId);
    stream?.cancel();
    stream?.close();
  }

  #fail(problem: StreamProblem): void {
    this.#bound = BOUND_MS;
    this.#sink.failed(problem);
  }

  /** Where others come through, it is this one's own problem. */
  #late(tenantId: string): void {
    this.#drop(tenantId);
    if (this.#proven) this.#sink.subscription(tenantId, { kind: "unavailable" });
    else this.#fail({ kind: "held-back" });
  }

  #heard(tenantId: string, stream: Stream): void {
    stream.heardAt = this.#clock.now();
    if (stream.connectedAt === null) return;
    stream.cancel();
    stream.cancel = this.#clock.after(SILENCE_MS, () => {
      this.#drop(tenantId);
      this.#fail({ kind: "held-back" });
    });
  }

  #take(tenantId: string, stream: Stream, { event, data }: ServerSentEvent): void {
    const value = parseJsonObject(data);
    if (event === "connected" || event === "heartbeat") stream.heads.named();
    switch (event) {
      case "connected": {
        const said = sseConnectedSchema.safeParse(value);
        if (said.success) this.#connected(tenantId, stream, said.data);
        return;
      }
      case "message":
        this.#sink.text(data);
        return;
      case "heartbeat": {
        const said = sseHeartbeatSchema.safeParse(value);
        if (said.success) this.#sink.subscription(tenantId, { kind: "heartbeat", head: said.data });
        return;
      }
      case "unsubscribed": {
        const said = sseUnsubscribedSchema.safeParse(value);
        if (!said.success) return;
        this.#drop(tenantId);
        this.#sink.subscription(tenantId, { kind: "ended", reason: said.data.reason });
        return;
      }
    }
  }

  /** The stream names the point that it goes on from; how much follows at least, the answer's own position tells. */
  #connected(
    tenantId: string,
    stream: Stream,
    { recovered, ...from }: Position & { readonly recovered: boolean },
  ): void {
    const isFirst = stream.connectedAt === null;
    stream.connectedAt ??= this.#clock.now();
    this.#proven = true;
    this.#heard(tenantId, stream);
    if (isFirst) this.#sink.up();
    const { head } = stream;
    const isAhead = recovered && head !== null && head.epoch === from.epoch && head.seq > from.seq;
    this.#sink.subscription(tenantId, { kind: "subscribed", head: isAhead ? head : from, recovered });
  }

  #ended(tenantId: string, stream: Stream, end: StreamEnd): void {
    this.#drop(tenantId);
    const problem = problemOf(end);
    if (problem !== null) this.#fail(problem);
    else if (end.kind === "refused" && [401, 403, 404].includes(end.status)) this.#sink.closed(tenantId, end.status);
    else if (end.kind !== "ended") this.#sink.subscription(tenantId, { kind: "unavailable" });
    else if (stream.connectedAt === null || this.#clock.now() - stream.connectedAt < HELD_MS)
      this.#fail({ kind: "cut" });
    else this.#comeBack(tenantId, stream);
  }

  /** Servers and proxies end streams now and then. */
  #comeBack(tenantId: string, stream: Stream): void {
    this.#sink.subscription(tenantId, { kind: "lost" });
    const cancel = this.#clock.after(fullJitter(0, this.#random), () => {
      this.#streams.delete(tenantId);
      this.#sink.subscription(tenantId, { kind: "join" });
    });
    // It keeps its place meanwhile.
    this.#streams.set(tenantId, { ...stream, close: () => {}, cancel, connectedAt: null });
  }
}

/** What an end says of the way to the server; `null` when the server itself ended it. */
const problemOf = (end: StreamEnd): StreamProblem | null => {
  if (end.kind === "unreachable") return { kind: "unreachable" };
  return end.kind === "refused" && end.code === null ? { kind: "refused", status: end.status } : null;
};
