import { expect, test } from "bun:test";
import { problemSchema } from "../../../shared/problem.ts";
import { addMember, createFixture, startApi } from "../../support/api.ts";

const told = (headers: Headers) => [
  headers.get("RateLimit-Policy"),
  headers.get("RateLimit-Limit"),
  headers.get("RateLimit-Remaining"),
];

test("requests above the limit of a user or an address get 429 with Retry-After and RateLimit headers", async () => {
  const strict = await startApi({ RATE_LIMIT: "5/60s", AUTH_RATE_LIMIT: "2/60s" });
  const actor = await strict.signUp("Ann");
  const first = await actor.call("GET", "/api/me");
  expect(told(first.headers)).toEqual(["5;w=60", "5", "4"]);
  for (let index = 0; index < 4; index += 1) await actor.call("GET", "/api/me");
  const limited = await actor.call("GET", "/api/me");
  expect([limited.status, Number(limited.headers.get("Retry-After")) > 0]).toEqual([429, true]);
  const body = { email: actor.email, password: "a wrong password" };
  await strict.call("POST", "/api/auth/sign-in/email", { body });
  const tooMany = await strict.call("POST", "/api/auth/sign-in/email", { body });
  expect([tooMany.status, problemSchema.parse(tooMany.body).code]).toEqual([429, "RATE_LIMITED"]);
});

test("the requests of one team's users share a limit that does not affect other teams and strangers", async () => {
  const api = await startApi({ TENANT_RATE_LIMIT: "20/60s" });
  const fixture = await createFixture(api);
  const member = await addMember(api, fixture, "member");
  const viewer = await addMember(api, fixture, "viewer");
  const board = `/api/boards/${fixture.board.id}`;
  const statuses: number[] = [];
  for (let index = 0; index < 20; index += 1) {
    statuses.push((await [member, viewer][index % 2]!.call("GET", board)).status);
  }
  expect(statuses[0]).toBe(200);
  expect(statuses.at(-1)).toBe(429);
  const change = await fixture.owner.call("PATCH", board, { body: { name: "One too many" } });
  expect([change.status, problemSchema.parse(change.body).code]).toEqual([429, "RATE_LIMITED"]);
  expect(told(change.headers)).toEqual(["20;w=60", "20", "0"]);
  expect(Number(change.headers.get("Retry-After"))).toBeGreaterThan(0);
  const stranger = await api.signUp("Sam");
  expect((await stranger.call("GET", board)).status).toBe(404);
  const other = await createFixture(api);
  expect((await other.owner.call("GET", `/api/boards/${other.board.id}`)).status).toBe(200);
});
