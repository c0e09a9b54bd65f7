import { expect, test } from "bun:test";
import { registerConsumer, unregisterConsumer } from "../../../platform/events/cursors.ts";
import { startEpoch } from "../../../platform/events/log.ts";
import { trimOnce } from "../../../platform/events/retention.ts";
import { healthSchema } from "../../../shared/health.ts";
import { createFixture, makeTask, startApi } from "../../support/api.ts";

const api = await startApi();
const { db, clock, consumers, metrics } = api.platform;
const DAY_MS = 24 * 60 * 60_000;

const health = async () => healthSchema.parse((await api.call("GET", "/api/health")).body);

test("a consumer takes the events before its start, and each later event right after its commit", async () => {
  const taken: string[] = [];
  const fixture = await createFixture(api);
  await consumers.start("heard", async (_, { tenantId, action }) => {
    if (tenantId === fixture.team.id) taken.push(action);
  });
  await makeTask(fixture, { title: "First" });
  await consumers.idle();
  expect(taken[0]).toBe("TEAM_CREATED");
  expect(taken.at(-1)).toBe("TASK_CREATED");
});

test("health is degraded and names a held consumer; the metrics have its lag", async () => {
  const fixture = await createFixture(api);
  await registerConsumer(db, "stuck", "beginning", new Date(clock.now()).toISOString());
  expect(await health()).toMatchObject({ status: "ok" });
  await makeTask(fixture, { title: "First" });
  await consumers.idle();
  await trimOnce(db, clock.now() + 31 * DAY_MS);
  const { status, checks } = await health();
  expect([status, checks["database"], checks["consumer:stuck"]?.status]).toEqual([
    "degraded",
    { status: "ok" },
    "degraded",
  ]);
  expect(await metrics.registry.metrics()).toMatch(/^consumer_lag_events\{consumer="stuck"\} [1-9]/m);
  await unregisterConsumer(db, "stuck");
  expect((await health()).checks).not.toHaveProperty("consumer:stuck");
  expect(await metrics.registry.metrics()).not.toContain('consumer="stuck"');
});

test("REST returns no event of an earlier epoch, even if a consumer has not taken it", async () => {
  const fixture = await createFixture(api);
  const { owner, team } = fixture;
  await registerConsumer(db, "slow", "beginning", new Date(clock.now()).toISOString());
  const before = (await owner.call("GET", `/api/teams/${team.id}`)).position;
  const epoch = "ffffffff-ffff-7fff-bfff-ffffffffffff";
  const seen = { epoch: before?.epoch ?? "", seq: 1_000 };
  await startEpoch(db, team.id, { seen, epoch, at: new Date(clock.now()).toISOString() });
  await makeTask(fixture, { title: "After" });
  const base = before?.seq ?? 0;
  const events = (since: string) => owner.call("GET", `/api/teams/${team.id}/events?since=${since}`);
  expect((await events(`${epoch}:${base}`)).body).toMatchObject({
    events: [{ seq: base + 1, action: "TASK_CREATED" }],
  });
  expect((await events(`${epoch}:1`)).body).toMatchObject({ code: "HISTORY_GONE" });
  expect((await events(`${before?.epoch}:1`)).body).toMatchObject({ code: "HISTORY_GONE" });
  expect(await db.read.selectFrom("events").select("seq").where("tenant_id", "=", team.id).execute()).toHaveLength(
    base + 1,
  );
});
