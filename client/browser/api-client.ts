import { z } from "zod";
import type { Page } from "../../shared/paging.ts";
import { MAX_LIMIT } from "../../shared/paging.ts";
import { type FieldError, PROBLEMS, type ProblemCode, problemSchema } from "../../shared/problem.ts";
import { type Position, parsePosition } from "../../shared/protocol/position.ts";

/** The server answered and refused. */
export class ApiProblem extends Error {
  override readonly name = "ApiProblem";
  constructor(
    readonly code: ProblemCode | "UNKNOWN" | "OUTDATED",
    readonly status: number,
    readonly detail: string,
    readonly errors: readonly FieldError[] = [],
    readonly retryAfterSeconds: number | null = null,
  ) {
    super(detail);
  }
}

/** Nothing was answered: the request may or may not have acted; it is safe to send again under its key. */
export class NetworkFailure extends Error {
  override readonly name = "NetworkFailure";
}

/** Whether the same request may succeed a little later. */
export const isPassing = (error: Error): boolean =>
  error instanceof NetworkFailure || (error instanceof ApiProblem && (error.status === 429 || error.status >= 500));

export type ApiRequest<Schema extends z.ZodType> = {
  readonly method: "GET" | "POST" | "PATCH" | "DELETE";
  /** Below `/api`, for example `/teams`. */
  readonly path: string;
  /** Sent as JSON; a `FormData` as it is. */
  readonly body?: unknown;
  readonly schema: Schema;
  /** The version that the change was made on. */
  readonly ifMatch?: number | undefined;
  readonly idempotencyKey?: string | undefined;
  readonly signal?: AbortSignal | undefined;
};

export type ApiAnswer<Data> = {
  readonly status: number;
  readonly data: Data;
  /** Where in its team's history the answer stands; `null` for what belongs to no one team. */
  readonly position: Position | null;
  readonly etag: string | null;
};

/** The snapshot is still the one that the ETag names. */
export type Unchanged = { readonly status: 304; readonly position: Position | null; readonly etag: string };

export type ApiClient = {
  request<Schema extends z.ZodType>(request: ApiRequest<Schema>): Promise<ApiAnswer<z.infer<Schema>>>;
  /** As `request`, asking with an ETag whether anything changed. */
  requestIfChanged<Schema extends z.ZodType>(
    request: ApiRequest<Schema> & { readonly ifNoneMatch: string },
  ): Promise<ApiAnswer<z.infer<Schema>> | Unchanged>;
  /**
   * Begins to read what is no JSON; the answer comes whatever its status is.
   * @throws NetworkFailure when nothing was answered
   */
  open(path: string, accept: string, signal: AbortSignal): Promise<Response>;
};

export type Fetch = (url: string, init: RequestInit) => Promise<Response>;

const isKnownCode = (code: string): code is ProblemCode => Object.hasOwn(PROBLEMS, code);

const retryAfter = (response: Response): number | null => {
  const text = response.headers.get("retry-after");
  const seconds = text === null ? Number.NaN : Number(text);
  return Number.isFinite(seconds) && seconds >= 0 ? seconds : null;
};

const readJson = async (response: Response): Promise<unknown> => {
  try {
    return await response.json();
  } catch (cause) {
    // The connection broke within the body, or something between answered in the server's place.
    throw new NetworkFailure(`no readable answer (${response.status})`, { cause });
  }
};

type Sent = Omit<ApiRequest<z.ZodType>, "schema"> & { readonly accept?: string };

/** What something between may say as well as the server: who asks, how much, how often. */
const BELIEVED = new Set([401, 413, 429]);

/** Whether it does no harm to send it once more. */
const isRepeatable = ({ method, idempotencyKey }: Sent): boolean => method === "GET" || idempotencyKey !== undefined;

const refusal = async (request: Sent, response: Response): Promise<ApiProblem | NetworkFailure> => {
  const parsed = problemSchema.safeParse(await response.json().catch(() => null));
  const wait = retryAfter(response);
  if (parsed.success) {
    const { code, status, detail, errors } = parsed.data;
    return new ApiProblem(isKnownCode(code) ? code : "UNKNOWN", status, detail, errors ?? [], wait);
  }
  // A gateway's own page says nothing of what the server did with the request, or would.
  const { status, statusText } = response;
  return status >= 500 || (isRepeatable(request) && !BELIEVED.has(status))
    ? new NetworkFailure(`a gateway answered ${status}`)
    : new ApiProblem("UNKNOWN", status, statusText || `status ${status}`, [], wait);
};

const headersOf = (request: Sent, ifNoneMatch: string | undefined) => {
  const headers = new Headers({ accept: request.accept ?? "application/json" });
  if (request.body !== undefined && !(request.body instanceof FormData))
    headers.set("content-type", "application/json");
  if (request.ifMatch !== undefined) headers.set("if-match", `"${request.ifMatch}"`);
  if (ifNoneMatch !== undefined) headers.set("if-none-match", ifNoneMatch);
  if (request.idempotencyKey !== undefined) headers.set("idempotency-key", request.idempotencyKey);
  return headers;
};

/**
 * Speaks to `/api` with the session's cookie.
 * Throws `ApiProblem` when the server refuses, `NetworkFailure` when nothing was answered.
 */
export const createApiClient = (deps: { readonly fetch: Fetch; readonly base?: string }): ApiClient => {
  const base = deps.base ?? "/api";

  const send = async (request: Sent, ifNoneMatch?: string): Promise<Response> => {
    const { method, path, body, signal } = request;
    const init: RequestInit = {
      method,
      credentials: "same-origin",
      headers: headersOf(request, ifNoneMatch),
      // Freshness is decided by positions; a cache of the browser's would answer with an older one.
      cache: "no-store",
      ...(body === undefined ? {} : { body: body instanceof FormData ? body : JSON.stringify(body) }),
      ...(signal ? { signal } : {}),
    };
    try {
      return await deps.fetch(`${base}${path}`, init);
    } catch (cause) {
      if (signal?.aborted) throw cause;
      throw new NetworkFailure("nothing was answered", { cause });
    }
  };

  const positionOf = (response: Response) => {
    const text = response.headers.get("artel-position");
    return text === null ? null : parsePosition(text);
  };

  const read = async <Schema extends z.ZodType>(
    request: ApiRequest<Schema>,
    response: Response,
  ): Promise<ApiAnswer<z.infer<Schema>>> => {
    if (!response.ok) throw await refusal(request, response);
    const data = request.schema.safeParse(await readJson(response));
    if (!data.success) throw new ApiProblem("UNKNOWN", response.status, z.prettifyError(data.error));
    return {
      status: response.status,
      data: data.data,
      position: positionOf(response),
      etag: response.headers.get("etag"),
    };
  };

  return {
    request: async (request) => read(request, await send(request)),
    requestIfChanged: async (request) => {
      const response = await send(request, request.ifNoneMatch);
      return response.status === 304
        ? { status: 304, position: positionOf(response), etag: request.ifNoneMatch }
        : read(request, response);
    },
    open: (path, accept, signal) => send({ method: "GET", path, accept, signal }),
  };
};

const lowest = (a: Position | null, b: Position | null): Position | null => {
  if (a === null || b === null) return null;
  // Pages of two histories make no state: the older one makes every gate refuse it.
  if (a.epoch !== b.epoch) return a.epoch < b.epoch ? a : b;
  return a.seq <= b.seq ? a : b;
};

/** Reads a collection to its end; `schema` is its page's. Its position is its lowest page's. */
export const collectPages = async <Item>(
  api: ApiClient,
  request: {
    readonly path: string;
    readonly schema: z.ZodType<Page<Item>>;
    readonly signal?: AbortSignal | undefined;
  },
): Promise<{ items: Item[]; position: Position | null }> => {
  const separator = request.path.includes("?") ? "&" : "?";
  const read = (cursor: string | null): Promise<ApiAnswer<Page<Item>>> =>
    api.request({
      method: "GET",
      path: `${request.path}${separator}limit=${MAX_LIMIT}${cursor === null ? "" : `&cursor=${encodeURIComponent(cursor)}`}`,
      schema: request.schema,
      signal: request.signal,
    });
  let answer = await read(null);
  let { position } = answer;
  const items = [...answer.data.items];
  while (answer.data.nextCursor !== null) {
    answer = await read(answer.data.nextCursor);
    position = lowest(position, answer.position);
    items.push(...answer.data.items);
  }
  return { items, position };
};
