import type { Summary } from "../lib/stats.ts";
import type { Protocol } from "./dialogues.ts";

export type Connect = {
  readonly type: "connect";
  readonly port: number;
  readonly protocol: Protocol;
  /** For each socket what it says to join. */
  readonly sockets: readonly (readonly string[])[];
};

export type ToListener =
  | Connect
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

export type FromListener =
  | { readonly type: "up" }
  | { readonly type: "joined" }
  | { readonly type: "reset" }
  | { readonly type: "counted"; readonly total: number; readonly closed: number }
  | Report
  | { readonly type: "failed"; readonly message: string };
