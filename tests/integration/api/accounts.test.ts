import { expect, test } from "bun:test";
import { v7 } from "uuid";
import { z } from "zod";
import { CONTROL_CHANNEL } from "../../../platform/pubsub/provider.ts";
import { invitationPreviewSchema, invitationSchema } from "../../../shared/invitations.ts";
import { problemSchema } from "../../../shared/problem.ts";
import { realtimeTokenSchema } from "../../../shared/protocol/realtime-token.ts";
import { meSchema } from "../../../shared/users.ts";
import { addMember, createFixture, startApi } from "../../support/api.ts";

const api = await startApi();
const password = "correct horse battery";

const cookieOf = (headers: Headers) =>
  headers
    .getSetCookie()
    .map((each) => each.split(";")[0])
    .join("; ");

test("sign-up, sign-in and sign-out by cookie; the cookie is HttpOnly and SameSite=Lax", async () => {
  const email = `${v7()}@example.test`;
  const up = await api.call("POST", "/api/auth/sign-up/email", { body: { name: "Ann", email, password } });
  expect(up.status).toBe(200);
  expect(up.headers.getSetCookie().join()).toMatch(/HttpOnly.*SameSite=Lax/i);
  const cookie = cookieOf(up.headers);
  const me = await api.call("GET", "/api/me", { headers: { Cookie: cookie } });
  expect(meSchema.parse(me.body)).toMatchObject({ user: { name: "Ann", email }, teams: [] });
  expect((await api.call("POST", "/api/auth/sign-out", { headers: { Cookie: cookie } })).status).toBe(200);
  expect((await api.call("GET", "/api/me", { headers: { Cookie: cookie } })).status).toBe(401);
  const again = await api.call("POST", "/api/auth/sign-in/email", { body: { email, password } });
  expect(again.status).toBe(200);
});

test("sign-up lists the errors of every field; a taken email is 409, a wrong password 401", async () => {
  const bad = await api.call("POST", "/api/auth/sign-up/email", { body: { name: " ", email: "x", password: "short" } });
  expect([bad.status, problemSchema.parse(bad.body).errors?.map((error) => error.path)]).toEqual([
    422,
    ["name", "email", "password"],
  ]);
  const actor = await api.signUp("Bob");
  const taken = await api.call("POST", "/api/auth/sign-up/email", {
    body: { name: "Bob", email: actor.email.toUpperCase(), password },
  });
  expect([taken.status, problemSchema.parse(taken.body).code]).toEqual([409, "EMAIL_TAKEN"]);
  const wrong = await api.call("POST", "/api/auth/sign-in/email", { body: { email: actor.email, password: "nope" } });
  expect([wrong.status, problemSchema.parse(wrong.body).code]).toEqual([401, "INVALID_CREDENTIALS"]);
});

test("an API key signs requests, more than ten, until it is deleted; its end is announced", async () => {
  const actor = await api.signUp("Key");
  const created = await actor.expect(
    200,
    z.object({ id: z.string(), key: z.string() }),
    "POST",
    "/api/auth/api-key/create",
    {
      body: { name: "ci" },
    },
  );
  for (let index = 0; index < 15; index += 1) {
    expect((await api.call("GET", "/api/me", { headers: { "x-api-key": created.key } })).status).toBe(200);
  }
  const announced = Promise.withResolvers<string>();
  await api.platform.pubsub.subscribeExact(CONTROL_CHANNEL, announced.resolve);
  const other = await api.signUp("Other");
  expect(await other.refused(404, "POST", "/api/auth/api-key/delete", { body: { keyId: created.id } })).toBe(
    "NOT_FOUND",
  );
  expect((await actor.call("POST", "/api/auth/api-key/delete", { body: { keyId: created.id } })).status).toBe(200);
  expect(JSON.parse(await announced.promise)).toEqual({ type: "session-ended", sid: created.id });
  expect((await api.call("GET", "/api/me", { headers: { "x-api-key": created.key } })).status).toBe(401);
});

test("a password change ends the other sessions on request", async () => {
  const actor = await api.signUp("Pat");
  const other = await api.call("POST", "/api/auth/sign-in/email", { body: { email: actor.email, password } });
  const wrong = { currentPassword: "nope", newPassword: "another one entirely" };
  expect(await actor.refused(401, "POST", "/api/auth/change-password", { body: wrong })).toBe("INVALID_CREDENTIALS");
  const body = { currentPassword: password, newPassword: "another one entirely", revokeOtherSessions: true };
  expect((await actor.call("POST", "/api/auth/change-password", { body })).status).toBe(200);
  const headers = { Authorization: `Bearer ${(other.body as { token: string }).token}` };
  expect((await api.call("GET", "/api/me", { headers })).status).toBe(401);
});

test("a mutation with a cookie needs a trusted origin, or a program that sends none", async () => {
  const email = `${v7()}@example.test`;
  const up = await api.call("POST", "/api/auth/sign-up/email", { body: { name: "Ann", email, password } });
  const create = async (headers: Record<string, string>) =>
    (
      await api.call("POST", "/api/teams", {
        body: { name: "T" },
        headers: { Cookie: cookieOf(up.headers), ...headers },
      })
    ).status;
  expect(await create({ Origin: "http://localhost:3000", "Sec-Fetch-Site": "same-origin" })).toBe(201);
  expect(await create({})).toBe(201);
  expect(await create({ Origin: "https://evil.example" })).toBe(403);
  expect(await create({ Origin: "null" })).toBe(403);
  expect(await create({ "Sec-Fetch-Site": "cross-site" })).toBe(403);
});

test("a user's rename changes the membership in each of the user's teams, each with an event", async () => {
  const one = await createFixture(api);
  const two = await createFixture(api);
  const person = await addMember(api, one, "viewer");
  const invitation = await two.owner.expect(201, invitationSchema, "POST", `/api/teams/${two.team.id}/invitations`, {
    body: { role: "viewer" },
  });
  await person.call("POST", `/api/invitations/${invitation.id}/accept`);
  expect((await person.call("PATCH", "/api/me", { body: { name: "New" } })).status).toBe(200);
  for (const fixture of [one, two]) {
    const { position } = await fixture.owner.call("GET", `/api/teams/${fixture.team.id}`);
    const since = `${position?.epoch}:${(position?.seq ?? 0) - 1}`;
    const answer = await fixture.owner.call("GET", `/api/teams/${fixture.team.id}/events?since=${since}`);
    expect((answer.body as { events: unknown[] }).events).toMatchObject([
      { action: "MEMBER_UPDATED", data: { userId: person.id, name: "New", version: position?.seq } },
    ]);
  }
});

test("an invitation is previewed without a session, used once, and only by its email", async () => {
  const fixture = await createFixture(api);
  const guest = await api.signUp("Guest");
  const other = await api.signUp("Other");
  const path = `/api/teams/${fixture.team.id}/invitations`;
  const invitation = await fixture.owner.expect(201, invitationSchema, "POST", path, {
    body: { role: "member", email: guest.email.toUpperCase() },
  });
  expect(invitation.url).toBe(`http://localhost:3000/join/${invitation.id}`);
  const preview = await api.call("GET", `/api/invitations/${invitation.id}`);
  expect(invitationPreviewSchema.parse(preview.body)).toMatchObject({
    teamName: "Team",
    inviterName: "Olga",
    role: "member",
  });
  const accept = `/api/invitations/${invitation.id}/accept`;
  expect(await other.refused(403, "POST", accept)).toBe("INVITATION_FOR_ANOTHER");
  expect((await guest.call("POST", accept)).status).toBe(200);
  expect(await guest.refused(410, "POST", accept)).toBe("GONE");
  expect((await api.call("GET", `/api/invitations/${invitation.id}`)).status).toBe(410);
  const { items } = (await fixture.owner.call("GET", path)).body as { items: unknown[] };
  expect(items).toEqual([]);
});

test("with SIGN_UP=invited the first account needs no invitation and the next one does", async () => {
  const closed = await startApi({ SIGN_UP: "invited" });
  const fixture = await createFixture(closed);
  const body = { name: "Eve", email: `${v7()}@example.test`, password };
  const refused = await closed.call("POST", "/api/auth/sign-up/email", { body });
  expect([refused.status, problemSchema.parse(refused.body).code]).toEqual([403, "SIGN_UP_CLOSED"]);
  const invitation = await fixture.owner.expect(
    201,
    invitationSchema,
    "POST",
    `/api/teams/${fixture.team.id}/invitations`,
    {
      body: { role: "viewer" },
    },
  );
  const invited = await closed.call("POST", "/api/auth/sign-up/email", {
    body: { ...body, invitationId: invitation.id },
  });
  expect(invited.status).toBe(200);
});

test("the realtime token names the user's teams with their heads, and the socket's address", async () => {
  const fixture = await createFixture(api);
  const answer = await fixture.owner.call("POST", "/api/realtime/token", {
    headers: { Origin: "http://127.0.0.1:3000" },
  });
  const { token, url } = realtimeTokenSchema.parse(answer.body);
  expect(url).toBe("ws://127.0.0.1:3000/ws");
  const check = await api.platform.tokens.verify(token);
  const { position } = await fixture.owner.call("GET", `/api/teams/${fixture.team.id}`);
  expect(check).toMatchObject({
    kind: "valid",
    claims: { aud: "artel-realtime", sub: fixture.owner.id, name: "Olga", tenants: { [fixture.team.id]: position } },
  });
});
