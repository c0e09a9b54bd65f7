import type { Summary } from "../lib/stats.ts";
import type { Protocol } from "./dialogues.ts";

export type Connect = {
  readonly type: "connect";
  readonly port: number;
  readonly protocol: Protocol;
  /** For each socket what it says to join. */
  readonly sockets: readonly (readonly string[])[];
  /** The last so many stop reading as soon as they have joined. */
  readonly stalled?: number;
};

/** Sockets that are closed from now on come back: as the client does it, after up to `withinMs`, from where they were. */
export type Return = {
  readonly type: "return";
  readonly port: number;
  readonly withinMs: number;
  /** What a socket that heard `n` events of its tenant says to join is `texts[0]`, and `subscribe` with this plus `n`. */
  readonly epoch: string;
  readonly firstSeq: number;
  readonly tenants: readonly string[];
  /** A socket is level when it has heard so many events. */
  readonly events: number;
};

export type ToListener =
  | Connect
  | Return
  | { readonly type: "levels" }
  | { readonly type: "reset" }
  | { readonly type: "count" }
  | { readonly type: "report" };

export type Report = {
  readonly type: "report";
  /** How many events each socket got since the last reset. */
  readonly counts: readonly number[];
  /** Of a sample of the sockets, in milliseconds. */
  readonly latency: Summary;
  readonly closed: number;
};

export type Levels = {
  readonly type: "levels";
  /** How many were closed, and how many of them are level again. */
  readonly closed: number;
  readonly level: number;
  /** From the first closing until each was level, in milliseconds. */
  readonly after: Summary;
};

export type FromListener =
  | Levels
  | { readonly type: "up" }
  | { readonly type: "joined" }
  | { readonly type: "reset" }
  | { readonly type: "returning" }
  | { readonly type: "counted"; readonly total: number; readonly closed: number }
  | Report
  | { readonly type: "failed"; readonly message: string };
