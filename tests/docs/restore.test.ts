import { Database } from "bun:sqlite";
import { expect, test } from "bun:test";
import { copyFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { sequencedMessageSchema } from "../../shared/protocol/message.ts";
import { realtimeTokenSchema } from "../../shared/protocol/realtime-token.ts";
import { TestClient } from "../integration/wss-support.ts";
import { createFixture, type Fixture, makeTask, restAt } from "../support/api.ts";
import { bareEnvironment, startChild } from "../support/child.ts";
import { temporaryFolder } from "../support/lifetime.ts";
import { startApi, startWss } from "../support/processes.ts";
import { startRedis } from "../support/services.ts";
import { fencesOf, readDocument } from "./markdown.ts";

const scripts = fencesOf(readDocument("docs/operations.md")).filter(
  ({ language, directive }) => language === "ts" && directive?.startsWith("run"),
);

const inDatabase = <Result>(folder: string, file: string, work: (database: Database) => Result): Result => {
  const database = new Database(join(folder, file), { readwrite: true });
  try {
    return work(database);
  } finally {
    database.close();
  }
};

/** What the consumer `slow` has still to take. */
const untakenIn = (folder: string, file: string): unknown[] =>
  inDatabase(folder, file, (database) =>
    database
      .query(
        `select e.seq, e.payload, c.seq as cursor from events e
         join consumer_cursors c on c.tenant_id = e.tenant_id and c.consumer = 'slow' and e.seq > c.seq order by e.seq`,
      )
      .all(),
  );

/** Runs one of the document's two scripts. */
const run = async (index: 0 | 1, env: Record<string, string>): Promise<void> => {
  const file = join(temporaryFolder("restore"), "script.ts");
  writeFileSync(file, scripts[index]?.text ?? "");
  const child = startChild([process.execPath, file], { env: { ...bareEnvironment(), ...env } });
  if ((await child.exited) !== 0) throw new Error(child.output());
};

const subscribe = async ({ owner, team }: Fixture, url: string, since?: { epoch: string; seq: number }) => {
  const client = new TestClient(url);
  const { token } = await owner.expect(200, realtimeTokenSchema, "POST", "/api/realtime/token");
  await client.auth(token);
  return { client, subscribed: await client.subscribe(team.id, since) };
};

test("a backup restored as docs/operations.md describes is a new history for nodes and clients that saw more", async () => {
  const redis = await startRedis();
  const env = {
    LOG_LEVEL: "error",
    REDIS_URL: redis.url,
    ARTEL_SECRET: "a secret that both processes of this test share",
  };
  const [wss, first] = await Promise.all([startWss({ env }), startApi({ env })]);
  const fixture = await createFixture(restAt(first.url));
  const { team } = fixture;
  const { client } = await subscribe(fixture, wss.url);
  inDatabase(first.dataDir, "artel.db", (database) => {
    database.run("insert into consumers (name, registered_at) values ('slow', '2026-01-31T09:30:00.000Z')");
    database.run("insert into consumer_cursors select 'slow', tenant_id, epoch, 1 from tenant_heads");
  });
  await run(0, { DATA_DIR: first.dataDir });
  const untaken = untakenIn(first.dataDir, "backup.db");
  expect(untaken.length).toBeGreaterThan(1);
  for (const title of ["lost 1", "lost 2", "lost 3"]) await makeTask(fixture, { title });
  const seen = sequencedMessageSchema.parse((await client.events(3)).at(-1));
  await first.stop();

  for (const file of ["artel.db-wal", "artel.db-shm"]) rmSync(join(first.dataDir, file), { force: true });
  copyFileSync(join(first.dataDir, "backup.db"), join(first.dataDir, "artel.db"));
  await run(1, { RESTORED: join(first.dataDir, "artel.db") });
  expect(untakenIn(first.dataDir, "artel.db")).toEqual(untaken);
  const second = await startApi({ dataDir: first.dataDir, env });

  // More events than were lost, so that only the epoch tells the two histories apart.
  const { id, email, token } = fixture.owner;
  const restored = { ...fixture, owner: restAt(second.url).actor(id, email, token) };
  for (const title of ["kept 1", "kept 2", "kept 3", "kept 4"]) await makeTask(restored, { title });
  const { position } = await restored.owner.call("GET", `/api/teams/${team.id}`);
  expect(position?.seq).toBeGreaterThan(seen.seq);

  const { subscribed } = await subscribe(restored, wss.url, { epoch: seen.epoch, seq: seen.seq });
  expect([subscribed.recovered, subscribed.epoch]).toEqual([false, String(position?.epoch)]);
  expect(subscribed.epoch).not.toBe(seen.epoch);
  // The open socket is either not recovered, or loses the tenant and needs a new token.
  const told = await Promise.race([client.next("subscribed"), client.next("unsubscribed")]);
  expect(told).toMatchObject(told.type === "subscribed" ? { recovered: false } : { reason: "expired" });
}, 60_000);
