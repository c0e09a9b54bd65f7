import type { z } from "zod";
import type { Position } from "../../../shared/position.ts";
import type { FieldError, ProblemCode } from "../../../shared/problem.ts";

/** The server answered and refused. */
export class ApiProblem extends Error {
  override readonly name = "ApiProblem";
  constructor(
    readonly code: ProblemCode | "UNKNOWN",
    readonly status: number,
    readonly detail: string,
    readonly errors: readonly FieldError[],
    readonly retryAfterSeconds: number | null,
  ) {
    super(detail);
  }
}

/** Nothing was answered: the request may or may not have acted; it is safe to send again under its key. */
export class NetworkFailure extends Error {
  override readonly name = "NetworkFailure";
}

export type ApiRequest<Schema extends z.ZodType> = {
  readonly method: "GET" | "POST" | "PATCH" | "DELETE";
  /** Below `/api`, for example `/teams`. */
  readonly path: string;
  readonly body?: unknown;
  readonly schema: Schema;
  readonly ifMatch?: number;
  readonly ifNoneMatch?: string;
  readonly idempotencyKey?: string;
  readonly signal?: AbortSignal;
};

export type ApiAnswer<Data> =
  | {
      readonly kind: "answer";
      readonly status: number;
      readonly data: Data;
      readonly position: Position | null;
      readonly etag: string | null;
    }
  | { readonly kind: "unchanged"; readonly position: Position | null };
