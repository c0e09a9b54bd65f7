import type { SequencedMessage } from "../../shared/protocol/message.ts";
import type { Position } from "../../shared/protocol/position.ts";
import type { RealtimeToken } from "../../shared/protocol/realtime-token.ts";

export type SocketHandlers = {
  readonly onOpen: () => void;
  readonly onText: (text: string) => void;
  readonly onClose: (code: number, reason?: string) => void;
};
/** The part of `WebSocket` that the client uses. */
export type Socket = {
  readonly send: (text: string) => void;
  readonly close: (code?: number, reason?: string) => void;
};
export type SocketFactory = (url: string, handlers: SocketHandlers) => Socket;

/** `now` is in epoch milliseconds; `after` returns a function that cancels the timer. */
export type Clock = {
  readonly now: () => number;
  readonly after: (milliseconds: number, run: () => void) => () => void;
};

export type TokenAnswer =
  | { readonly kind: "token"; readonly token: RealtimeToken }
  /** There is no session. */
  | { readonly kind: "denied" }
  /** `code` is the server's problem code, absent without one. */
  | { readonly kind: "failed"; readonly retryAfterSeconds: number | null; readonly code?: string };

export type PollAnswer =
  | { readonly kind: "events"; readonly head: Position; readonly events: readonly SequencedMessage[] }
  /** The history does not reach back to the position. */
  | { readonly kind: "history-gone" }
  | { readonly kind: "failed" };

/** Reads at most `limit` events after `since`. Never rejects. */
export type Poll = (tenantId: string, since: Position, limit: number) => Promise<PollAnswer>;

export type ServerSentEvent = { readonly event: string; readonly data: string };

export type StreamEnd =
  /** The stream had begun, and ended or broke. */
  | { readonly kind: "ended" }
  /** The answer was no stream. `code` is Artel's problem code, `null` if a proxy answered. */
  | { readonly kind: "refused"; readonly status: number; readonly code: string | null }
  | { readonly kind: "unreachable" }
  /** The browser has no connection to spare for it. */
  | { readonly kind: "full" };

export type StreamHandlers = {
  /** The response began. `head` is the tenant's head at that moment, if the response names it. */
  readonly onOpen: (head: Position | null) => void;
  readonly onEvent: (event: ServerSentEvent) => void;
  readonly onComment: (text: string) => void;
  readonly onEnd: (end: StreamEnd) => void;
};

/** Opens a tenant's event stream. Never throws. Returns a function that closes it, after which no handler is called. */
export type OpenStream = (tenantId: string, since: Position | null, handlers: StreamHandlers) => () => void;

export type RealtimePorts = {
  readonly connect: SocketFactory;
  /** Never rejects. */
  readonly fetchToken: () => Promise<TokenAnswer>;
  /** Serves while no socket opens. Without it polling does. */
  readonly stream?: OpenStream;
  /** Serves while no stream delivers either. Without it a tenant without history waits. */
  readonly poll?: Poll;
  readonly clock: Clock;
  /** At least 0, below 1. */
  readonly random: () => number;
};
