import { expect, test } from "bun:test";
import { sql } from "kysely";
import { lockHead } from "../../platform/events/append.ts";
import { invitationSchema } from "../../shared/invitations.ts";
import { addMember, createFixture, startApi } from "../support/api.ts";
import { startPostgres } from "../support/services.ts";

const postgres = await startPostgres();

test("a user renamed while joining a team has the same name in the team's log as in the database", async () => {
  const api = await startApi({ DATABASE_URL: await postgres.createDatabase() });
  const { db } = api.platform;
  const [known, joined] = [await createFixture(api), await createFixture(api)];
  const person = await addMember(api, known, "viewer");
  const invitation = await joined.owner.expect(
    201,
    invitationSchema,
    "POST",
    `/api/teams/${joined.team.id}/invitations`,
    {
      body: { role: "viewer" },
    },
  );
  const waiting = async (count: number) => {
    for (;;) {
      const { rows } = await sql`select 1 from pg_locks where not granted`.execute(db.read);
      if (rows.length >= count) return;
    }
  };
  const locked = Promise.withResolvers<void>();
  const release = Promise.withResolvers<void>();
  const lock = db.change(async (tx) => {
    await lockHead("postgres", tx, known.team.id);
    locked.resolve();
    await release.promise;
  });
  await locked.promise;
  // The rename has read the user's teams and waits for the lock of the first.
  const renamed = person.call("PATCH", "/api/me", { body: { name: "After" } });
  await waiting(1);
  const accepted = person.call("POST", `/api/invitations/${invitation.id}/accept`);
  await Promise.race([accepted, waiting(2)]);
  release.resolve();
  await lock;
  expect([(await renamed).status, (await accepted).status]).toEqual([200, 200]);
  const { position } = await joined.owner.call("GET", `/api/teams/${joined.team.id}`);
  const since = `${position?.epoch}:${(position?.seq ?? 0) - 1}`;
  const { body } = await joined.owner.call("GET", `/api/teams/${joined.team.id}/events?since=${since}`);
  expect(body).toMatchObject({ events: [{ data: { userId: person.id, name: "After" } }] });
});
