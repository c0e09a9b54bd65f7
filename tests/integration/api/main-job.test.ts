import { expect, test } from "bun:test";
import { z } from "zod";
import { boardSnapshotSchema } from "../../../shared/boards.ts";
import { sequencedMessageSchema } from "../../../shared/protocol/message.ts";
import { taskSchema } from "../../../shared/tasks.ts";
import { addMember, createFixture, makeTask, startApi } from "../../support/api.ts";

const api = await startApi();
const eventsSchema = z.object({ epoch: z.string(), seq: z.number(), events: z.array(sequencedMessageSchema) });

test("each step of a task from creation to deletion is an event with the entity as REST shows it", async () => {
  const fixture = await createFixture(api);
  const { owner, team, doing } = fixture;
  const created = await makeTask(fixture, { title: " First " });
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
  const fixture = await createFixture(api);
  const member = await addMember(api, fixture, "viewer");
  const task = await makeTask(fixture);
  const answer = await member.call("GET", `/api/boards/${fixture.board.id}`);
  const snapshot = boardSnapshotSchema.parse(answer.body);
  expect(snapshot.tasks).toEqual([task]);
  expect(snapshot.columns.map((column) => column.name)).toEqual(["To do", "Doing"]);
  expect(snapshot.members).toHaveLength(2);
  expect(answer.position?.seq).toBe(task.version);
  const etag = answer.headers.get("ETag") ?? "";
  expect(etag).toStartWith('W/"');
  const again = await member.call("GET", `/api/boards/${fixture.board.id}`, { headers: { "If-None-Match": etag } });
  expect([again.status, again.position]).toEqual([304, answer.position]);
  expect(answer.headers.get("Cache-Control")).toBe("private, no-cache");
  await makeTask(fixture);
  const changed = await member.call("GET", `/api/boards/${fixture.board.id}`, { headers: { "If-None-Match": etag } });
  expect(changed.status).toBe(200);
});

test("a change that changes nothing makes no event", async () => {
  const fixture = await createFixture(api);
  const task = await makeTask(fixture, { color: "red" });
  for (const [method, path, body] of [
    ["PATCH", `/api/tasks/${task.id}`, { color: "red", title: "Task" }],
    ["PATCH", `/api/tasks/${task.id}`, {}],
    ["POST", `/api/tasks/${task.id}/move`, { columnId: fixture.todo.id }],
    ["PATCH", `/api/columns/${fixture.todo.id}`, { name: "To do" }],
    ["PATCH", `/api/boards/${fixture.board.id}`, { archived: false }],
    ["PATCH", `/api/teams/${fixture.team.id}`, { name: "Team" }],
  ] as const) {
    const answer = await fixture.owner.call(method, path, { body });
    expect([path, answer.status, answer.position?.seq]).toEqual([path, 200, task.version]);
  }
});

test("200 concurrent creations get one seq each, without a hole", async () => {
  const fixture = await createFixture(api);
  const tasks = await Promise.all(Array.from({ length: 200 }, (_, index) => makeTask(fixture, { title: `T${index}` })));
  const versions = tasks.map((task) => task.version).sort((a, b) => a - b);
  expect(versions).toEqual(Array.from({ length: 200 }, (_, index) => (versions[0] ?? 0) + index));
  expect(new Set(tasks.map((task) => task.rank)).size).toBe(200);
});

test("the deletion of a label or a member removes it from its tasks, each with an event", async () => {
  const fixture = await createFixture(api);
  const member = await addMember(api, fixture, "member");
  const label = await fixture.owner.expect(
    201,
    z.object({ id: z.string() }),
    "POST",
    `/api/boards/${fixture.board.id}/labels`,
    { body: { name: "Bug", color: "red" } },
  );
  const task = await makeTask(fixture, { labelIds: [label.id], assigneeIds: [member.id] });
  const before = await fixture.owner.call("GET", `/api/tasks/${task.id}`);
  await fixture.owner.call("DELETE", `/api/labels/${label.id}`);
  await fixture.owner.call("DELETE", `/api/teams/${fixture.team.id}/members/${member.id}`);
  const { events } = await fixture.owner.expect(
    200,
    eventsSchema,
    "GET",
    `/api/teams/${fixture.team.id}/events?since=${before.headers.get("Artel-Position")}`,
  );
  expect(events.map((event) => event.action)).toEqual([
    "TASK_UPDATED",
    "LABEL_DELETED",
    "TASK_UPDATED",
    "MEMBER_DELETED",
  ]);
  const after = await fixture.owner.expect(200, taskSchema, "GET", `/api/tasks/${task.id}`);
  expect([after.labelIds, after.assigneeIds]).toEqual([[], []]);
});
