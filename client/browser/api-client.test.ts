import { expect, test } from "bun:test";
import { z } from "zod";
import { page } from "../../shared/paging.ts";
import { ApiProblem, collectPages, createApiClient, NetworkFailure } from "./api-client.ts";

type Call = { readonly url: string; readonly init: RequestInit };

const answering = (...answers: (Response | Error)[]) => {
  const calls: Call[] = [];
  const api = createApiClient({
    fetch: async (url, init) => {
      calls.push({ url, init });
      const answer = answers.shift() ?? new Error("no more answers");
      if (answer instanceof Error) throw answer;
      return answer;
    },
  });
  return { api, calls };
};

const failure = async (promise: Promise<unknown>): Promise<unknown> => promise.then(() => null).catch((error) => error);
const thing = z.object({ id: z.string() });
const get = { method: "GET", path: "/things", schema: thing } as const;

test("an answer comes with its position and ETag, and is read by its schema", async () => {
  const headers = { "artel-position": "e1:7", etag: 'W/"x"' };
  const { api } = answering(Response.json({ id: "a", more: 1 }, { headers }));
  expect(await api.request(get)).toEqual({
    status: 200,
    data: { id: "a" },
    position: { epoch: "e1", seq: 7 },
    etag: 'W/"x"',
  });
});

test("a change carries its key, its version and JSON", async () => {
  const { api, calls } = answering(Response.json({ id: "a" }));
  await api.request({
    method: "PATCH",
    path: "/things/a",
    body: { name: "b" },
    schema: thing,
    ifMatch: 3,
    idempotencyKey: "k",
  });
  const headers = new Headers(calls[0]?.init.headers);
  expect(calls[0]?.url).toBe("/api/things/a");
  expect(headers.get("idempotency-key")).toBe("k");
  expect(headers.get("if-match")).toBe('"3"');
  expect(headers.get("content-type")).toBe("application/json");
  expect(calls[0]?.init.body).toBe('{"name":"b"}');
});

test("an unchanged snapshot comes with its position", async () => {
  const { api, calls } = answering(new Response(null, { status: 304, headers: { "artel-position": "e1:9" } }));
  expect(await api.requestIfChanged({ ...get, ifNoneMatch: 'W/"x"' })).toEqual({
    status: 304,
    position: { epoch: "e1", seq: 9 },
    etag: 'W/"x"',
  });
  expect(new Headers(calls[0]?.init.headers).get("if-none-match")).toBe('W/"x"');
});

test("a refusal is a problem with its code, its fields and its wait", async () => {
  const body = {
    type: "t",
    title: "t",
    status: 429,
    detail: "slow down",
    code: "RATE_LIMITED",
    requestId: "r",
    errors: [{ path: "name", message: "no" }],
  };
  const { api } = answering(Response.json(body, { status: 429, headers: { "retry-after": "3" } }));
  const error = await failure(api.request(get));
  expect(error).toBeInstanceOf(ApiProblem);
  expect(error).toMatchObject({
    code: "RATE_LIMITED",
    status: 429,
    retryAfterSeconds: 3,
    errors: [{ path: "name", message: "no" }],
  });
});

test("a refusal of a later version is a problem of unknown code", async () => {
  const body = { type: "t", title: "t", status: 409, detail: "no", code: "LATER_CODE", requestId: "r" };
  const { api } = answering(Response.json(body, { status: 409 }));
  expect(await failure(api.request(get))).toMatchObject({ code: "UNKNOWN", status: 409 });
});

test("no answer, a broken answer and a proxy's answer are network failures", async () => {
  const { api } = answering(new TypeError("failed"), new Response("{"), new Response("<html>", { status: 502 }));
  for (let tries = 0; tries < 3; tries += 1) expect(await failure(api.request(get))).toBeInstanceOf(NetworkFailure);
});

const page403 = () => new Response("<html>", { status: 403 });
const keyed = { method: "DELETE", path: "/things/a", schema: thing, idempotencyKey: "k" } as const;

test("a proxy's page says nothing about a request that can be repeated", async () => {
  const foreign = Response.json({ title: "Not Found", status: 404 }, { status: 404 });
  const { api } = answering(page403(), foreign, new Response("", { status: 404 }), page403());
  for (let tries = 0; tries < 3; tries += 1) expect(await failure(api.request(keyed))).toBeInstanceOf(NetworkFailure);
  expect(await failure(api.request(get))).toBeInstanceOf(NetworkFailure);
});

test("a proxy is trusted about the session, the size and the rate", async () => {
  const wait = { "retry-after": "3" };
  const answers = [401, 413, 429].map((status) => new Response("<html>", { status, headers: wait }));
  const { api } = answering(...answers);
  for (const status of [401, 413, 429])
    expect(await failure(api.request(keyed))).toMatchObject({ code: "UNKNOWN", status, retryAfterSeconds: 3 });
});

test("a proxy's page does not repeat a request that might act twice", async () => {
  const { api } = answering(page403());
  expect(await failure(api.request({ ...get, method: "POST" }))).toMatchObject({ code: "UNKNOWN", status: 403 });
});

test("an answer that its schema refuses is a problem", async () => {
  const { api } = answering(Response.json({ id: 7 }));
  expect(await failure(api.request(get))).toMatchObject({ code: "UNKNOWN" });
});

test("a collection is read to its end and has the position of its oldest page", async () => {
  const of = (position: string, items: unknown[], nextCursor: string | null) =>
    Response.json({ items, nextCursor }, { headers: { "artel-position": position } });
  const { api, calls } = answering(of("e1:9", [{ id: "a" }], "n&1"), of("e1:8", [{ id: "b" }], null));
  expect(await collectPages(api, { path: "/things", schema: page(thing) })).toEqual({
    items: [{ id: "a" }, { id: "b" }],
    position: { epoch: "e1", seq: 8 },
  });
  expect(calls[1]?.url).toBe("/api/things?limit=500&cursor=n%261");
});
