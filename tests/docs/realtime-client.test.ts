import { expect, test } from "bun:test";
import { fromRoot } from "../../scripts/paths.ts";
import { createFixture, makeTask, restAt } from "../support/api.ts";
import { bareEnvironment, startChild } from "../support/child.ts";
import { startArtel } from "../support/processes.ts";

test("the client without React becomes live, receives an event, and reconnects to a restarted server", async () => {
  const artel = await startArtel({ env: { LOG_LEVEL: "warn" } });
  const fixture = await createFixture(restAt(artel.url));
  const { owner, team } = fixture;
  const env = { ...bareEnvironment(), ARTEL: artel.url, TOKEN: owner.token, TEAM: team.id };
  const client = startChild([process.execPath, fromRoot("tests/docs/examples/realtime-client.ts")], { env });
  await client.printed(/^status live$/m, 20_000);
  await makeTask(fixture);
  await client.printed(/^event TASK_CREATED$/m, 10_000);
  expect(client.output()).toContain(`read ${team.name}`);

  await artel.stop();
  await startArtel({ dataDir: artel.dataDir, env: { LOG_LEVEL: "warn", PORT: String(artel.port) } });
  await owner.call("PATCH", `/api/teams/${team.id}`, { body: { name: "Renamed" } });
  await client.printed(/^event TEAM_UPDATED$/m, 30_000);
  await client.end();
}, 60_000);
