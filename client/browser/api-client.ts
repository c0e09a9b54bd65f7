import { z } from "zod";
import type { Page } from "../../shared/paging.ts";
import { MAX_LIMIT } from "../../shared/paging.ts";
import { type FieldError, PROBLEM_STATUS, type ProblemCode, problemSchema } from "../../shared/problem.ts";
import { comparePositions, type Position, parsePosition } from "../../shared/protocol/position.ts";

/** The server refused the request. */
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

/** No answer arrived: the request may or may not have taken effect. Safe to send again under its idempotency key. */
export class NetworkFailure extends Error {
  override readonly name = "NetworkFailure";
}

/** Whether the same request may succeed a little later: no answer, a rate limit or a server error. */
export const isTransient = (error: Error): boolean =>
  error instanceof NetworkFailure || (error instanceof ApiProblem && (error.status === 429 || error.status >= 500));

export type ApiRequest<Schema extends z.ZodType> = {
  readonly method: "GET" | "POST" | "PATCH" | "DELETE";
  /** Below the base address, for example `/teams`. */
  readonly path: string;
  /** Sent as JSON, or unchanged if it is a `FormData`. */
  readonly body?: unknown;
  readonly schema: Schema;
  /** The version of the entity that the change was made on. */
  readonly ifMatch?: number | undefined;
  readonly idempotencyKey?: string | undefined;
  readonly signal?: AbortSignal | undefined;
};

export type ApiAnswer<Data> = {
  readonly status: number;
  readonly data: Data;
  /** The position of the team's history that the answer reflects; `null` if it belongs to no single team. */
  readonly position: Position | null;
  readonly etag: string | null;
};

/** The entity still has the ETag of the request. */
export type Unchanged = { readonly status: 304; readonly position: Position | null; readonly etag: string };

export type ApiClient = {
  request<Schema extends z.ZodType>(request: ApiRequest<Schema>): Promise<ApiAnswer<z.infer<Schema>>>;
  /** `request` with `If-None-Match`. */
  requestIfChanged<Schema extends z.ZodType>(
    request: ApiRequest<Schema> & { readonly ifNoneMatch: string },
  ): Promise<ApiAnswer<z.infer<Schema>> | Unchanged>;
  /**
   * Sends a GET request and returns the response unread, whatever its status.
   * @throws NetworkFailure when no answer arrived
   */
  open(path: string, accept: string, signal: AbortSignal): Promise<Response>;
};

export type Fetch = (url: string, init: RequestInit) => Promise<Response>;

const isKnownCode = (code: string): code is ProblemCode => Object.hasOwn(PROBLEM_STATUS, code);

const retryAfter = (response: Response): number | null => {
  const text = response.headers.get("retry-after");
  const seconds = text === null ? Number.NaN : Number(text);
  return Number.isFinite(seconds) && seconds >= 0 ? seconds : null;
};

const readJson = async (response: Response): Promise<unknown> => {
  try {
    return await response.json();
  } catch (cause) {
    // The connection broke within the body, or a proxy answered in the server's place.
    throw new NetworkFailure(`no readable answer (${response.status})`, { cause });
  }
};

type RequestOptions = Omit<ApiRequest<z.ZodType>, "schema"> & { readonly accept?: string };

/** Statuses that a proxy may send too (auth, size, rate) and that we trust. */
const TRUSTED_PROXY_STATUSES = new Set([401, 413, 429]);

/** Whether a second sending has no second effect. */
const isRepeatable = ({ method, idempotencyKey }: RequestOptions): boolean =>
  method === "GET" || idempotencyKey !== undefined;

const errorOf = async (request: RequestOptions, response: Response): Promise<ApiProblem | NetworkFailure> => {
  const parsed = problemSchema.safeParse(await response.json().catch(() => null));
  const wait = retryAfter(response);
  if (parsed.success) {
    const { code, status, detail, errors } = parsed.data;
    return new ApiProblem(isKnownCode(code) ? code : "UNKNOWN", status, detail, errors ?? [], wait);
  }
  // A proxy's error page does not reveal whether the server handled the request.
  const { status, statusText } = response;
  return status >= 500 || (isRepeatable(request) && !TRUSTED_PROXY_STATUSES.has(status))
    ? new NetworkFailure(`a gateway answered ${status}`)
    : new ApiProblem("UNKNOWN", status, statusText || `status ${status}`, [], wait);
};

const headersOf = (request: RequestOptions, ifNoneMatch: string | undefined) => {
  const headers = new Headers({ accept: request.accept ?? "application/json" });
  if (request.body !== undefined && !(request.body instanceof FormData))
    headers.set("content-type", "application/json");
  if (request.ifMatch !== undefined) headers.set("if-match", `"${request.ifMatch}"`);
  if (ifNoneMatch !== undefined) headers.set("if-none-match", ifNoneMatch);
  if (request.idempotencyKey !== undefined) headers.set("idempotency-key", request.idempotencyKey);
  return headers;
};

/**
 * A client of the REST API that sends the session's cookie.
 * Its methods throw `ApiProblem` when the server refuses and `NetworkFailure` when no answer arrived.
 * @param deps.base the address of the API, `/api` on the page's origin by default
 */
export const createApiClient = (deps: { readonly fetch: Fetch; readonly base?: string }): ApiClient => {
  const base = deps.base ?? "/api";

  const send = async (request: RequestOptions, ifNoneMatch?: string): Promise<Response> => {
    const { method, path, body, signal } = request;
    const init: RequestInit = {
      method,
      credentials: "same-origin",
      headers: headersOf(request, ifNoneMatch),
      // Positions decide freshness; the browser's HTTP cache could return an older answer.
      cache: "no-store",
      ...(body === undefined ? {} : { body: body instanceof FormData ? body : JSON.stringify(body) }),
      ...(signal ? { signal } : {}),
    };
    try {
      return await deps.fetch(`${base}${path}`, init);
    } catch (cause) {
      if (signal?.aborted) throw cause;
      throw new NetworkFailure("no answer", { cause });
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
    if (!response.ok) throw await errorOf(request, response);
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

/** Pages of two epochs form no snapshot: the older position makes every reader of it refuse them. */
const older = (a: Position | null, b: Position | null): Position | null => {
  if (a === null || b === null) return null;
  return comparePositions(a, b) <= 0 ? a : b;
};

/** Reads all pages of a collection. `schema` validates one page; the position is that of the oldest page. */
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
    position = older(position, answer.position);
    items.push(...answer.data.items);
  }
  return { items, position };
};
