import { expect, test } from "bun:test";
import fc from "fast-check";
import { z } from "zod";
import { COLORS } from "../../../shared/color.ts";
import { type TaskFilter, taskFilterSchema, taskMatcher } from "../../../shared/filters.ts";
import { type Task, taskSchema } from "../../../shared/tasks.ts";
import { addMember, createFixture, makeTask, startApi } from "../../support/api.ts";

const api = await startApi();
const pageSchema = z.object({ items: z.array(taskSchema), nextCursor: z.string().nullable() });
const WORDS = [
  "Straße",
  "STRASSE",
  "ὈΔΥΣΣΕΎΣ",
  "ёлка",
  "ЁЛКА",
  "100%",
  "a_b",
  "back\\slash",
  "İstanbul",
  "ﬁne",
  "日本語",
];

test("the filter in shared selects the same tasks as the database", async () => {
  const fixture = await createFixture(api);
  const people = [fixture.owner, await addMember(api, fixture, "member")].map((actor) => actor.id);
  const labels = await Promise.all(
    ["A", "B"].map(async (name) => {
      const schema = z.object({ id: z.string() });
      const body = { name, color: "red" };
      return (await fixture.owner.expect(201, schema, "POST", `/api/boards/${fixture.board.id}/labels`, { body })).id;
    }),
  );
  const tasks: Task[] = [];
  for (let index = 0; index < 60; index += 1) {
    const task = await makeTask(fixture, {
      title: `${WORDS[index % WORDS.length]} ${index}`,
      description: index % 3 === 0 ? `x ${WORDS[(index * 7) % WORDS.length]}` : "",
      color: index % 4 === 0 ? null : COLORS[index % COLORS.length],
      columnId: index % 2 === 0 ? fixture.todo.id : fixture.doing.id,
      labelIds: labels.filter((_, bit) => (index >> bit) & 1),
      assigneeIds: people.filter((_, bit) => (index >> (bit + 2)) & 1),
      dueAt: index % 5 === 0 ? null : new Date(Date.UTC(2026, 0, 1 + (index % 7))).toISOString(),
    });
    tasks.push(
      index % 9 === 0
        ? await fixture.owner.expect(200, taskSchema, "PATCH", `/api/tasks/${task.id}`, { body: { archived: true } })
        : task,
    );
  }
  const instant = fc.integer({ min: 0, max: 8 }).map((day) => new Date(Date.UTC(2026, 0, day)).toISOString());
  const some = <Item>(items: readonly Item[]) => fc.subarray([...items], { maxLength: Math.min(3, items.length) });
  const word = fc.constantFrom(
    ...WORDS,
    ...WORDS.map((each) => each.toLowerCase()),
    "x",
    "%",
    "_",
    "\\",
    "ς",
    "Σ",
    "ss",
    "nothing",
  );
  const query = fc.record(
    {
      color: some(COLORS),
      columnId: some([fixture.todo.id, fixture.doing.id]),
      labelId: some(labels),
      assigneeId: some(people),
      dueAfter: instant,
      dueBefore: instant,
      q: word,
      archived: fc.constantFrom("true", "false"),
    },
    { requiredKeys: [] },
  );
  await fc.assert(
    fc.asyncProperty(query, async (chosen) => {
      const parameters = new URLSearchParams({ limit: "500" });
      for (const [name, value] of Object.entries(chosen)) {
        for (const each of Array.isArray(value) ? value : [value]) parameters.append(name, each);
      }
      const { items } = await fixture.owner.expect(
        200,
        pageSchema,
        "GET",
        `/api/boards/${fixture.board.id}/tasks?${parameters}`,
      );
      const filter: TaskFilter = taskFilterSchema.parse(chosen);
      const expected = tasks.filter(taskMatcher(filter)).map((task) => task.id);
      expect(items.map((task) => task.id).sort()).toEqual(expected.sort());
    }),
    { numRuns: 200 },
  );
});

test("a search ignores case in every script", async () => {
  const fixture = await createFixture(api);
  const task = await makeTask(fixture, { title: "Große ЁЛКА ὈΔΥΣΣΕΎΣ" });
  for (const q of ["GROSSE", "ёлка", "ὀδυσσεύς"]) {
    const { items } = await fixture.owner.expect(
      200,
      pageSchema,
      "GET",
      `/api/boards/${fixture.board.id}/tasks?q=${encodeURIComponent(q)}`,
    );
    expect([q, items.map((each) => each.id)]).toEqual([q, [task.id]]);
  }
});
