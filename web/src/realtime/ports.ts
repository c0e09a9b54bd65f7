import type { SequencedMessage } from "../../../shared/events.ts";
import type { Position } from "../../../shared/position.ts";
import type { RealtimeToken } from "../../../shared/realtime-token.ts";

/** What the client needs of a socket: the browser's `WebSocket` has it, and a simulator can. */
export type SocketHandlers = {
  readonly onOpen: () => void;
  readonly onText: (text: string) => void;
  readonly onClose: (code: number) => void;
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

export type RealtimePorts = {
  readonly connect: SocketFactory;
  /** Never rejects. */
  readonly fetchToken: () => Promise<TokenAnswer>;
  /** Events after `since`; never rejects. Without it a tenant without history waits. */
  readonly poll?: (tenantId: string, since: Position, limit: number) => Promise<PollAnswer>;
  readonly clock: Clock;
  /** At least 0, below 1. */
  readonly random: () => number;
};
