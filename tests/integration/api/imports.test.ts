import { expect, test } from "bun:test";
import { join } from "node:path";
import { boardSnapshotSchema } from "../../../shared/boards.ts";
import { importSchema } from "../../../shared/imports.ts";
import { problemSchema } from "../../../shared/problem.ts";
import { createFixture, type Fixture, startApi } from "../../support/api.ts";

const api = await startApi();
const exported = await Bun.file(join(import.meta.dir, "../../fixtures/trello-board.json")).text();

const small = {
  name: "Old",
  lists: [
    { id: "l2", name: "Second", pos: 2 },
    { id: "l1", name: "First", pos: 1 },
    { id: "l3", name: "Shelf", pos: 3, closed: true },
  ],
  cards: [
    { id: "c2", name: "two", idList: "l1", pos: 20, closed: true, dateLastActivity: "2020-01-01T00:00:00.000Z" },
    {
      id: "5f00000012345678901234ab",
      name: "one",
      desc: "Text",
      idList: "l1",
      pos: 10,
      due: "2020-02-02T12:00:00.000Z",
      idMembers: ["m1"],
      labels: [{ id: "x", name: "Bug", color: "red_dark" }],
      checklists: [{ id: "k", name: "Steps", checkItems: [{ name: "a", state: "complete" }, { name: "b" }] }],
    },
    { id: "c3", name: "shelved", idList: "l3", pos: 1 },
  ],
  members: [{ id: "m1", fullName: "Ann Example" }],
  actions: [
    {
      type: "commentCard",
      date: "2020-01-02T00:00:00.000Z",
      memberCreator: { fullName: "Ann Example" },
      data: { text: "Looks\ngood", card: { id: "5f00000012345678901234ab" } },
    },
    { type: "createCard", date: "2020-01-01", data: {} },
  ],
};

const start = (fixture: Fixture, data: unknown, headers = {}) =>
  fixture.owner.call("POST", `/api/teams/${fixture.team.id}/imports`, { body: { format: "trello", data }, headers });

const boardOf = async (fixture: Fixture, boardId: string | null) =>
  boardSnapshotSchema.parse((await fixture.owner.call("GET", `/api/boards/${boardId}`)).body);

test("a real export becomes a board with all its lists, cards and labels, by one event", async () => {
  const fixture = await createFixture(api);
  const before = await fixture.owner.call("GET", `/api/teams/${fixture.team.id}`);
  const answer = await start(fixture, JSON.parse(exported));
  expect(answer.status).toBe(202);
  const entry = importSchema.parse(answer.body);
  expect(entry).toMatchObject({ status: "completed", counts: { columns: 3, tasks: 11, labels: 6, checklists: 7 } });
  expect(answer.position?.seq).toBe((before.position?.seq ?? 0) + 1);
  const board = await boardOf(fixture, entry.boardId);
  expect([board.name, board.columns.length, board.tasks.length, board.labels.length]).toEqual([
    "Tekken Notes",
    3,
    11,
    6,
  ]);
  expect(board.tasks.find((task) => task.title === "Lee")?.description).toContain("- [ ] ");
  const events = await fixture.owner.call(
    "GET",
    `/api/teams/${fixture.team.id}/events?since=${before.headers.get("Artel-Position")}`,
  );
  expect(events.body).toMatchObject({ events: [{ action: "BOARD_IMPORTED", data: { id: entry.boardId } }] });
  expect((await fixture.owner.call("GET", `/api/imports/${entry.id}`)).body).toEqual(entry);
});

test("an older export, with labels and checklists on its cards, keeps order, dates, archive and comments", async () => {
  const fixture = await createFixture(api);
  const entry = importSchema.parse((await start(fixture, small)).body);
  expect(entry.counts).toEqual({ columns: 2, tasks: 3, archivedTasks: 2, labels: 1, checklists: 1, comments: 1 });
  const board = await boardOf(fixture, entry.boardId);
  expect(board.columns.map((column) => column.name)).toEqual(["First", "Second"]);
  expect(board.labels).toMatchObject([{ name: "Bug", color: "red" }]);
  expect(board.tasks).toMatchObject([
    {
      title: "one",
      dueAt: "2020-02-02T12:00:00.000Z",
      createdAt: "2020-07-04T04:05:20.000Z",
      labelIds: [board.labels[0]?.id],
    },
  ]);
  const description = board.tasks[0]?.description ?? "";
  for (const part of ["Text", "Members: Ann Example", "### Steps", "- [x] a", "- [ ] b", "> Looks\n> good"]) {
    expect(description).toContain(part);
  }
  const archived = await fixture.owner.call("GET", `/api/boards/${entry.boardId}/tasks?archived=true`);
  expect((archived.body as { items: { title: string }[] }).items.map((task) => task.title).sort()).toEqual([
    "shelved",
    "two",
  ]);
});

test("a date that no answer could represent is refused with its place", async () => {
  const fixture = await createFixture(api);
  const [card] = small.cards;
  const answer = await start(fixture, { ...small, cards: [{ ...card, due: "+275760-09-13T00:00:00.000Z" }] });
  expect(answer.status).toBe(422);
  expect(problemSchema.parse(answer.body).errors).toEqual([
    { path: "cards.0.due", message: "must be a date in the years 1 to 9999" },
  ]);
});

test("a file is read from a form; the error of a broken one names its line", async () => {
  const fixture = await createFixture(api);
  const upload = (text: string) => {
    const form = new FormData();
    form.set("file", new File([text], "board.json", { type: "application/json" }));
    form.set("name", "Renamed");
    return fixture.owner.call("POST", `/api/teams/${fixture.team.id}/imports`, {
      body: form,
      headers: { "Idempotency-Key": "f" },
    });
  };
  const broken = await upload(exported.slice(0, 5_000));
  const problem = problemSchema.parse(broken.body);
  expect([broken.status, problem.code]).toEqual([422, "INVALID_IMPORT"]);
  expect(problem.detail).toMatch(/line 1, column \d+/);
  const fine = await upload(exported);
  expect(fine.status).toBe(202);
  expect((await boardOf(fixture, importSchema.parse(fine.body).boardId)).name).toBe("Renamed");
});

test("a file that is no export, or lacks a list, changes nothing and names the place", async () => {
  const fixture = await createFixture(api);
  const before = await fixture.owner.call("GET", `/api/teams/${fixture.team.id}`);
  const lost = { ...small, cards: [...small.cards, { id: "c9", name: "lost", idList: "nowhere", pos: 1 }] };
  for (const [data, path] of [
    [{ hello: 1 }, "name"],
    [lost, "cards.3.idList"],
    [{ ...small, cards: [{ ...small.cards[0], due: "soon" }] }, "cards.0.due"],
    [[], ""],
    [null, ""],
  ] as const) {
    const answer = await start(fixture, data);
    const problem = problemSchema.parse(answer.body);
    expect([answer.status, problem.code, problem.errors?.some((error) => error.path === path)]).toEqual([
      422,
      "INVALID_IMPORT",
      true,
    ]);
  }
  const after = await fixture.owner.call("GET", `/api/teams/${fixture.team.id}`);
  expect(after.position).toEqual(before.position);
});

test("ten thousand cards are one event and keep their order", async () => {
  const fixture = await createFixture(api);
  const cards = Array.from({ length: 10_000 }, (_, index) => ({
    id: `c${index}`,
    name: `Card ${index}`,
    idList: "l1",
    pos: index,
  }));
  const entry = importSchema.parse((await start(fixture, { ...small, cards })).body);
  const board = await boardOf(fixture, entry.boardId);
  expect(board.tasks.map((task) => task.title)).toEqual(cards.map((card) => card.name));
}, 30_000);

test("an import sent twice under one key makes one board", async () => {
  const fixture = await createFixture(api);
  const one = await start(fixture, small, { "Idempotency-Key": "i" });
  const two = await start(fixture, small, { "Idempotency-Key": "i" });
  expect([two.status, two.body]).toEqual([202, one.body]);
});
