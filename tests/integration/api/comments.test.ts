import { expect, test } from "bun:test";
import { v7 } from "uuid";
import { type Comment, commentSchema, MAX_COMMENT_BYTES } from "../../../shared/comments.ts";
import { page as pageOf } from "../../../shared/paging.ts";
import { addMember, createFixture, type Fixture, makeTask, startApi } from "../../support/api.ts";

const api = await startApi();
const fixture = await createFixture(api);
const task = await makeTask(fixture);
const comments = `/api/tasks/${task.id}/comments`;

const write = (body: string, { owner }: Pick<Fixture, "owner"> = fixture): Promise<Comment> =>
  owner.expect(201, commentSchema, "POST", comments, { body: { body } });

test("a comment is created, read in a page, edited and deleted", async () => {
  const own = await makeTask(fixture);
  const path = `/api/tasks/${own.id}/comments`;
  const created = await fixture.owner.expect(201, commentSchema, "POST", path, { body: { body: "**First**" } });
  expect(created).toMatchObject({
    taskId: own.id,
    boardId: fixture.board.id,
    teamId: fixture.team.id,
    body: "**First**",
    mentions: [],
    reactions: [],
    createdBy: fixture.owner.id,
    importedFrom: null,
    editedAt: null,
  });
  const edited = await fixture.owner.expect(200, commentSchema, "PATCH", `/api/comments/${created.id}`, {
    body: { body: "Second" },
  });
  expect(edited).toMatchObject({ body: "Second", createdAt: created.createdAt });
  expect(edited.editedAt).not.toBeNull();
  expect(edited.version).toBeGreaterThan(created.version);
  const page = await fixture.owner.expect(200, pageOf(commentSchema), "GET", path);
  expect(page.items).toEqual([edited]);
  await fixture.owner.expect(200, commentSchema, "DELETE", `/api/comments/${created.id}`);
  expect((await fixture.owner.expect(200, pageOf(commentSchema), "GET", path)).items).toEqual([]);
  expect(await fixture.owner.refused(404, "PATCH", `/api/comments/${created.id}`, { body: { body: "x" } })).toBe(
    "NOT_FOUND",
  );
});

test("an edit that changes nothing publishes nothing", async () => {
  const created = await write("Same");
  const same = await fixture.owner.call("PATCH", `/api/comments/${created.id}`, { body: { body: "Same" } });
  expect(same.body).toEqual(created);
});

test("its author alone edits a comment; its author or an admin deletes it", async () => {
  const author = await addMember(api, fixture, "member");
  const other = await addMember(api, fixture, "member");
  const admin = await addMember(api, fixture, "admin");
  const mine = await write("Mine", { owner: author });
  const path = `/api/comments/${mine.id}`;
  for (const actor of [other, admin, fixture.owner]) {
    expect(await actor.refused(403, "PATCH", path, { body: { body: "Theirs" } })).toBe("FORBIDDEN");
  }
  expect(await other.refused(403, "DELETE", path)).toBe("FORBIDDEN");
  await admin.expect(200, commentSchema, "DELETE", path);
  const again = await write("Again", { owner: author });
  await author.expect(200, commentSchema, "DELETE", `/api/comments/${again.id}`);
});

test("a body has 1 byte to 16 KiB, counted in bytes, and more than blanks", async () => {
  expect((await write("ж".repeat(MAX_COMMENT_BYTES / 2))).body).toHaveLength(MAX_COMMENT_BYTES / 2);
  for (const body of ["", "  \n", "ж".repeat(MAX_COMMENT_BYTES / 2 + 1), "a\u0000", "\ud800", 1, null]) {
    expect(await fixture.owner.refused(422, "POST", comments, { body: { body } })).toBe("INVALID");
  }
  expect(await fixture.owner.refused(422, "POST", comments, { body: {} })).toBe("INVALID");
});

test("a body mentions members of the team, 50 at most", async () => {
  const member = await addMember(api, fixture, "viewer");
  const stranger = await api.signUp("Stranger");
  const created = await write(`@[${member.id}] and @[${fixture.owner.id}], again @[${member.id}]`);
  expect<string[]>(created.mentions).toEqual([member.id, fixture.owner.id]);
  for (const id of [stranger.id, v7()]) {
    expect(await fixture.owner.refused(422, "POST", comments, { body: { body: `@[${id}]` } })).toBe("INVALID");
  }
  const many = Array.from({ length: 51 }, () => `@[${v7()}]`).join(" ");
  expect(await fixture.owner.refused(422, "POST", comments, { body: { body: many } })).toBe("INVALID");
});

test("a comment that mentions somebody who left can still be edited", async () => {
  const member = await addMember(api, fixture, "member");
  const created = await write(`@[${member.id}] look`);
  await member.call("DELETE", `/api/teams/${fixture.team.id}/members/${member.id}`);
  const edited = await fixture.owner.expect(200, commentSchema, "PATCH", `/api/comments/${created.id}`, {
    body: { body: `@[${member.id}] look again` },
  });
  expect<string[]>(edited.mentions).toEqual([member.id]);
});

test("a creation with its id is answered again, and is GONE once the comment is deleted", async () => {
  const body = { id: v7(), body: "Once" };
  const first = await fixture.owner.expect(201, commentSchema, "POST", comments, { body });
  expect(await fixture.owner.expect(200, commentSchema, "POST", comments, { body })).toEqual(first);
  await fixture.owner.expect(200, commentSchema, "DELETE", `/api/comments/${first.id}`);
  expect(await fixture.owner.refused(410, "POST", comments, { body })).toBe("GONE");
});

test("a deleted task takes its comments along: their addresses are 404", async () => {
  const own = await makeTask(fixture);
  const path = `/api/tasks/${own.id}/comments`;
  const created = await fixture.owner.expect(201, commentSchema, "POST", path, { body: { body: "Gone with it" } });
  await fixture.owner.call("DELETE", `/api/tasks/${own.id}`);
  expect(await fixture.owner.refused(404, "GET", path)).toBe("NOT_FOUND");
  expect(await fixture.owner.refused(404, "POST", path, { body: { body: "Late" } })).toBe("NOT_FOUND");
  expect(await fixture.owner.refused(404, "DELETE", `/api/comments/${created.id}`)).toBe("NOT_FOUND");
});

test("a long list is read by pages, each comment once", async () => {
  const own = await makeTask(fixture);
  const path = `/api/tasks/${own.id}/comments`;
  const made: string[] = [];
  for (const body of ["a", "b", "c", "d", "e"]) {
    made.push((await fixture.owner.expect(201, commentSchema, "POST", path, { body: { body } })).id);
  }
  const read: string[] = [];
  let cursor: string | null = null;
  do {
    const query: string = cursor === null ? "" : `&cursor=${cursor}`;
    const page = await fixture.owner.expect(200, pageOf(commentSchema), "GET", `${path}?limit=2${query}`);
    read.push(...page.items.map(({ id }) => id));
    cursor = page.nextCursor;
  } while (cursor !== null);
  expect(read.sort()).toEqual(made.sort());
});

test("each change is an event with the whole comment and its author's mutation id", async () => {
  const own = await makeTask(fixture);
  const { position } = await fixture.owner.call("GET", `/api/boards/${fixture.board.id}`);
  const key = (name: string) => ({ headers: { "Idempotency-Key": `${own.id}-${name}` } });
  const { id } = await fixture.owner.expect(201, commentSchema, "POST", `/api/tasks/${own.id}/comments`, {
    body: { body: "a" },
    ...key("create"),
  });
  await fixture.owner.call("PATCH", `/api/comments/${id}`, { body: { body: "b" }, ...key("edit") });
  await fixture.owner.call("DELETE", `/api/comments/${id}`, key("delete"));
  const log = await fixture.owner.call(
    "GET",
    `/api/teams/${fixture.team.id}/events?since=${position?.epoch}:${position?.seq}`,
  );
  const { events } = log.body as { events: { action: string; mutationId: string; data: unknown }[] };
  expect(events.map(({ action, mutationId, data }) => [action, mutationId, data])).toEqual([
    ["COMMENT_CREATED", `${own.id}-create`, expect.objectContaining({ id, body: "a" })],
    ["COMMENT_UPDATED", `${own.id}-edit`, expect.objectContaining({ id, body: "b" })],
    ["COMMENT_DELETED", `${own.id}-delete`, expect.objectContaining({ id })],
  ]);
});

test("two edits at once both have effect in one order, and the log has both", async () => {
  const { id } = await write("start");
  const edits = await Promise.all(
    ["one", "two"].map((body) =>
      fixture.owner.expect(200, commentSchema, "PATCH", `/api/comments/${id}`, { body: { body } }),
    ),
  );
  const last = edits.sort((a, b) => b.version - a.version)[0];
  const page = await fixture.owner.expect(200, pageOf(commentSchema), "GET", `${comments}?limit=500`);
  expect(page.items.find((comment) => comment.id === id)).toEqual(last as Comment);
});
