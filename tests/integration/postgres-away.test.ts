import { expect, test } from "bun:test";
import { realtimeTokenSchema } from "../../shared/protocol/realtime-token.ts";
import { taskSchema } from "../../shared/tasks.ts";
import { createFixture, restAt } from "../support/api.ts";
import { startChaosProxy } from "../support/chaos-proxy.ts";
import { startArtel } from "../support/processes.ts";
import { startPostgres } from "../support/services.ts";

const LIMITS = { RATE_LIMIT: "1000000/10s", AUTH_RATE_LIMIT: "1000000/10s", LOG_LEVEL: "info" };

const start = async () => {
  const postgres = await startPostgres();
  const database = new URL(await postgres.createDatabase());
  database.password = "a-password-of-the-database";
  const proxy = await startChaosProxy(postgres.port);
  database.port = String(proxy.port);
  const artel = await startArtel({ env: { ...LIMITS, DATABASE_URL: database.href } });
  const rest = restAt(artel.url);
  return { postgres, url: database.href, proxy, artel, rest, fixture: await createFixture(rest) };
};

test("while Postgres is away, requests get 503 with Retry-After, nobody is signed out, and no process exits", async () => {
  const { postgres, url, artel, rest, fixture } = await start();
  const { email } = await rest.signUp("Late");
  const unknown = await rest.signUp("Unknown");
  const password = "correct horse battery";
  const signedIn = await rest.call("POST", "/api/auth/sign-in/email", { body: { email, password } });
  const cookie = signedIn.headers
    .getSetCookie()
    .map((each) => each.split(";")[0])
    .join("; ");
  // A process with an empty session cache.
  const other = await startArtel({ dataDir: artel.dataDir, env: { ...LIMITS, DATABASE_URL: url } });
  await postgres.kill();
  const task = { id: Bun.randomUUIDv7(), columnId: fixture.todo.id, title: "Written without Postgres" };
  const write = () =>
    fixture.owner.call("POST", `/api/boards/${fixture.board.id}/tasks`, {
      body: task,
      headers: { "Idempotency-Key": task.id },
    });
  const otherRest = restAt(other.url);
  const answers = [
    await write(),
    await otherRest.actor(unknown.id, unknown.email, unknown.token).call("GET", "/api/me"),
    await otherRest.call("GET", "/api/me", { headers: { cookie } }),
    await rest.call("POST", "/api/auth/sign-in/email", { body: { email, password } }),
    await fixture.owner.call("POST", "/api/realtime/token", { body: {} }),
  ];
  for (const { status, body, headers } of answers) {
    expect({ status, code: (body as { code: string }).code }).toEqual({ status: 503, code: "UNAVAILABLE" });
    expect(Number(headers.get("retry-after"))).toBeGreaterThan(0);
  }
  await postgres.restart();
  const { body, status } = await write();
  expect({ status, title: taskSchema.parse(body).title }).toEqual({ status: 201, title: task.title });
  expect((await rest.call("POST", "/api/auth/sign-in/email", { body: { email, password } })).status).toBe(200);
  await fixture.owner.expect(200, realtimeTokenSchema, "POST", "/api/realtime/token", { body: {} });
}, 60_000);

test("cut connections to Postgres amid writes end no process, and no password is logged", async () => {
  const { proxy, artel, fixture } = await start();
  let isOver = false;
  const statuses = new Set<number>();
  const writers = Array.from({ length: 6 }, async () => {
    while (!isOver) {
      const body = { columnId: fixture.todo.id, title: "Task" };
      statuses.add((await fixture.owner.call("POST", `/api/boards/${fixture.board.id}/tasks`, { body })).status);
    }
  });
  while (!statuses.has(503)) {
    proxy.cut();
    await Promise.race([Bun.sleep(5), artel.exited]);
  }
  isOver = true;
  await Promise.all(writers);
  expect(statuses).toEqual(new Set([201, 503]));
  expect((await fetch(`${artel.url}/api/health`)).status).toBe(200);
  expect(artel.output()).not.toContain("a-password-of-the-database");
}, 60_000);
