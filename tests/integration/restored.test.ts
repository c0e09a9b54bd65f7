import { expect, test } from "bun:test";
import { cpSync, rmSync } from "node:fs";
import { join } from "node:path";
import { realtimeTokenSchema } from "../../shared/protocol/realtime-token.ts";
import { createFixture, makeTask, restAt } from "../support/api.ts";
import { temporaryFolder } from "../support/lifetime.ts";
import { startArtel } from "../support/processes.ts";
import { TestClient } from "./wss-support.ts";

test("a single process on a restored database begins a new epoch for a client with an older token", async () => {
  const env = { LOG_LEVEL: "error" };
  const first = await startArtel({ env });
  const { dataDir } = first;
  const fixture = await createFixture(restAt(first.url));
  const { team, owner } = fixture;
  await first.stop();
  const copy = join(temporaryFolder("copy"), "data");
  cpSync(dataDir, copy, { recursive: true });

  const second = await startArtel({ dataDir, env });
  const later = { ...fixture, owner: restAt(second.url).actor(owner.id, owner.email, owner.token) };
  for (const title of ["lost 1", "lost 2", "lost 3"]) await makeTask(later, { title });
  const { token } = await later.owner.expect(200, realtimeTokenSchema, "POST", "/api/realtime/token");
  const { position: seen } = await later.owner.call("GET", `/api/teams/${team.id}`);
  await second.stop();
  rmSync(dataDir, { recursive: true });
  cpSync(copy, dataDir, { recursive: true });

  const third = await startArtel({ dataDir, env });
  const back = { ...fixture, owner: restAt(third.url).actor(owner.id, owner.email, owner.token) };
  const grant = await back.owner.expect(200, realtimeTokenSchema, "POST", "/api/realtime/token");
  const client = new TestClient(grant.url);
  await client.auth(token);
  client.send({ type: "subscribe", tenantId: team.id, since: seen });
  expect(await client.next("error", team.id)).toMatchObject({ code: "FORBIDDEN" });

  // More events than were lost, so that only the epoch tells the two histories apart.
  for (const title of ["kept 1", "kept 2", "kept 3", "kept 4"]) await makeTask(back, { title });
  const renewed = await back.owner.expect(200, realtimeTokenSchema, "POST", "/api/realtime/token");
  await client.auth(renewed.token);
  const subscribed = await client.subscribe(team.id, seen ?? undefined);
  expect(subscribed.recovered).toBe(false);
  expect(subscribed.epoch > String(seen?.epoch)).toBe(true);
}, 60_000);
