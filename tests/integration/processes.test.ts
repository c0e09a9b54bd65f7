import { expect, test } from "bun:test";
import { z } from "zod";
import { boardSnapshotSchema } from "../../shared/boards.ts";
import { sequencedMessageSchema } from "../../shared/protocol/message.ts";
import type { Position } from "../../shared/protocol/position.ts";
import { realtimeTokenSchema } from "../../shared/protocol/realtime-token.ts";
import { type Task, taskSchema } from "../../shared/tasks.ts";
import { type Actor, addMember, createFixture, type Fixture, makeTask, restAt } from "../support/api.ts";
import { runProgram, startApi, startArtel, startWss } from "../support/processes.ts";
import { startRedis } from "../support/services.ts";
import { TestClient } from "./wss-support.ts";

const eventsSchema = z.object({ epoch: z.string(), seq: z.number(), events: z.array(sequencedMessageSchema) });
const LIMITS = { RATE_LIMIT: "1000000/10s", AUTH_RATE_LIMIT: "1000000/10s", LOG_LEVEL: "warn" };

const tokenOf = async (actor: Actor) => actor.expect(200, realtimeTokenSchema, "POST", "/api/realtime/token");

/** Opens a socket and subscribes it. */
const join = async (actor: Actor, fixture: Fixture, since?: Position, url?: string) => {
  const grant = await tokenOf(actor);
  const client = new TestClient(url ?? grant.url);
  await client.auth(grant.token);
  return { client, subscribed: await client.subscribe(fixture.team.id, since) };
};

const headOf = async ({ owner, team }: Fixture): Promise<Position> => {
  const { position } = await owner.call("GET", `/api/teams/${team.id}`);
  if (position === null) throw new Error("no position");
  return position;
};

const range = (from: number, count: number) => Array.from({ length: count }, (_, index) => from + index);

test("bun start serves REST and the socket on one port; 200 concurrent creations reach all sockets in one order", async () => {
  const artel = await startArtel({ env: LIMITS });
  const fixture = await createFixture(restAt(artel.url));
  const head = await headOf(fixture);
  const clients = await Promise.all(range(0, 5).map(async () => (await join(fixture.owner, fixture)).client));
  await Promise.all(range(0, 200).map((index) => makeTask(fixture, { title: `T${index}` })));
  const received = await Promise.all(clients.map((client) => client.events(200)));
  for (const events of received) {
    expect(events.map((event) => event.seq)).toEqual(range(head.seq + 1, 200));
    expect(events).toEqual(received[0] ?? []);
  }
  expect(await artel.stop()).toBe(0);
});

test("a client away for 30 events gets exactly those by since; a nonsense epoch is not recovered", async () => {
  const artel = await startArtel({ env: LIMITS });
  const fixture = await createFixture(restAt(artel.url));
  const { client, subscribed } = await join(fixture.owner, fixture);
  client.socket.close();
  for (const index of range(0, 30)) await makeTask(fixture, { title: `T${index}` });
  const since = { epoch: subscribed.epoch, seq: subscribed.seq };
  const back = await join(fixture.owner, fixture, since);
  expect(back.subscribed.recovered).toBeTrue();
  expect((await back.client.events(30)).map((event) => event.seq)).toEqual(range(since.seq + 1, 30));
  await makeTask(fixture, { title: "live" });
  expect((await back.client.events(1)).map((event) => event.seq)).toEqual([since.seq + 31]);
  const lost = await join(fixture.owner, fixture, { epoch: "nonsense", seq: 3 });
  expect(lost.subscribed.recovered).toBeFalse();
});

test("kill -9 amid writes loses no acknowledged change and leaves no hole in the log", async () => {
  const first = await startArtel({ env: LIMITS });
  const fixture = await createFixture(restAt(first.url));
  const acknowledged: Task[] = [];
  let failed = 0;
  const writers = range(0, 8).map(async (writer) => {
    for (let index = 0; failed === 0; index += 1) {
      try {
        acknowledged.push(await makeTask(fixture, { title: `${writer}-${index}` }));
        if (acknowledged.length === 150) await first.kill();
      } catch {
        failed += 1;
      }
    }
  });
  await Promise.all(writers);
  expect(acknowledged.length).toBeGreaterThanOrEqual(150);

  const second = await startArtel({ dataDir: first.dataDir, env: LIMITS });
  const rest = restAt(second.url);
  const owner = rest.actor(fixture.owner.id, fixture.owner.email, fixture.owner.token);
  const board = await owner.expect(200, boardSnapshotSchema, "GET", `/api/boards/${fixture.board.id}`);
  const kept = new Map<string, Task>(board.tasks.map((task) => [task.id, task]));
  for (const task of acknowledged) expect(kept.get(task.id)).toEqual(task);
  const { position } = await owner.call("GET", `/api/teams/${fixture.team.id}`);
  const log = await owner.expect(
    200,
    eventsSchema,
    "GET",
    `/api/teams/${fixture.team.id}/events?since=${position?.epoch}:0&limit=500`,
  );
  expect(log.events.map((event) => event.seq)).toEqual(range(1, log.seq));
  const created = log.events.filter((event) => event.action === "TASK_CREATED").map((event) => event.data["id"]);
  expect(new Set(created)).toEqual(new Set(kept.keys()));
  expect(created).toHaveLength(kept.size);
}, 60_000);

test("a second bun start on one database is refused in one line, and so are invalid settings", async () => {
  const artel = await startArtel({ env: LIMITS });
  const twice = await runProgram("main.ts", { dataDir: artel.dataDir });
  expect([twice.exitCode, twice.output.trim().split("\n").length]).toEqual([1, 1]);
  expect(twice.output).toContain("already runs");
  const taken = await runProgram("main.ts", { env: { PORT: String(artel.port) } });
  expect([taken.exitCode, taken.output.includes("port is taken")]).toEqual([1, true]);
  for (const [name, value] of [
    ["PORT", "http"],
    ["RATE_LIMIT", "many"],
    ["ARTEL_SECRET", "short"],
    ["DATABASE_URL", "mysql://x"],
    ["REDIS_URL", "localhost"],
    ["TRUSTED_PROXIES", "somewhere"],
    ["LOG_LEVEL", "loud"],
    ["DATA_DIR", "/proc/nowhere"],
  ] as const) {
    const refused = await runProgram("main.ts", { env: { [name]: value } });
    expect([name, refused.exitCode, refused.output.trim().split("\n").length]).toEqual([name, 1, 1]);
    expect(refused.output).toContain(name);
  }
}, 60_000);

test("SSE through curl -N resumes after Last-Event-ID, and a removed member's stream ends", async () => {
  const artel = await startArtel({ env: LIMITS });
  const rest = restAt(artel.url);
  const fixture = await createFixture(rest);
  const member = await addMember(rest, fixture, "member");
  const since = await headOf(fixture);
  const task = await makeTask(fixture);
  const curl = Bun.spawn(
    [
      "curl",
      "-sN",
      "-H",
      `Authorization: Bearer ${member.token}`,
      "-H",
      `Last-Event-ID: ${since.epoch}:${since.seq}`,
      `${artel.url}/api/events/stream?tenantId=${fixture.team.id}`,
    ],
    { stdout: "pipe" },
  );
  const reader = curl.stdout.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  const until = async (part: string) => {
    while (!text.includes(part)) {
      const { value, done } = await reader.read();
      if (done) throw new Error(`the stream ended: ${text}`);
      text += value;
    }
  };
  await until(`id: ${since.epoch}:${since.seq + 1}`);
  await until(task.id);
  expect(text).toStartWith(
    `event: connected\nid: ${since.epoch}:${since.seq}\ndata: {"epoch":"${since.epoch}","seq":${since.seq},"recovered":true}\n\n`,
  );
  await makeTask(fixture, { title: "live one" });
  await until("live one");
  await fixture.owner.call("DELETE", `/api/teams/${fixture.team.id}/members/${member.id}`);
  await until('event: unsubscribed\ndata: {"reason":"revoked"}');
  expect(await curl.exited).toBe(0);
});

test("over Redis, api and two wss deliver one order to all; a removed member is unsubscribed", async () => {
  const redis = await startRedis();
  const env = { ...LIMITS, REDIS_URL: redis.url, ARTEL_SECRET: "a secret that all processes of this test share" };
  const [api, one, two] = await Promise.all([startApi({ env }), startWss({ env }), startWss({ env })]);
  const rest = restAt(api.url);
  const fixture = await createFixture(rest);
  const member = await addMember(rest, fixture, "member");
  const a = (await join(fixture.owner, fixture, undefined, one.url)).client;
  const b = (await join(member, fixture, undefined, two.url)).client;
  const head = await headOf(fixture);
  await Promise.all(range(0, 200).map((index) => makeTask(fixture, { title: `T${index}` })));
  const [receivedA, receivedB] = await Promise.all([a.events(200), b.events(200)]);
  expect(receivedA.map((event) => event.seq)).toEqual(range(head.seq + 1, 200));
  expect(receivedB).toEqual(receivedA);
  await fixture.owner.call("DELETE", `/api/teams/${fixture.team.id}/members/${member.id}`);
  expect(await b.unsubscribed(fixture.team.id)).toBe("revoked");
  const stale = await tokenOf(fixture.owner);
  const c = new TestClient(one.url);
  await c.auth(stale.token);
  expect((await c.subscribe(fixture.team.id)).recovered).toBeFalse();
}, 60_000);

test("events committed by a killed process are relayed by another", async () => {
  const redis = await startRedis();
  const env = { ...LIMITS, REDIS_URL: redis.url, ARTEL_SECRET: "a secret that all processes of this test share" };
  const [api, wss] = await Promise.all([startApi({ env }), startWss({ env })]);
  const fixture = await createFixture(restAt(api.url));
  const { client, subscribed } = await join(fixture.owner, fixture, undefined, wss.url);
  // Redis is frozen, so the process dies before it can relay the commit.
  redis.pause();
  const task = await makeTask(fixture);
  await api.kill();
  redis.resume();
  await startApi({ dataDir: api.dataDir, env });
  const [event] = await client.events(1);
  expect([event?.seq, taskSchema.parse(event?.data).id]).toEqual([subscribed.seq + 1, task.id]);
}, 60_000);

test("without Redis, wss starts degraded and recovers by itself; writes succeed and arrive later", async () => {
  const redis = await startRedis();
  const env = { ...LIMITS, REDIS_URL: redis.url, ARTEL_SECRET: "a secret that all processes of this test share" };
  const api = await startApi({ env });
  const fixture = await createFixture(restAt(api.url));
  await redis.kill();
  const wss = await startWss({ env });
  const health = await fetch(`${wss.url.replace("ws:", "http:")}/health`);
  expect([health.status, ((await health.json()) as { status: string }).status]).toEqual([200, "degraded"]);
  const task = await makeTask(fixture, { title: "while Redis is away" });
  await redis.restart();
  const grant = await tokenOf(fixture.owner);
  const client = new TestClient(wss.url);
  await client.auth(grant.token);
  // The node answers UNAVAILABLE until it has reconnected; a client retries.
  const since = { epoch: (await headOf(fixture)).epoch, seq: task.version - 1 };
  client.send({ type: "subscribe", tenantId: fixture.team.id, since });
  const subscribed = client.next("subscribed");
  for (;;) {
    const answer = await Promise.race([subscribed, client.next("error")]);
    if (answer.type === "subscribed") break;
    expect(answer.code).toBe("UNAVAILABLE");
    client.send({ type: "subscribe", tenantId: fixture.team.id, since });
  }
  const [event] = await client.events(1);
  expect(event?.seq).toBe(task.version);
}, 60_000);
