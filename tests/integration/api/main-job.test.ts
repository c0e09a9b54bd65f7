import { expect, test } from "bun:test";
import { z } from "zod";
import { boardSnapshotSchema } from "../../../shared/boards.ts";
import { sequencedMessageSchema } from "../../../shared/protocol/message.ts";
import { taskSchema } from "../../../shared/tasks.ts";
import { addMember, makeGround, makeTask, startApi } from "../../support/api.ts";

const api = await startApi();
const eventsSchema = z.object({ epoch: z.string(), seq: z.number(), events: z.array(sequencedMessageSchema) });

test("a task travels from creation to deletion, each step an event with the entity as REST shows it", async () => {
  const ground = await makeGround(api);
  const { owner, team, doing } = ground;
  const created = await makeTask(ground, { title: " First " });
  expect(created.title).toBe("First");
  const painted = await owner.expect(200, taskSchema, "PATCH", `/api/tasks/${created.id}`, {
    body: { color: "green" },
  });
  const moved = await owner.expect(200, taskSchema, "POST", `/api/tasks/${created.id}/move`, {
    body: { columnId: doing.id },
  });
  const deleted = await owner.expect(200, taskSchema, "DELETE", `/api/tasks/${created.id}`);
  expect(deleted).toEqual(moved);
  const answer = await owner.call("GET", `/api/teams/${team.id}`);
  const { events, seq } = await owner.expect(
    200,
    eventsSchema,
    "GET",
    `/api/teams/${team.id}/events?since=${answer.position?.epoch}:0`,
  );
  expect(events.map((event) => event.seq)).toEqual(Array.from({ length: seq }, (_, index) => index + 1));
  expect(events.slice(-4).map((event) => [event.action, event.data])).toEqual([
    ["TASK_CREATED", created],
    ["TASK_UPDATED", painted],
    ["TASK_MOVED", moved],
    ["TASK_DELETED", deleted],
  ]);
  expect([created, painted, moved].map((task) => task.version)).toEqual(events.slice(-4, -1).map((event) => event.seq));
});

test("a snapshot and its position agree, and an unchanged one is 304 with its position", async () => {
  const ground = await makeGround(api);
  const member = await addMember(api, ground, "viewer");
  const task = await makeTask(ground);
  const answer = await member.call("GET", `/api/boards/${ground.board.id}`);
  const snapshot = boardSnapshotSchema.parse(answer.body);
  expect(snapshot.tasks).toEqual([task]);
  expect(snapshot.columns.map((column) => column.name)).toEqual(["To do", "Doing"]);
  expect(snapshot.members).toHaveLength(2);
  expect(answer.position?.seq).toBe(task.version);
  const etag = answer.headers.get("ETag") ?? "";
  expect(etag).toStartWith('W/"');
  const again = await member.call("GET", `/api/boards/${ground.board.id}`, { headers: { "If-None-Match": etag } });
  expect([again.status, again.position]).toEqual([304, answer.position]);
  expect(answer.headers.get("Cache-Control")).toBe("private, no-cache");
  await makeTask(ground);
  const changed = await member.call("GET", `/api/boards/${ground.board.id}`, { headers: { "If-None-Match": etag } });
  expect(changed.status).toBe(200);
});

test("a change that changes nothing makes no event", async () => {
  const ground = await makeGround(api);
  const task = await makeTask(ground, { color: "red" });
  for (const [method, path, body] of [
    ["PATCH", `/api/tasks/${task.id}`, { color: "red", title: "Task" }],
    ["PATCH", `/api/tasks/${task.id}`, {}],
    ["POST", `/api/tasks/${task.id}/move`, { columnId: ground.todo.id }],
    ["PATCH", `/api/columns/${ground.todo.id}`, { name: "To do" }],
    ["PATCH", `/api/boards/${ground.board.id}`, { archived: false }],
    ["PATCH", `/api/teams/${ground.team.id}`, { name: "Team" }],
  ] as const) {
    const answer = await ground.owner.call(method, path, { body });
    expect([path, answer.status, answer.position?.seq]).toEqual([path, 200, task.version]);
  }
});

test("200 concurrent creations get one seq each, without a hole", async () => {
  const ground = await makeGround(api);
  const tasks = await Promise.all(Array.from({ length: 200 }, (_, index) => makeTask(ground, { title: `T${index}` })));
  const versions = tasks.map((task) => task.version).sort((a, b) => a - b);
  expect(versions).toEqual(Array.from({ length: 200 }, (_, index) => (versions[0] ?? 0) + index));
  expect(new Set(tasks.map((task) => task.rank)).size).toBe(200);
});

test("deleting a label or a member takes them off the tasks, each with its event", async () => {
  const ground = await makeGround(api);
  const member = await addMember(api, ground, "member");
  const label = await ground.owner.expect(
    201,
    z.object({ id: z.string() }),
    "POST",
    `/api/boards/${ground.board.id}/labels`,
    { body: { name: "Bug", color: "red" } },
  );
  const task = await makeTask(ground, { labelIds: [label.id], assigneeIds: [member.id] });
  const before = await ground.owner.call("GET", `/api/tasks/${task.id}`);
  await ground.owner.call("DELETE", `/api/labels/${label.id}`);
  await ground.owner.call("DELETE", `/api/teams/${ground.team.id}/members/${member.id}`);
  const { events } = await ground.owner.expect(
    200,
    eventsSchema,
    "GET",
    `/api/teams/${ground.team.id}/events?since=${before.headers.get("Artel-Position")}`,
  );
  expect(events.map((event) => event.action)).toEqual([
    "TASK_UPDATED",
    "LABEL_DELETED",
    "TASK_UPDATED",
    "MEMBER_DELETED",
  ]);
  const after = await ground.owner.expect(200, taskSchema, "GET", `/api/tasks/${task.id}`);
  expect([after.labelIds, after.assigneeIds]).toEqual([[], []]);
});
