import type { SequencedMessage } from "../../shared/protocol/message.ts";
import type { Position } from "../../shared/protocol/position.ts";
import type { RealtimeToken } from "../../shared/protocol/realtime-token.ts";

/** What the client needs of a socket: the browser's `WebSocket` has it, and a simulator can. */
export type SocketHandlers = {
  readonly onOpen: () => void;
  readonly onText: (text: string) => void;
  readonly onClose: (code: number, reason?: string) => void;
};
export type Socket = {
  readonly send: (text: string) => void;
  readonly close: (code?: number, reason?: string) => void;
};
export type SocketFactory = (url: string, handlers: SocketHandlers) => Socket;

/** Milliseconds since the epoch, and timers; `after` returns its undo. */
export type Clock = {
  readonly now: () => number;
  readonly after: (milliseconds: number, run: () => void) => () => void;
};

export type TokenAnswer =
  | { readonly kind: "token"; readonly token: RealtimeToken }
  /** There is no session. */
  | { readonly kind: "denied" }
  /** `code` is the server's reason, where it gave one. */
  | { readonly kind: "failed"; readonly retryAfterSeconds: number | null; readonly code?: string };

export type PollAnswer =
  | { readonly kind: "events"; readonly head: Position; readonly events: readonly SequencedMessage[] }
  /** The history does not reach back to the position. */
  | { readonly kind: "history-gone" }
  | { readonly kind: "failed" };

/** Events after `since`; never rejects. */
export type Poll = (tenantId: string, since: Position, limit: number) => Promise<PollAnswer>;

export type ServerSentEvent = { readonly event: string; readonly data: string };

export type StreamEnd =
  /** It had begun, and is over. */
  | { readonly kind: "ended" }
  /** Something else than a stream was answered; `code` is Artel's own, `null` when something between answered. */
  | { readonly kind: "refused"; readonly status: number; readonly code: string | null }
  | { readonly kind: "unreachable" }
  /** No connection may be held for it: the browser keeps few to one server. */
  | { readonly kind: "full" };

export type StreamHandlers = {
  /** The answer has begun; `head` is the tenant's head then, where the answer tells it. */
  readonly onOpen: (head: Position | null) => void;
  readonly onEvent: (event: ServerSentEvent) => void;
  /** A comment: the stream lives. */
  readonly onComment: (text: string) => void;
  readonly onEnd: (end: StreamEnd) => void;
};

/** Opens a tenant's event stream; never throws. Returns what closes it, after which nothing more is told. */
export type OpenStream = (tenantId: string, since: Position | null, handlers: StreamHandlers) => () => void;

export type RealtimePorts = {
  readonly connect: SocketFactory;
  /** Never rejects. */
  readonly fetchToken: () => Promise<TokenAnswer>;
  /** What serves where no socket comes about; without it the next rung does. */
  readonly stream?: OpenStream;
  /** What serves where no stream does either; without it a tenant without history waits. */
  readonly poll?: Poll;
  readonly clock: Clock;
  /** At least 0, below 1. */
  readonly random: () => number;
};
