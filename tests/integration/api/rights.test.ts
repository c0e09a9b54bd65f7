import { expect, test } from "bun:test";
import { v4, v7 } from "uuid";
import { PROBLEM_STATUS } from "../../../shared/problem.ts";
import { ROLES, type Role } from "../../../shared/role.ts";
import { type Actor, addMember, createFixture, startApi } from "../../support/api.ts";
import { documentedOperations, ELSEWHERE, operationsOf } from "./operations.ts";

const api = await startApi();

const CASES = operationsOf(api);

const statusOf = async (actor: Actor, operation: string, request: { path: string; body?: unknown }) => {
  const method = operation.split(" ")[0] ?? "";
  if (request.path.startsWith("/api/events/stream")) {
    const response = await api.raw(
      new Request(`http://localhost${request.path}`, { headers: { Authorization: `Bearer ${actor.token}` } }),
    );
    await response.body?.cancel();
    return response.status;
  }
  return (await actor.call(method, request.path, request.body === undefined ? {} : { body: request.body })).status;
};

test("every operation of the document is in the table of rights", () => {
  const known = [...CASES.map(({ operation }) => operation), ...ELSEWHERE];
  expect(documentedOperations(api).sort()).toEqual(known.sort());
});

const shared = await createFixture(api);
const stranger = await api.signUp("Stranger");
const people = {
  viewer: await addMember(api, shared, "viewer"),
  member: await addMember(api, shared, "member"),
  admin: await addMember(api, shared, "admin"),
  owner: await addMember(api, shared, "owner"),
} satisfies Record<Role, Actor>;

for (const { operation, least, make } of CASES) {
  test(`${operation}: from ${least} on, 403 below, 404 for a stranger`, async () => {
    // The deletion of the team needs a team of its own.
    const own = operation === "DELETE /api/teams/{teamId}";
    for (const role of ROLES) {
      const fixture = own ? await createFixture(api) : shared;
      const actor = own ? await addMember(api, fixture, role) : people[role];
      const request = await make(fixture, actor, api);
      expect([role, await statusOf(stranger, operation, request)]).toEqual([role, 404]);
      const status = await statusOf(actor, operation, request);
      const allowed = least === null || ROLES.indexOf(role) >= ROLES.indexOf(least);
      expect([role, status < 300 ? "done" : status]).toEqual([role, allowed ? "done" : 403]);
    }
  });
}

test("without a session every operation but the open ones is 401", async () => {
  for (const { operation, make } of CASES) {
    const request = await make(shared, shared.owner, api);
    if (operation.startsWith("DELETE /api/teams/{teamId}/members")) continue;
    const method = operation.split(" ")[0] ?? "";
    const answer = await api.call(method, request.path, request.body === undefined ? {} : { body: request.body });
    expect([operation, answer.status]).toEqual([operation, 401]);
  }
});

test("an admin manages up to admin: neither makes owners nor touches them", async () => {
  const fixture = await createFixture(api);
  const admin = await addMember(api, fixture, "admin");
  const member = await addMember(api, fixture, "member");
  const path = `/api/teams/${fixture.team.id}/members`;
  expect(await admin.refused(403, "PATCH", `${path}/${member.id}`, { body: { role: "owner" } })).toBe("FORBIDDEN");
  expect(await admin.refused(403, "PATCH", `${path}/${fixture.owner.id}`, { body: { role: "member" } })).toBe(
    "FORBIDDEN",
  );
  expect(await admin.refused(403, "DELETE", `${path}/${fixture.owner.id}`)).toBe("FORBIDDEN");
  expect(
    await admin.refused(403, "POST", `/api/teams/${fixture.team.id}/invitations`, { body: { role: "owner" } }),
  ).toBe("FORBIDDEN");
});

test("the last owner can neither leave nor step down; with another one, both", async () => {
  const fixture = await createFixture(api);
  const mine = `/api/teams/${fixture.team.id}/members/${fixture.owner.id}`;
  expect(await fixture.owner.refused(409, "DELETE", mine)).toBe("LAST_OWNER");
  expect(await fixture.owner.refused(409, "PATCH", mine, { body: { role: "admin" } })).toBe("LAST_OWNER");
  await addMember(api, fixture, "owner");
  expect((await fixture.owner.call("DELETE", mine)).status).toBe(200);
});

test("a viewer may leave", async () => {
  const fixture = await createFixture(api);
  const viewer = await addMember(api, fixture, "viewer");
  expect((await viewer.call("DELETE", `/api/teams/${fixture.team.id}/members/${viewer.id}`)).status).toBe(200);
  expect(await viewer.refused(404, "GET", `/api/boards/${fixture.board.id}`)).toBe("NOT_FOUND");
});

test("a malformed id in a path is the same 404 as an unknown one", async () => {
  for (const id of ["x", v4(), v7().toUpperCase(), "%00", "..%2f", v7()]) {
    expect([id, await shared.owner.refused(404, "GET", `/api/boards/${id}`)]).toEqual([id, "NOT_FOUND"]);
  }
  expect(PROBLEM_STATUS.NOT_FOUND).toBe(404);
});
