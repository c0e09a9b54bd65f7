import { parseJsonObject } from "../../../shared/json.ts";
import { HEARTBEAT_SECONDS, MISSED_HEADS } from "../../../shared/protocol/limits.ts";
import { type EventMessage, isSequenced } from "../../../shared/protocol/message.ts";
import type { Position } from "../../../shared/protocol/position.ts";
import { sseConnectedSchema, sseHeartbeatSchema, sseUnsubscribedSchema } from "../../../shared/protocol/sse.ts";
import { fullJitter } from "../backoff.ts";
import { decodeFrame } from "../frames.ts";
import { HeadWatch } from "../head-watch.ts";
import type { Clock, OpenStream, ServerSentEvent, StreamEnd } from "../ports.ts";

const SILENCE_MS = 2 * HEARTBEAT_SECONDS * 1_000;

export type StreamStatus =
  | { readonly status: "connecting" }
  | { readonly status: "open" }
  /** It does not come back by itself: there is no session, no right, or the team is deleted. */
  | { readonly status: "closed"; readonly reason: "signed-out" | "forbidden" | "revoked" | "deleted" };

export type TenantStreamSink = {
  /** In order, each once. */
  readonly event: (message: EventMessage) => void;
  /** What came before cannot be had: read the state again. */
  readonly reset: () => void;
  readonly status: (status: StreamStatus) => void;
};

/** One tenant's events by one stream that comes back from where it was. */
export class TenantStream {
  readonly #deps: { readonly open: OpenStream; readonly clock: Clock; readonly random: () => number };
  readonly #tenantId: string;
  readonly #sink: TenantStreamSink;
  #position: Position | null;
  #attempt = 0;
  #heads = new HeadWatch();
  #missed = 0;
  #close: () => void = () => {};
  #cancel: () => void = () => {};
  #waits = false;
  #status: StreamStatus = { status: "connecting" };

  constructor(
    deps: { readonly open: OpenStream; readonly clock: Clock; readonly random: () => number },
    { tenantId, since }: { readonly tenantId: string; readonly since: Position | null },
    sink: TenantStreamSink,
  ) {
    this.#deps = deps;
    this.#tenantId = tenantId;
    this.#position = since;
    this.#sink = sink;
    this.#begin();
  }

  get position(): Position | null {
    return this.#position;
  }

  get status(): StreamStatus {
    return this.#status;
  }

  /** Does not wait any longer before it comes back. */
  wake(): void {
    if (this.#waits) this.#begin();
  }

  stop(): void {
    this.#waits = false;
    this.#cancel();
    this.#close();
  }

  #begin(): void {
    this.stop();
    this.#heads = new HeadWatch();
    this.#missed = 0;
    this.#watch();
    this.#close = this.#deps.open(this.#tenantId, this.#position, {
      onOpen: () => {},
      onEvent: (event) => {
        this.#watch();
        this.#take(event);
      },
      onComment: (text) => {
        this.#watch();
        this.#commented(text);
      },
      onEnd: (end) => this.#ended(end),
    });
  }

  /** Silence for this long is a connection that is dead without a sign. */
  #watch(): void {
    this.#cancel();
    this.#cancel = this.#deps.clock.after(SILENCE_MS, () => this.#comeBack());
  }

  /** A server that can't vouch for its heads may be cut off from what happens: another may not be. */
  #commented(text: string): void {
    if (!this.#heads.misses(text)) return;
    this.#missed += 1;
    if (this.#missed >= MISSED_HEADS) this.#comeBack();
  }

  #comeBack(): void {
    this.stop();
    this.#say({ status: "connecting" });
    this.#waits = true;
    this.#cancel = this.#deps.clock.after(fullJitter(this.#attempt, this.#deps.random), () => this.#begin());
    this.#attempt += 1;
  }

  #ended(end: StreamEnd): void {
    const status = end.kind === "refused" ? end.status : null;
    if (status === 401) this.#finish("signed-out");
    else if (status === 403 || status === 404) this.#finish("forbidden");
    else this.#comeBack();
  }

  #finish(reason: Extract<StreamStatus, { status: "closed" }>["reason"]): void {
    this.stop();
    this.#say({ status: "closed", reason });
  }

  #say(status: StreamStatus): void {
    if (status.status === this.#status.status) return;
    this.#status = status;
    this.#sink.status(status);
  }

  #take({ event, data }: ServerSentEvent): void {
    switch (event) {
      case "connected": {
        const said = sseConnectedSchema.safeParse(parseJsonObject(data)).data;
        if (said === undefined) return;
        const { recovered, ...from } = said;
        this.#attempt = 0;
        this.#heads.named();
        this.#position = from;
        this.#say({ status: "open" });
        if (!recovered) this.#sink.reset();
        return;
      }
      case "message":
        this.#takeMessage(data);
        return;
      case "heartbeat": {
        // The last event was lost with none behind it: it is asked for again.
        const head = sseHeartbeatSchema.safeParse(parseJsonObject(data)).data;
        this.#heads.named();
        this.#missed = 0;
        if (head !== undefined && this.#isBehind(head)) this.#comeBack();
        return;
      }
      case "unsubscribed": {
        const reason = sseUnsubscribedSchema.safeParse(parseJsonObject(data)).data?.reason;
        if (reason === "deleted" || reason === "revoked") this.#finish(reason);
        return;
      }
    }
  }

  #isBehind(head: Position): boolean {
    const at = this.#position;
    return at !== null && (head.epoch !== at.epoch || head.seq > at.seq);
  }

  #takeMessage(text: string): void {
    const frame = decodeFrame(text);
    if (frame.kind === "undecodable-event") this.#pass(frame.at, this.#sink.reset);
    if (frame.kind !== "message" || frame.message.type !== "message") return;
    const { message } = frame;
    if (isSequenced(message)) this.#pass({ epoch: message.epoch, seq: message.seq }, () => this.#sink.event(message));
    else this.#sink.event(message);
  }

  /** Hands on what is next; asks again where something is missing. */
  #pass(at: Position, hand: () => void): void {
    const known = this.#position;
    if (known !== null && known.epoch === at.epoch && at.seq <= known.seq) return;
    if (known !== null && (known.epoch !== at.epoch || at.seq !== known.seq + 1)) {
      this.#comeBack();
      return;
    }
    this.#position = at;
    hand();
  }
}
