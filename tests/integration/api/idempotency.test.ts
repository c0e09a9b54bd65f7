import { expect, test } from "bun:test";
import { v7 } from "uuid";
import { taskSchema } from "../../../shared/tasks.ts";
import { addMember, makeGround, makeTask, startApi } from "../../support/api.ts";

const api = await startApi();

test("C4: a request sent twice under one key acts once and is answered alike", async () => {
  const ground = await makeGround(api);
  const send = (title: string) =>
    ground.owner.call("POST", `/api/boards/${ground.board.id}/tasks`, {
      body: { columnId: ground.todo.id, title },
      headers: { "Idempotency-Key": "first" },
    });
  const one = await send("A");
  await makeTask(ground);
  const two = await send("A");
  expect([two.status, two.body, two.position]).toEqual([one.status, one.body, one.position]);
  const other = await send("B");
  expect([other.status, (other.body as { code: string }).code]).toEqual([422, "IDEMPOTENCY_KEY_REUSED"]);
});

test("C4: sent at the same time, one acts and the other is told to wait or gets the same answer", async () => {
  const ground = await makeGround(api);
  const answers = await Promise.all(
    Array.from({ length: 10 }, () =>
      ground.owner.call("POST", `/api/boards/${ground.board.id}/tasks`, {
        body: { columnId: ground.todo.id, title: "A" },
        headers: { "Idempotency-Key": "same" },
      }),
    ),
  );
  const made = answers.filter((answer) => answer.status === 201);
  expect(new Set(made.map((answer) => (answer.body as { id: string }).id)).size).toBe(1);
  expect(answers.every((answer) => answer.status === 201 || answer.status === 409)).toBeTrue();
  const tasks = (await ground.owner.call("GET", `/api/boards/${ground.board.id}/tasks`)).body as { items: unknown[] };
  expect(tasks.items).toHaveLength(1);
});

test("a deletion sent again is answered as at first", async () => {
  const ground = await makeGround(api);
  const task = await makeTask(ground);
  const remove = () => ground.owner.call("DELETE", `/api/tasks/${task.id}`, { headers: { "Idempotency-Key": "gone" } });
  const one = await remove();
  const two = await remove();
  expect([two.status, two.body, two.position]).toEqual([200, one.body, one.position]);
});

test("leaving and deleting a team are answered again although the access has ended by them", async () => {
  const ground = await makeGround(api);
  const member = await addMember(api, ground, "member");
  const key = { headers: { "Idempotency-Key": "bye" } };
  const leave = `/api/teams/${ground.team.id}/members/${member.id}`;
  expect((await member.call("DELETE", leave, key)).status).toBe(200);
  expect((await member.call("DELETE", leave, key)).status).toBe(200);
  const team = `/api/teams/${ground.team.id}`;
  expect((await ground.owner.call("DELETE", team, key)).status).toBe(200);
  expect((await ground.owner.call("DELETE", team, key)).status).toBe(200);
});

test("rights are checked again: who was removed is not shown the stored reply", async () => {
  const ground = await makeGround(api);
  const member = await addMember(api, ground, "member");
  const call = {
    body: { columnId: ground.todo.id, title: "A" },
    headers: { "Idempotency-Key": "mine" },
  };
  expect((await member.call("POST", `/api/boards/${ground.board.id}/tasks`, call)).status).toBe(201);
  await ground.owner.call("DELETE", `/api/teams/${ground.team.id}/members/${member.id}`);
  expect((await member.call("POST", `/api/boards/${ground.board.id}/tasks`, call)).status).toBe(404);
});

test("a refused request is not kept under its key", async () => {
  const ground = await makeGround(api);
  const path = `/api/boards/${ground.board.id}/tasks`;
  const headers = { "Idempotency-Key": "k" };
  expect((await ground.owner.call("POST", path, { body: { columnId: v7(), title: "A" }, headers })).status).toBe(422);
  const good = { columnId: ground.todo.id, title: "A" };
  expect((await ground.owner.call("POST", path, { body: good, headers })).status).toBe(201);
});

test("a key that is too long or not ASCII is refused", async () => {
  const ground = await makeGround(api);
  for (const key of ["x".repeat(129), "a b"]) {
    const code = await ground.owner.refused(422, "POST", `/api/boards/${ground.board.id}/columns`, {
      body: { name: "C" },
      headers: { "Idempotency-Key": key },
    });
    expect(code).toBe("INVALID");
  }
});

test("creation with a chosen id: again is 200, deleted meanwhile 410, anyone else's 409", async () => {
  const ground = await makeGround(api);
  const member = await addMember(api, ground, "member");
  const id = v7();
  const path = `/api/boards/${ground.board.id}/tasks`;
  const body = { id, columnId: ground.todo.id, title: "A" };
  await ground.owner.expect(201, taskSchema, "POST", path, { body });
  await ground.owner.call("PATCH", `/api/tasks/${id}`, { body: { title: "B" } });
  const again = await ground.owner.expect(200, taskSchema, "POST", path, { body });
  expect(again.title).toBe("B");
  expect(await member.refused(409, "POST", path, { body })).toBe("ID_TAKEN");
  expect(
    await ground.owner.refused(409, "POST", `/api/boards/${ground.board.id}/labels`, { body: { id, name: "L" } }),
  ).toBe("ID_TAKEN");
  await ground.owner.call("DELETE", `/api/tasks/${id}`);
  expect(await ground.owner.refused(410, "POST", path, { body })).toBe("GONE");
  expect(await member.refused(409, "POST", path, { body })).toBe("ID_TAKEN");
});

test("what went with its board is gone, not free again", async () => {
  const ground = await makeGround(api);
  const id = v7();
  const body = { id, columnId: ground.todo.id, title: "A" };
  await ground.owner.call("POST", `/api/boards/${ground.board.id}/tasks`, { body });
  await ground.owner.call("DELETE", `/api/columns/${ground.todo.id}`);
  const code = await ground.owner.refused(410, "POST", `/api/boards/${ground.board.id}/tasks`, {
    body: { ...body, columnId: ground.doing.id },
  });
  expect(code).toBe("GONE");
});

test("If-Match with an older version is 412 and changes nothing", async () => {
  const ground = await makeGround(api);
  const task = await makeTask(ground);
  const newer = await ground.owner.expect(200, taskSchema, "PATCH", `/api/tasks/${task.id}`, { body: { title: "B" } });
  const stale = { body: { title: "C" }, headers: { "If-Match": `"${task.version}"` } };
  expect(await ground.owner.refused(412, "PATCH", `/api/tasks/${task.id}`, stale)).toBe("VERSION_MISMATCH");
  expect(await ground.owner.refused(412, "DELETE", `/api/tasks/${task.id}`, { headers: stale.headers })).toBe(
    "VERSION_MISMATCH",
  );
  const fresh = { body: { title: "C" }, headers: { "If-Match": `"${newer.version}"` } };
  expect((await ground.owner.call("PATCH", `/api/tasks/${task.id}`, fresh)).status).toBe(200);
});
