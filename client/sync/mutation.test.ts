import { expect, test } from "bun:test";
import { scene, userIdOf } from "./testing/scenario.ts";
import { simClient } from "./testing/sim-client.ts";
import { useSimTimers } from "./testing/sim-timers.ts";
import { taskIn } from "./testing/things.ts";

/** A page to whose changes something else is answered than the server does, as long as `isOdd`. */
const client = async (seed: number, answer: (ask: () => Promise<Response>) => Promise<Response>) => {
  const here = scene(seed);
  const { world, clock, random, newId, boardId } = here;
  useSimTimers(clock);
  const between = { isOdd: true };
  const fetchAs = world.fetchAs.bind(world);
  world.fetchAs = (userId) => async (url, init) => {
    const ask = () => fetchAs(userId)(url, init);
    return between.isOdd && new Headers(init.headers).has("idempotency-key") ? answer(ask) : ask();
  };
  const ann = simClient(world, { userId: userIdOf("ann"), boardId, clock, random, newId });
  await clock.pass(2_000);
  const [id = ""] = world.store.tasks.keys();
  const shown = () => {
    const board = ann.view();
    return board === null ? undefined : taskIn(board, id)?.title;
  };
  return { ...here, ann, between, id, shown };
};

test("C4 what something between refuses is sent again until the server answers", async () => {
  const { ann, clock, world, between, id, shown } = await client(
    31,
    async () => new Response("<html>not here</html>", { status: 404, headers: { "content-type": "text/html" } }),
  );
  ann.actions.updateTask(id, { title: "Mine" });
  ann.actions.deleteTask([...world.store.tasks.keys()][1] ?? "");
  await clock.pass(30_000);
  expect(ann.engine.outbox.rejections).toEqual([]);
  expect(ann.engine.outbox.pending).toHaveLength(2);
  expect(shown()).toBe("Mine");
  between.isOdd = false;
  await clock.pass(30_000);
  expect(ann.engine.outbox.pending).toEqual([]);
  expect(world.store.task(id).title).toBe("Mine");
});

test("C4 a change whose answer this page can't read has acted, and is no refusal", async () => {
  const { ann, clock, world, id, shown } = await client(32, async (ask) =>
    Response.json({ id: "of another version" }, { headers: (await ask()).headers }),
  );
  world.faults.swallowed = 1;
  ann.actions.updateTask(id, { title: "Mine" });
  await clock.pass(30_000);
  expect(ann.engine.outbox.rejections).toEqual([]);
  expect(ann.engine.outbox.pending).toEqual([]);
  expect(world.store.task(id).title).toBe("Mine");
  expect(shown()).toBe("Mine");
});

test("C4 what is answered without a position is not the server's answer", async () => {
  const { ann, clock, world, between, id } = await client(33, async () =>
    Response.json({ welcome: "to this network" }),
  );
  ann.actions.updateTask(id, { title: "Mine" });
  await clock.pass(30_000);
  expect(ann.engine.outbox.pending).toHaveLength(1);
  expect(ann.engine.outbox.rejections).toEqual([]);
  between.isOdd = false;
  await clock.pass(30_000);
  expect(ann.engine.outbox.pending).toEqual([]);
  expect(world.store.task(id).title).toBe("Mine");
});
