import { expect, test } from "bun:test";
import { problemSchema } from "../../../shared/problem.ts";
import { createFixture, makeTask, startApi } from "../../support/api.ts";

const api = await startApi();
const fixture = await createFixture(api);
const tasks = `/api/boards/${fixture.board.id}/tasks`;

const refusal = async (path: string, body: unknown, headers: Record<string, string> = {}) => {
  const answer = await fixture.owner.call("POST", path, { body, headers });
  const problem = problemSchema.parse(answer.body);
  expect(problem.status).toBe(answer.status);
  expect(answer.headers.get("Content-Type")).toBe("application/problem+json");
  return problem;
};

test("broken JSON is 400", async () => {
  for (const body of ["{", '{"title":', "nonsense", '{"a":1}}', "\u0000"]) {
    expect([body, (await refusal(tasks, body)).status]).toEqual([body, 400]);
  }
});

test("valid JSON of the wrong shape is 422 and names every field at fault", async () => {
  const problem = await refusal(tasks, { title: "", color: "mauve", columnId: "x", dueAt: "tomorrow", surprise: 1 });
  expect(problem.errors?.map((error) => error.path).sort()).toEqual([
    "color",
    "columnId",
    "dueAt",
    "surprise",
    "title",
  ]);
  for (const body of ["[]", "null", "1", '"text"'])
    expect([body, (await refusal(tasks, body)).status]).toEqual([body, 422]);
});

test("titles: 500 characters pass, 501, 100 kB, NUL and lone surrogates do not", async () => {
  const columnId = fixture.todo.id;
  expect((await makeTask(fixture, { title: "🙂".repeat(500) })).title).toBe("🙂".repeat(500));
  for (const title of ["🙂".repeat(501), "x".repeat(100_000), "a\u0000b", "\ud800", "   "]) {
    expect((await refusal(tasks, { columnId, title })).code).toBe("INVALID");
  }
});

test("descriptions are limited in bytes", async () => {
  const columnId = fixture.todo.id;
  await makeTask(fixture, { description: "ж".repeat(32 * 1024) });
  expect((await refusal(tasks, { columnId, title: "a", description: "ж".repeat(32 * 1024 + 1) })).code).toBe("INVALID");
});

test("prototype keys are refused as unknown fields", async () => {
  const text = `{"columnId":"${fixture.todo.id}","title":"a","__proto__":{"admin":true},"constructor":1}`;
  const problem = await refusal(tasks, text);
  expect(problem.code).toBe("INVALID");
  expect(({} as { admin?: boolean }).admin).toBeUndefined();
});

test("deep nesting is a 4xx", async () => {
  const deep = "[".repeat(200_000) + "]".repeat(200_000);
  expect((await refusal(tasks, deep)).status).toBeOneOf([400, 422]);
  expect((await refusal(tasks, `{"title":${deep}}`)).status).toBeOneOf([400, 422]);
  const objects = `${'{"a":'.repeat(100_000)}1${"}".repeat(100_000)}`;
  expect(
    (await refusal(`/api/teams/${fixture.team.id}/imports`, `{"format":"trello","data":${objects}}`)).status,
  ).toBeOneOf([400, 422]);
});

test("bodies over 1 MiB are 413, with or without Content-Length", async () => {
  expect((await refusal(tasks, { title: "x".repeat(2 * 1024 * 1024) })).code).toBe("TOO_LARGE");
  const chunk = new TextEncoder().encode("x".repeat(64 * 1024));
  let left = 64;
  const body = new ReadableStream({
    pull: (controller) => {
      left -= 1;
      if (left < 0) controller.close();
      else controller.enqueue(chunk);
    },
  });
  const response = await api.raw(
    new Request(`http://localhost${tasks}`, {
      method: "POST",
      body,
      headers: { Authorization: `Bearer ${fixture.owner.token}`, "Content-Type": "application/json" },
    }),
  );
  expect(response.status).toBe(413);
});

test("other media types are 415", async () => {
  for (const type of ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"]) {
    expect((await refusal(tasks, "title=a", { "Content-Type": type })).code).toBe("UNSUPPORTED_MEDIA_TYPE");
  }
});

test("a wrong method is 405 with Allow, an unknown address 404", async () => {
  const answer = await fixture.owner.call("PUT", tasks);
  expect([answer.status, answer.headers.get("Allow")]).toEqual([405, "GET, POST"]);
  expect(await fixture.owner.refused(404, "GET", "/api/nothing")).toBe("NOT_FOUND");
  expect(await fixture.owner.refused(405, "POST", "/api/health")).toBe("METHOD_NOT_ALLOWED");
  // Routes of better-auth that are not exposed.
  for (const path of [
    "/api/auth/get-session",
    "/api/auth/update-user",
    "/api/auth/delete-user",
    "/api/auth/api-key/update",
  ]) {
    expect([path, (await fixture.owner.call("POST", path, { body: {} })).status]).toEqual([path, 404]);
  }
});

test("invalid query strings are 422", async () => {
  for (const query of [
    "limit=0",
    "limit=x",
    "color=mauve",
    "dueAfter=soon",
    "archived=maybe",
    "q=%00",
    `q=${"x".repeat(201)}`,
  ]) {
    expect([query, await fixture.owner.refused(422, "GET", `${tasks}?${query}`)]).toEqual([query, "INVALID"]);
  }
  const events = `/api/teams/${fixture.team.id}/events`;
  for (const query of ["", "?since=x", "?since=a:-1", "?since=a:99999999999999999999"]) {
    expect([query, await fixture.owner.refused(422, "GET", `${events}${query}`)]).toEqual([query, "INVALID"]);
  }
});

test("unreachable history is 410: another epoch, or ahead of the head", async () => {
  const { position } = await fixture.owner.call("GET", `/api/teams/${fixture.team.id}`);
  const events = `/api/teams/${fixture.team.id}/events`;
  expect(await fixture.owner.refused(410, "GET", `${events}?since=nonsense:1`)).toBe("HISTORY_GONE");
  expect(await fixture.owner.refused(410, "GET", `${events}?since=${position?.epoch}:99999`)).toBe("HISTORY_GONE");
  const level = await fixture.owner.call("GET", `${events}?since=${position?.epoch}:${position?.seq}`);
  expect([level.status, (level.body as { events: unknown[] }).events]).toEqual([200, []]);
});

test("references to another team's entities are refused without revealing them", async () => {
  const other = await createFixture(api);
  const body = { columnId: other.todo.id, title: "a", assigneeIds: [other.owner.id] };
  const problem = await refusal(tasks, body);
  expect(problem.errors?.map((error) => error.path).sort()).toEqual(["assigneeIds", "columnId"]);
});

test("an invalid session, bearer or key is 401 with a challenge", async () => {
  for (const headers of [
    { Authorization: "Bearer nonsense" },
    { Authorization: "Basic eDp5" },
    { "x-api-key": "nonsense" },
    { Cookie: "artel.session_token=forged.signature" },
    { Authorization: `Bearer ${"x".repeat(5_000)}` },
  ]) {
    const answer = await api.call("GET", "/api/me", { headers });
    expect([headers, answer.status]).toEqual([headers, 401]);
  }
});
