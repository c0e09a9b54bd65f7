import { expect, test } from "bun:test";
import type { Position } from "../../shared/protocol/position.ts";
import { realtimeTokenSchema } from "../../shared/protocol/realtime-token.ts";
import { type Actor, createFixture, type Fixture, makeTask, restAt } from "../support/api.ts";
import { startApi, startArtel, startWss } from "../support/processes.ts";
import { startPostgres, startRedis } from "../support/services.ts";
import { TestClient } from "./wss-support.ts";

const SECRET = "a secret that all processes of this test share";
const LIMITS = { RATE_LIMIT: "1000000/10s", AUTH_RATE_LIMIT: "1000000/10s", LOG_LEVEL: "error", ARTEL_SECRET: SECRET };
const range = (from: number, count: number) => Array.from({ length: count }, (_, index) => from + index);

const join = async (actor: Actor, fixture: Fixture, url?: string, since?: Position) => {
  const grant = await actor.expect(200, realtimeTokenSchema, "POST", "/api/realtime/token");
  const client = new TestClient(url ?? grant.url);
  await client.auth(grant.token);
  return { client, subscribed: await client.subscribe(fixture.team.id, since) };
};

const providerOf = async (url: string) => {
  const answer = (await (await fetch(`${url}/api/health/pubsub`)).json()) as { provider: string; healthy: boolean };
  return answer.healthy ? answer.provider : "away";
};

test("without Redis, two bun start and a wss receive each other's events by Postgres, in one order", async () => {
  const postgres = await startPostgres();
  const env = { ...LIMITS, DATABASE_URL: await postgres.createDatabase() };
  const one = await startArtel({ env });
  const [two, wss] = await Promise.all([startArtel({ env }), startWss({ env })]);
  const fixture = await createFixture(restAt(one.url));
  const otherOwner = restAt(two.url).actor(fixture.owner.id, fixture.owner.email, fixture.owner.token);
  const a = await join(fixture.owner, fixture);
  const b = await join(otherOwner, fixture);
  const c = await join(fixture.owner, fixture, wss.url);
  await Promise.all(
    range(0, 60).map((index) =>
      makeTask({ ...fixture, owner: index % 2 ? fixture.owner : otherOwner }, { title: `T${index}` }),
    ),
  );
  const received = await Promise.all([a, b, c].map(({ client }) => client.events(60)));
  for (const events of received) {
    expect(events.map((event) => event.seq)).toEqual(range(a.subscribed.seq + 1, 60));
    expect(events).toEqual(received[0] ?? []);
  }
  expect(await providerOf(one.url)).toBe("postgres");
}, 60_000);

test("when Redis dies, Postgres takes over without a missed event, and Redis takes over again when it returns", async () => {
  const [postgres, redis] = await Promise.all([startPostgres(), startRedis()]);
  const env = { ...LIMITS, DATABASE_URL: await postgres.createDatabase(), REDIS_URL: redis.url };
  const [api, wss] = await Promise.all([startApi({ env }), startWss({ env })]);
  const fixture = await createFixture(restAt(api.url));
  const { client, subscribed } = await join(fixture.owner, fixture, wss.url);
  for (const index of range(0, 10)) await makeTask(fixture, { title: `before ${index}` });
  await redis.kill();
  for (const index of range(0, 10)) await makeTask(fixture, { title: `without ${index}` });
  expect((await client.events(20)).map((event) => event.seq)).toEqual(range(subscribed.seq + 1, 20));
  expect(await providerOf(api.url)).toBe("postgres");
  // A client that connects while Redis is away is served too.
  const late = await join(fixture.owner, fixture, wss.url, { epoch: subscribed.epoch, seq: subscribed.seq });
  expect(late.subscribed.recovered).toBeTrue();
  expect(await late.client.events(20)).toHaveLength(20);
  await redis.restart();
  while ((await providerOf(api.url)) !== "redis") await makeTask(fixture, { title: "meanwhile" });
  const { position } = await fixture.owner.call("GET", `/api/teams/${fixture.team.id}`);
  await makeTask(fixture, { title: "after" });
  const rest = (position?.seq ?? 0) + 1 - (subscribed.seq + 20);
  expect((await client.events(rest)).map((event) => event.seq)).toEqual(range(subscribed.seq + 21, rest));
}, 90_000);
