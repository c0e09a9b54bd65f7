import { expect, test } from "bun:test";
import { v7 } from "uuid";
import { taskSchema } from "../../../shared/tasks.ts";
import { addMember, createFixture, makeTask, startApi } from "../../support/api.ts";

const api = await startApi();

test("C4: a request sent twice under one key acts once and gets the same answer", async () => {
  const fixture = await createFixture(api);
  const send = (title: string) =>
    fixture.owner.call("POST", `/api/boards/${fixture.board.id}/tasks`, {
      body: { columnId: fixture.todo.id, title },
      headers: { "Idempotency-Key": "first" },
    });
  const one = await send("A");
  await makeTask(fixture);
  const two = await send("A");
  expect([two.status, two.body, two.position]).toEqual([one.status, one.body, one.position]);
  const other = await send("B");
  expect([other.status, (other.body as { code: string }).code]).toEqual([422, "IDEMPOTENCY_KEY_REUSED"]);
});

test("C4: of two requests at the same time one acts, and the other must wait or gets the same answer", async () => {
  const fixture = await createFixture(api);
  const answers = await Promise.all(
    Array.from({ length: 10 }, () =>
      fixture.owner.call("POST", `/api/boards/${fixture.board.id}/tasks`, {
        body: { columnId: fixture.todo.id, title: "A" },
        headers: { "Idempotency-Key": "same" },
      }),
    ),
  );
  const made = answers.filter((answer) => answer.status === 201);
  expect(new Set(made.map((answer) => (answer.body as { id: string }).id)).size).toBe(1);
  expect(answers.every((answer) => answer.status === 201 || answer.status === 409)).toBeTrue();
  const tasks = (await fixture.owner.call("GET", `/api/boards/${fixture.board.id}/tasks`)).body as { items: unknown[] };
  expect(tasks.items).toHaveLength(1);
});

test("a repeated deletion gets the first answer", async () => {
  const fixture = await createFixture(api);
  const task = await makeTask(fixture);
  const remove = () =>
    fixture.owner.call("DELETE", `/api/tasks/${task.id}`, { headers: { "Idempotency-Key": "gone" } });
  const one = await remove();
  const two = await remove();
  expect([two.status, two.body, two.position]).toEqual([200, one.body, one.position]);
});

test("repeated requests to leave or delete a team get their answer although they ended the access", async () => {
  const fixture = await createFixture(api);
  const member = await addMember(api, fixture, "member");
  const key = { headers: { "Idempotency-Key": "bye" } };
  const leave = `/api/teams/${fixture.team.id}/members/${member.id}`;
  expect((await member.call("DELETE", leave, key)).status).toBe(200);
  expect((await member.call("DELETE", leave, key)).status).toBe(200);
  const team = `/api/teams/${fixture.team.id}`;
  expect((await fixture.owner.call("DELETE", team, key)).status).toBe(200);
  expect((await fixture.owner.call("DELETE", team, key)).status).toBe(200);
});

test("rights are checked again: a removed member does not get the stored answer", async () => {
  const fixture = await createFixture(api);
  const member = await addMember(api, fixture, "member");
  const call = {
    body: { columnId: fixture.todo.id, title: "A" },
    headers: { "Idempotency-Key": "mine" },
  };
  expect((await member.call("POST", `/api/boards/${fixture.board.id}/tasks`, call)).status).toBe(201);
  await fixture.owner.call("DELETE", `/api/teams/${fixture.team.id}/members/${member.id}`);
  expect((await member.call("POST", `/api/boards/${fixture.board.id}/tasks`, call)).status).toBe(404);
});

test("a refused request is not stored under its key", async () => {
  const fixture = await createFixture(api);
  const path = `/api/boards/${fixture.board.id}/tasks`;
  const headers = { "Idempotency-Key": "k" };
  expect((await fixture.owner.call("POST", path, { body: { columnId: v7(), title: "A" }, headers })).status).toBe(422);
  const good = { columnId: fixture.todo.id, title: "A" };
  expect((await fixture.owner.call("POST", path, { body: good, headers })).status).toBe(201);
});

test("a key that is too long or not ASCII is refused", async () => {
  const fixture = await createFixture(api);
  for (const key of ["x".repeat(129), "a b"]) {
    const code = await fixture.owner.refused(422, "POST", `/api/boards/${fixture.board.id}/columns`, {
      body: { name: "C" },
      headers: { "Idempotency-Key": key },
    });
    expect(code).toBe("INVALID");
  }
});

test("a repeated creation with a chosen id is 200, 410 after its deletion, 409 for another user", async () => {
  const fixture = await createFixture(api);
  const member = await addMember(api, fixture, "member");
  const id = v7();
  const path = `/api/boards/${fixture.board.id}/tasks`;
  const body = { id, columnId: fixture.todo.id, title: "A" };
  await fixture.owner.expect(201, taskSchema, "POST", path, { body });
  await fixture.owner.call("PATCH", `/api/tasks/${id}`, { body: { title: "B" } });
  const again = await fixture.owner.expect(200, taskSchema, "POST", path, { body });
  expect(again.title).toBe("B");
  expect(await member.refused(409, "POST", path, { body })).toBe("ID_TAKEN");
  expect(
    await fixture.owner.refused(409, "POST", `/api/boards/${fixture.board.id}/labels`, { body: { id, name: "L" } }),
  ).toBe("ID_TAKEN");
  await fixture.owner.call("DELETE", `/api/tasks/${id}`);
  expect(await fixture.owner.refused(410, "POST", path, { body })).toBe("GONE");
  expect(await member.refused(409, "POST", path, { body })).toBe("ID_TAKEN");
});

test("the id of a task deleted with its board is gone, not free", async () => {
  const fixture = await createFixture(api);
  const id = v7();
  const body = { id, columnId: fixture.todo.id, title: "A" };
  await fixture.owner.call("POST", `/api/boards/${fixture.board.id}/tasks`, { body });
  await fixture.owner.call("DELETE", `/api/columns/${fixture.todo.id}`);
  const code = await fixture.owner.refused(410, "POST", `/api/boards/${fixture.board.id}/tasks`, {
    body: { ...body, columnId: fixture.doing.id },
  });
  expect(code).toBe("GONE");
});

test("If-Match with an older version is 412 and changes nothing", async () => {
  const fixture = await createFixture(api);
  const task = await makeTask(fixture);
  const newer = await fixture.owner.expect(200, taskSchema, "PATCH", `/api/tasks/${task.id}`, { body: { title: "B" } });
  const stale = { body: { title: "C" }, headers: { "If-Match": `"${task.version}"` } };
  expect(await fixture.owner.refused(412, "PATCH", `/api/tasks/${task.id}`, stale)).toBe("VERSION_MISMATCH");
  expect(await fixture.owner.refused(412, "DELETE", `/api/tasks/${task.id}`, { headers: stale.headers })).toBe(
    "VERSION_MISMATCH",
  );
  const fresh = { body: { title: "C" }, headers: { "If-Match": `"${newer.version}"` } };
  expect((await fixture.owner.call("PATCH", `/api/tasks/${task.id}`, fresh)).status).toBe(200);
});
