import { expect, test } from "bun:test";
import { createFixture, makeTask, startApi } from "../../support/api.ts";

const api = await startApi();

test("a creation while its board is being deleted succeeds before, or is 404 after", async () => {
  for (let round = 0; round < 3; round += 1) {
    const { owner, board } = await createFixture(api);
    const add = async (plural: "columns" | "labels", name: string): Promise<number> =>
      (await owner.call("POST", `/api/boards/${board.id}/${plural}`, { body: { name } })).status;
    const names = Array.from({ length: 6 }, (_, index) => `${index}`);
    const [statuses] = await Promise.all([
      Promise.all(names.flatMap((name) => [add("columns", name), add("labels", name)])),
      owner.call("DELETE", `/api/boards/${board.id}`),
    ]);
    for (const status of statuses) expect([201, 404]).toContain(status);
  }
}, 20_000);

test("a column goes with its tasks, and its one event stands for them", async () => {
  const fixture = await createFixture(api);
  const task = await makeTask(fixture);
  const before = await fixture.owner.call("GET", `/api/teams/${fixture.team.id}`);
  const answer = await fixture.owner.call("DELETE", `/api/columns/${fixture.todo.id}`);
  expect(answer.position?.seq).toBe((before.position?.seq ?? 0) + 1);
  expect(await fixture.owner.refused(404, "GET", `/api/tasks/${task.id}`)).toBe("NOT_FOUND");
});
