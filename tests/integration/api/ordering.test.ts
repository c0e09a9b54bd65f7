import { expect, test } from "bun:test";
import fc from "fast-check";
import { v7 } from "uuid";
import { z } from "zod";
import { compareRanked, placeAmong } from "../../../shared/rank.ts";
import { type Task, taskSchema } from "../../../shared/tasks.ts";
import { createFixture, type Fixture, makeTask, startApi } from "../../support/api.ts";

const api = await startApi();
const pageSchema = z.object({ items: z.array(taskSchema), nextCursor: z.string().nullable() });

const tasksIn = async (fixture: Fixture, columnId: string): Promise<Task[]> => {
  const { items } = await fixture.owner.expect(
    200,
    pageSchema,
    "GET",
    `/api/boards/${fixture.board.id}/tasks?columnId=${columnId}&limit=500`,
  );
  return items;
};

test("the server places a moved task as placeAmong does, for any neighbours", async () => {
  const fixture = await createFixture(api);
  const ids: string[] = [];
  for (let index = 0; index < 6; index += 1) ids.push((await makeTask(fixture, { title: `T${index}` })).id);
  const anyId = fc.option(
    fc.integer({ min: 0, max: 7 }).map((index) => ids[index] ?? "unknown"),
    { nil: undefined },
  );
  const unknown = v7();
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 0, max: 5 }),
      fc.boolean(),
      anyId,
      anyId,
      async (moved, other, before, after) => {
        const id = ids[moved] ?? "";
        const column = other ? fixture.doing : fixture.todo;
        const beforeId = before === "unknown" ? unknown : before;
        const afterId = after === "unknown" ? unknown : after;
        const siblings = (await tasksIn(fixture, column.id)).filter((task) => task.id !== id);
        const gap = placeAmong(siblings, {
          beforeId: beforeId === id ? undefined : beforeId,
          afterId: afterId === id ? undefined : afterId,
        });
        await fixture.owner.expect(200, taskSchema, "POST", `/api/tasks/${id}/move`, {
          body: { columnId: column.id, beforeId, afterId },
        });
        const placed = await tasksIn(fixture, column.id);
        const index = placed.findIndex((task) => task.id === id);
        expect([placed[index - 1]?.id, placed[index + 1]?.id]).toEqual([gap.after?.id, gap.before?.id]);
        expect(placed.toSorted(compareRanked)).toEqual(placed);
      },
    ),
    { numRuns: 150 },
  );
});

test("400 insertions at one place keep ranks short and unique, with an event for each reranked sibling", async () => {
  const fixture = await createFixture(api);
  const first = await makeTask(fixture, { title: "first" });
  let anchor = await makeTask(fixture, { title: "last" });
  for (let index = 0; index < 400; index += 1) {
    const task = await makeTask(fixture, { title: `${index}` });
    anchor = await fixture.owner.expect(200, taskSchema, "POST", `/api/tasks/${task.id}/move`, {
      body: { columnId: fixture.todo.id, afterId: first.id, beforeId: anchor.id },
    });
  }
  const tasks = await tasksIn(fixture, fixture.todo.id);
  expect(tasks.map((task) => task.title)).toEqual([
    "first",
    ...Array.from({ length: 400 }, (_, index) => `${399 - index}`),
    "last",
  ]);
  expect(Math.max(...tasks.map((task) => task.rank.length))).toBeLessThanOrEqual(48);
  expect(new Set(tasks.map((task) => task.rank)).size).toBe(402);
});

test("pages follow each other without a gap or a duplicate", async () => {
  const fixture = await createFixture(api);
  for (let index = 0; index < 25; index += 1) await makeTask(fixture, { title: `T${index}` });
  const seen: string[] = [];
  let cursor: string | null = "";
  while (cursor !== null) {
    const query: string = cursor === "" ? "" : `&cursor=${cursor}`;
    const page: z.infer<typeof pageSchema> = await fixture.owner.expect(
      200,
      pageSchema,
      "GET",
      `/api/boards/${fixture.board.id}/tasks?limit=10${query}`,
    );
    seen.push(...page.items.map((task) => task.title));
    cursor = page.nextCursor;
  }
  expect(seen).toEqual(Array.from({ length: 25 }, (_, index) => `T${index}`));
  expect(await fixture.owner.refused(422, "GET", `/api/boards/${fixture.board.id}/tasks?cursor=abc`)).toBe("INVALID");
  expect(await fixture.owner.refused(422, "GET", `/api/boards/${fixture.board.id}/tasks?limit=501`)).toBe("INVALID");
});
