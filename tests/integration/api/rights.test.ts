import { expect, test } from "bun:test";
import { v4, v7 } from "uuid";
import { z } from "zod";
import { PROBLEMS } from "../../../shared/problem.ts";
import { ROLES, type Role } from "../../../shared/role.ts";
import {
  type Actor,
  addMember,
  createFixture,
  type Fixture,
  makeTask,
  startApi,
  type TestApi,
} from "../../support/api.ts";

const api = await startApi();

type Case = {
  /** Method and path, as in the OpenAPI document. */
  readonly operation: string;
  /** The least role; `null`: any signed-in user. */
  readonly least: Role | null;
  readonly make: (fixture: Fixture, actor: Actor, api: TestApi) => Promise<{ path: string; body?: unknown }>;
};

const idSchema = z.object({ id: z.string() });

const label = async ({ owner, board }: Fixture) =>
  (await owner.expect(201, idSchema, "POST", `/api/boards/${board.id}/labels`, { body: { name: "L", color: null } }))
    .id;
const column = async ({ owner, board }: Fixture) =>
  (await owner.expect(201, idSchema, "POST", `/api/boards/${board.id}/columns`, { body: { name: "C" } })).id;
const board = async ({ owner, team }: Fixture) =>
  (await owner.expect(201, idSchema, "POST", `/api/teams/${team.id}/boards`, { body: { name: "B" } })).id;
const invitation = async ({ owner, team }: Fixture) =>
  (await owner.expect(201, idSchema, "POST", `/api/teams/${team.id}/invitations`, { body: { role: "viewer" } })).id;
const task = async (fixture: Fixture) => (await makeTask(fixture)).id;
const emptyExport = { name: "X", lists: [], cards: [] };

const CASES: readonly Case[] = [
  { operation: "GET /api/teams/{teamId}", least: "viewer", make: async (g) => ({ path: `/api/teams/${g.team.id}` }) },
  {
    operation: "PATCH /api/teams/{teamId}",
    least: "admin",
    make: async (g) => ({ path: `/api/teams/${g.team.id}`, body: { name: v7() } }),
  },
  { operation: "DELETE /api/teams/{teamId}", least: "owner", make: async (g) => ({ path: `/api/teams/${g.team.id}` }) },
  {
    operation: "GET /api/teams/{teamId}/members",
    least: "viewer",
    make: async (g) => ({ path: `/api/teams/${g.team.id}/members` }),
  },
  {
    operation: "PATCH /api/teams/{teamId}/members/{userId}",
    least: "admin",
    make: async (g, _, api) => ({
      path: `/api/teams/${g.team.id}/members/${(await addMember(api, g, "viewer")).id}`,
      body: { role: "member" },
    }),
  },
  {
    operation: "DELETE /api/teams/{teamId}/members/{userId}",
    least: "admin",
    make: async (g, _, api) => ({ path: `/api/teams/${g.team.id}/members/${(await addMember(api, g, "viewer")).id}` }),
  },
  {
    operation: "GET /api/teams/{teamId}/invitations",
    least: "admin",
    make: async (g) => ({ path: `/api/teams/${g.team.id}/invitations` }),
  },
  {
    operation: "POST /api/teams/{teamId}/invitations",
    least: "admin",
    make: async (g) => ({ path: `/api/teams/${g.team.id}/invitations`, body: { role: "viewer" } }),
  },
  {
    operation: "DELETE /api/invitations/{invitationId}",
    least: "admin",
    make: async (g) => ({ path: `/api/invitations/${await invitation(g)}` }),
  },
  {
    operation: "GET /api/teams/{teamId}/boards",
    least: "viewer",
    make: async (g) => ({ path: `/api/teams/${g.team.id}/boards` }),
  },
  {
    operation: "POST /api/teams/{teamId}/boards",
    least: "member",
    make: async (g) => ({ path: `/api/teams/${g.team.id}/boards`, body: { name: "B" } }),
  },
  {
    operation: "GET /api/boards/{boardId}",
    least: "viewer",
    make: async (g) => ({ path: `/api/boards/${g.board.id}` }),
  },
  {
    operation: "PATCH /api/boards/{boardId}",
    least: "member",
    make: async (g) => ({ path: `/api/boards/${g.board.id}`, body: { name: v7() } }),
  },
  {
    operation: "DELETE /api/boards/{boardId}",
    least: "member",
    make: async (g) => ({ path: `/api/boards/${await board(g)}` }),
  },
  {
    operation: "GET /api/boards/{boardId}/columns",
    least: "viewer",
    make: async (g) => ({ path: `/api/boards/${g.board.id}/columns` }),
  },
  {
    operation: "POST /api/boards/{boardId}/columns",
    least: "member",
    make: async (g) => ({ path: `/api/boards/${g.board.id}/columns`, body: { name: "C" } }),
  },
  {
    operation: "PATCH /api/columns/{columnId}",
    least: "member",
    make: async (g) => ({ path: `/api/columns/${g.todo.id}`, body: { name: v7() } }),
  },
  {
    operation: "POST /api/columns/{columnId}/move",
    least: "member",
    make: async (g) => ({ path: `/api/columns/${g.todo.id}/move`, body: {} }),
  },
  {
    operation: "DELETE /api/columns/{columnId}",
    least: "member",
    make: async (g) => ({ path: `/api/columns/${await column(g)}` }),
  },
  {
    operation: "GET /api/boards/{boardId}/labels",
    least: "viewer",
    make: async (g) => ({ path: `/api/boards/${g.board.id}/labels` }),
  },
  {
    operation: "POST /api/boards/{boardId}/labels",
    least: "member",
    make: async (g) => ({ path: `/api/boards/${g.board.id}/labels`, body: { name: "L", color: "red" } }),
  },
  {
    operation: "PATCH /api/labels/{labelId}",
    least: "member",
    make: async (g) => ({ path: `/api/labels/${await label(g)}`, body: { name: "M" } }),
  },
  {
    operation: "DELETE /api/labels/{labelId}",
    least: "member",
    make: async (g) => ({ path: `/api/labels/${await label(g)}` }),
  },
  {
    operation: "GET /api/boards/{boardId}/tasks",
    least: "viewer",
    make: async (g) => ({ path: `/api/boards/${g.board.id}/tasks` }),
  },
  {
    operation: "POST /api/boards/{boardId}/tasks",
    least: "member",
    make: async (g) => ({ path: `/api/boards/${g.board.id}/tasks`, body: { columnId: g.todo.id, title: "T" } }),
  },
  {
    operation: "GET /api/tasks/{taskId}",
    least: "viewer",
    make: async (g) => ({ path: `/api/tasks/${await task(g)}` }),
  },
  {
    operation: "PATCH /api/tasks/{taskId}",
    least: "member",
    make: async (g) => ({ path: `/api/tasks/${await task(g)}`, body: { title: "U" } }),
  },
  {
    operation: "POST /api/tasks/{taskId}/move",
    least: "member",
    make: async (g) => ({ path: `/api/tasks/${await task(g)}/move`, body: { columnId: g.doing.id } }),
  },
  {
    operation: "DELETE /api/tasks/{taskId}",
    least: "member",
    make: async (g) => ({ path: `/api/tasks/${await task(g)}` }),
  },
  {
    operation: "POST /api/teams/{teamId}/imports",
    least: "member",
    make: async (g) => ({ path: `/api/teams/${g.team.id}/imports`, body: { format: "trello", data: emptyExport } }),
  },
  {
    operation: "GET /api/imports/{importId}",
    least: "viewer",
    make: async (g) => {
      const { id } = await g.owner.expect(202, idSchema, "POST", `/api/teams/${g.team.id}/imports`, {
        body: { format: "trello", data: emptyExport },
      });
      return { path: `/api/imports/${id}` };
    },
  },
  {
    operation: "GET /api/teams/{teamId}/events",
    least: "viewer",
    make: async (g) => {
      const { position } = await g.owner.call("GET", `/api/teams/${g.team.id}`);
      return { path: `/api/teams/${g.team.id}/events?since=${position?.epoch}:0` };
    },
  },
  {
    operation: "GET /api/events/stream",
    least: "viewer",
    make: async (g) => ({ path: `/api/events/stream?tenantId=${g.team.id}` }),
  },
];

/** Operations that concern no team, or do not depend on a role. */
const ELSEWHERE = [
  "GET /api/health",
  "GET /api/health/pubsub",
  "POST /api/auth/sign-up/email",
  "POST /api/auth/sign-in/email",
  "POST /api/auth/sign-out",
  "POST /api/auth/change-password",
  "POST /api/auth/api-key/create",
  "GET /api/auth/api-key/list",
  "POST /api/auth/api-key/delete",
  "GET /api/me",
  "PATCH /api/me",
  "GET /api/teams",
  "POST /api/teams",
  "GET /api/invitations/{invitationId}",
  "POST /api/invitations/{invitationId}/accept",
  "POST /api/realtime/token",
];

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
  const documented = Object.entries(api.document().paths ?? {}).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
  );
  expect(documented.sort()).toEqual([...CASES.map((each) => each.operation), ...ELSEWHERE].sort());
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
  expect(PROBLEMS.NOT_FOUND.status).toBe(404);
});
