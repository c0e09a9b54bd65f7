import type { Summary } from "../lib/stats.ts";
import type { Protocol } from "./protocols.ts";

export type Connect = {
  readonly type: "connect";
  readonly port: number;
  readonly protocol: Protocol;
  /** Per socket the messages with which it joins. */
  readonly sockets: readonly (readonly string[])[];
  /** This many of the last sockets stop reading once they have joined. */
  readonly stalled?: number;
};

/** Sockets that are closed from now on reconnect like the client: after up to `withinMs`, with their last position. */
export type Reconnect = {
  readonly type: "reconnect";
  readonly port: number;
  readonly withinMs: number;
  /**
   * A socket that received `n` events of its tenant sends `texts[0]` and `subscribe` with `since` at `firstSeq + n`.
   */
  readonly epoch: string;
  readonly firstSeq: number;
  readonly tenants: readonly string[];
  /** A socket has caught up when it has received this many events. */
  readonly events: number;
};

export type ToListener =
  | Connect
  | Reconnect
  | { readonly type: "catch-up" }
  | { readonly type: "reset" }
  | { readonly type: "count" }
  | { readonly type: "report" };

export type Report = {
  readonly type: "report";
  /** Events per socket since the last reset. */
  readonly counts: readonly number[];
  /** On a sample of the sockets, in milliseconds. */
  readonly latency: Summary;
  readonly closed: number;
};

export type CatchUp = {
  readonly type: "catch-up";
  readonly closed: number;
  /** Sockets that have caught up again. */
  readonly caughtUp: number;
  /** From the first close until a socket had caught up, in milliseconds. */
  readonly times: Summary;
};

export type FromListener =
  | CatchUp
  | { readonly type: "up" }
  | { readonly type: "joined" }
  | { readonly type: "reset" }
  | { readonly type: "reconnecting" }
  | { readonly type: "counted"; readonly total: number; readonly closed: number }
  | Report
  | { readonly type: "failed"; readonly message: string };
