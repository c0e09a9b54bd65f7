import { expect, test } from "bun:test";
import { v4, v7 } from "uuid";
import { PROBLEMS } from "../../../shared/problem.ts";
import { ROLES, type Role } from "../../../shared/role.ts";
import { type Actor, addMember, makeGround, startApi } from "../../support/api.ts";
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

const shared = await makeGround(api);
const stranger = await api.signUp("Stranger");
const people = {
  viewer: await addMember(api, shared, "viewer"),
  member: await addMember(api, shared, "member"),
  admin: await addMember(api, shared, "admin"),
  owner: await addMember(api, shared, "owner"),
} satisfies Record<Role, Actor>;

for (const { operation, least, make } of CASES) {
  test(`${operation}: from ${least} on, 403 below, 404 for a stranger`, async () => {
    // What ends the team gets one of its own.
    const own = operation === "DELETE /api/teams/{teamId}";
    for (const role of ROLES) {
      const ground = own ? await makeGround(api) : shared;
      const actor = own ? await addMember(api, ground, role) : people[role];
      const request = await make(ground, actor, api);
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
  const ground = await makeGround(api);
  const admin = await addMember(api, ground, "admin");
  const member = await addMember(api, ground, "member");
  const path = `/api/teams/${ground.team.id}/members`;
  expect(await admin.refused(403, "PATCH", `${path}/${member.id}`, { body: { role: "owner" } })).toBe("FORBIDDEN");
  expect(await admin.refused(403, "PATCH", `${path}/${ground.owner.id}`, { body: { role: "member" } })).toBe(
    "FORBIDDEN",
  );
  expect(await admin.refused(403, "DELETE", `${path}/${ground.owner.id}`)).toBe("FORBIDDEN");
  expect(
    await admin.refused(403, "POST", `/api/teams/${ground.team.id}/invitations`, { body: { role: "owner" } }),
  ).toBe("FORBIDDEN");
});

test("the last owner can neither leave nor step down; with another one, both", async () => {
  const ground = await makeGround(api);
  const mine = `/api/teams/${ground.team.id}/members/${ground.owner.id}`;
  expect(await ground.owner.refused(409, "DELETE", mine)).toBe("LAST_OWNER");
  expect(await ground.owner.refused(409, "PATCH", mine, { body: { role: "admin" } })).toBe("LAST_OWNER");
  await addMember(api, ground, "owner");
  expect((await ground.owner.call("DELETE", mine)).status).toBe(200);
});

test("a viewer may leave", async () => {
  const ground = await makeGround(api);
  const viewer = await addMember(api, ground, "viewer");
  expect((await viewer.call("DELETE", `/api/teams/${ground.team.id}/members/${viewer.id}`)).status).toBe(200);
  expect(await viewer.refused(404, "GET", `/api/boards/${ground.board.id}`)).toBe("NOT_FOUND");
});

test("a malformed id in a path is the same 404 as an unknown one", async () => {
  for (const id of ["x", v4(), v7().toUpperCase(), "%00", "..%2f", v7()]) {
    expect([id, await shared.owner.refused(404, "GET", `/api/boards/${id}`)]).toEqual([id, "NOT_FOUND"]);
  }
  expect(PROBLEMS.NOT_FOUND.status).toBe(404);
});
