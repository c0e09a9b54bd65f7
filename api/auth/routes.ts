import { createRoute, z } from "@hono/zod-openapi";
import { probe } from "../../platform/db/db.ts";
import {
  apiKeySchema,
  changePasswordSchema,
  createApiKeySchema,
  createdApiKeySchema,
  deleteApiKeySchema,
  signedInSchema,
  signInSchema,
  signUpSchema,
  successSchema,
} from "../../shared/accounts.ts";
import type { UserId } from "../../shared/ids.ts";
import type { ProblemCode } from "../../shared/problem.ts";
import { AppError, notFound } from "../app-error.ts";
import type { ApiDeps } from "../deps.ts";
import { maySignUp } from "../features/invitations/service.ts";
import { type AppContext, answer, scopeOf } from "../http.ts";
import { createRouter, jsonBody, okPlain, problems } from "../openapi.ts";
import type { Auth } from "./auth.ts";
import type { Ends } from "./ends.ts";

const tags = ["Accounts"];
const EDGE: ProblemCode[] = [
  "BAD_REQUEST",
  "UNTRUSTED_ORIGIN",
  "TOO_LARGE",
  "UNSUPPORTED_MEDIA_TYPE",
  "INVALID",
  "RATE_LIMITED",
  "INTERNAL",
  "UNAVAILABLE",
];

const signUp = createRoute({
  method: "post",
  path: "/api/auth/sign-up/email",
  operationId: "signUp",
  summary: "Make an account and sign in",
  tags,
  security: [],
  request: { body: jsonBody(signUpSchema) },
  responses: { 200: okPlain(signedInSchema, "Signed in"), ...problems(...EDGE, "SIGN_UP_CLOSED", "EMAIL_TAKEN") },
});

const signIn = createRoute({
  method: "post",
  path: "/api/auth/sign-in/email",
  operationId: "signIn",
  summary: "Sign in",
  tags,
  security: [],
  request: { body: jsonBody(signInSchema) },
  responses: { 200: okPlain(signedInSchema, "Signed in"), ...problems(...EDGE, "INVALID_CREDENTIALS") },
});

const signOut = createRoute({
  method: "post",
  path: "/api/auth/sign-out",
  operationId: "signOut",
  summary: "End this session and its sockets",
  tags,
  responses: { 200: okPlain(successSchema, "Signed out"), ...problems(...EDGE, "UNAUTHENTICATED") },
});

const changePassword = createRoute({
  method: "post",
  path: "/api/auth/change-password",
  operationId: "changePassword",
  summary: "Change my password, ending my other sessions when asked to",
  tags,
  request: { body: jsonBody(changePasswordSchema) },
  responses: {
    200: okPlain(z.object({ token: z.string().nullable() }), "Changed; the new token where sessions were ended"),
    ...problems(...EDGE, "UNAUTHENTICATED", "INVALID_CREDENTIALS"),
  },
});

const createKey = createRoute({
  method: "post",
  path: "/api/auth/api-key/create",
  operationId: "createApiKey",
  summary: "Make an API key for the header x-api-key",
  tags,
  request: { body: jsonBody(createApiKeySchema) },
  responses: { 200: okPlain(createdApiKeySchema, "The new key"), ...problems(...EDGE, "UNAUTHENTICATED") },
});

const listKeys = createRoute({
  method: "get",
  path: "/api/auth/api-key/list",
  operationId: "listApiKeys",
  summary: "My API keys",
  tags,
  responses: {
    200: okPlain(z.object({ apiKeys: z.array(apiKeySchema), total: z.int() }), "The keys, without their secrets"),
    ...problems("UNAUTHENTICATED", "RATE_LIMITED", "INTERNAL", "UNAVAILABLE"),
  },
});

const deleteKey = createRoute({
  method: "post",
  path: "/api/auth/api-key/delete",
  operationId: "deleteApiKey",
  summary: "Delete an API key and end its sockets",
  tags,
  request: { body: jsonBody(deleteApiKeySchema) },
  responses: { 200: okPlain(successSchema, "Deleted"), ...problems(...EDGE, "UNAUTHENTICATED", "NOT_FOUND") },
});

/** Our codes for better-auth's. Its other refusals become INVALID with its own message. */
const CODES: Record<string, ProblemCode> = {
  INVALID_EMAIL_OR_PASSWORD: "INVALID_CREDENTIALS",
  INVALID_PASSWORD: "INVALID_CREDENTIALS",
  CREDENTIAL_ACCOUNT_NOT_FOUND: "INVALID_CREDENTIALS",
  USER_ALREADY_EXISTS: "EMAIL_TAKEN",
  USER_ALREADY_EXISTS_USE_ANOTHER_EMAIL: "EMAIL_TAKEN",
  KEY_NOT_FOUND: "NOT_FOUND",
  UNAUTHORIZED: "UNAUTHENTICATED",
  SESSION_EXPIRED: "UNAUTHENTICATED",
};

const failureSchema = z.object({ code: z.string().optional(), message: z.string().optional() });

type Target = { readonly auth: Auth; readonly origin: string; readonly probe: () => Promise<void> };

const targetOf = ({ db, origins }: ApiDeps, auth: Auth): Target => ({
  auth,
  origin: origins.baseUrl,
  probe: () => probe(db),
});

/** Forwards a validated request to better-auth and turns its refusals into problems. */
const forward = async (deps: Target, c: AppContext, body?: unknown): Promise<Response> => {
  const headers = new Headers();
  for (const name of ["cookie", "authorization", "x-api-key", "user-agent"]) {
    const value = c.req.header(name);
    if (value !== undefined) headers.set(name, value);
  }
  headers.set("x-forwarded-for", c.env.address);
  if (body !== undefined) headers.set("content-type", "application/json");
  const response = await deps.auth.handler(
    new Request(new URL(c.req.path, deps.origin), {
      method: c.req.method,
      headers,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    }),
  );
  if (response.ok) return response;
  const failure = failureSchema.safeParse(await response.json().catch(() => null));
  const code = failure.data?.code;
  if (code !== undefined && Object.hasOwn(CODES, code))
    throw new AppError(CODES[code] ?? "INVALID", failure.data?.message);
  if (response.status === 401) throw new AppError("UNAUTHENTICATED");
  if (response.status < 500) throw new AppError("INVALID", failure.data?.message);
  // better-auth answers 500 while the database is away; the probe throws the database's own error.
  await deps.probe();
  throw new Error(`better-auth answered ${response.status}: ${failure.data?.message ?? ""}`);
};

/** The routes of sign-up and sign-in; they need no session. */
export const signInRoutes = (deps: ApiDeps, auth: Auth) => {
  const router = createRouter();
  const target = targetOf(deps, auth);
  router.openapi(signUp, async (c) => {
    const { invitationId, ...account } = c.req.valid("json");
    if (
      deps.config.signUp === "invited" &&
      !(await maySignUp(deps, { id: invitationId ?? null, email: account.email }))
    ) {
      throw new AppError("SIGN_UP_CLOSED", "Ask an administrator of a team for an invitation");
    }
    return answer(await forward(target, c, account));
  });
  router.openapi(signIn, async (c) => answer(await forward(target, c, c.req.valid("json"))));
  return router;
};

/** The routes of a signed-in user's own account. */
export const accountRoutes = (deps: ApiDeps, auth: Auth, ends: Ends) => {
  const router = createRouter();
  const target = targetOf(deps, auth);
  const sessionIds = async (userId: UserId): Promise<string[]> =>
    (await deps.db.write.selectFrom("sessions").select("id").where("userId", "=", userId).execute()).map(
      (row) => row.id,
    );

  router.openapi(signOut, async (c) => {
    const { sid } = scopeOf(c);
    const response = await forward(target, c, {});
    ends.announce([sid]);
    return answer(response);
  });
  router.openapi(changePassword, async (c) => {
    const { userId } = scopeOf(c);
    const before = await sessionIds(userId);
    const response = await forward(target, c, c.req.valid("json"));
    const after = new Set(await sessionIds(userId));
    ends.announce(before.filter((sid) => !after.has(sid)));
    return answer(response);
  });
  router.openapi(createKey, async (c) => answer(await forward(target, c, c.req.valid("json"))));
  router.openapi(listKeys, async (c) => answer(await forward(target, c)));
  router.openapi(deleteKey, async (c) => {
    const { keyId } = c.req.valid("json");
    const { userId } = scopeOf(c);
    const own = await deps.db.write
      .selectFrom("api_keys")
      .select("id")
      .where("id", "=", keyId)
      .where("referenceId", "=", userId)
      .executeTakeFirst();
    if (own === undefined) throw notFound();
    const response = await forward(target, c, { keyId });
    ends.announce([keyId]);
    return answer(response);
  });
  return router;
};
