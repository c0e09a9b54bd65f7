import type { Context, TypedResponse } from "hono";
import { AppError } from "./app-error.ts";
import type { Reply } from "./reply.ts";
import type { Scope } from "./scope.ts";

/** Values that middleware sets for routes. `address` is the client's, as resolved through trusted proxies. */
export type AppEnv = {
  Bindings: { readonly address: string; readonly loopback: boolean };
  Variables: { requestId: string; scope: Scope | undefined };
};

export type AppContext = Context<AppEnv>;

/**
 * An answer that any route accepts. Services type the bodies, and tests/integration/api/answers.test.ts holds every
 * answer to the document; Hono's inference would compare each body with the schemas of twenty statuses.
 */
type AnyAnswer = Response & TypedResponse<never, never, never>;

export const answer = (response: Response): AnyAnswer => response as AnyAnswer;

/** The scope of a signed-in request. @throws AppError UNAUTHENTICATED without a session. */
export const scopeOf = (c: AppContext): Scope => {
  const scope = c.get("scope");
  if (scope === undefined) throw new AppError("UNAUTHENTICATED");
  return scope;
};

export type SendOptions = { readonly etag?: string };

const headersOf = (position: string | null, { etag }: SendOptions): Record<string, string> => ({
  ...(position === null ? {} : { "Artel-Position": position }),
  ...(etag === undefined ? {} : { ETag: etag }),
});

/** Sends a reply whose body is JSON text. */
export const sendText = (c: AppContext, reply: Reply<string>, options: SendOptions = {}): AnyAnswer =>
  answer(
    c.body(reply.body, reply.status, {
      ...headersOf(reply.position, options),
      "Content-Type": "application/json",
    }),
  );

/** Sends a reply with its position. */
export const send = <Body>(c: AppContext, reply: Reply<Body>, options: SendOptions = {}): AnyAnswer => {
  return answer(c.json(reply.body, reply.status, headersOf(reply.position, options)));
};

/** Sends one entity, with the version that `If-Match` takes as its ETag. */
export const sendEntity = <Body extends { readonly version: number }>(c: AppContext, reply: Reply<Body>): AnyAnswer =>
  send(c, reply, { etag: `"${reply.body.version}"` });

/** Sends a body that is not about one tenant. */
export const sendBody = (c: AppContext, body: unknown): AnyAnswer => answer(c.json(body, 200));
