import { act } from "../../client/sync/testing/scenario.ts";
import { CONTROL_CHANNEL } from "../../platform/pubsub/provider.ts";
import type { Page } from "./page.ts";
import type { ApiServer } from "./servers.ts";
import { serversOf, type World } from "./world.ts";

/** Something that goes wrong, or that people do; `weight` is its share among those of a run. */
export type Action = { readonly name: string; readonly weight: number; run(world: World): void };

export const anyPage = (world: World): Page | undefined => world.scheduler.pick(world.pages);

/** An answer that nobody waits for. */
const ask = (world: World, userId: string, method: string, path: string, body?: unknown): void => {
  const api = world.scheduler.pick(world.listening());
  if (api === undefined) return;
  const request = new Request(`http://sim/api${path}`, {
    method,
    headers: { authorization: `Bearer admin-${userId}`, "content-type": "application/json" },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  world.sessions.set(`admin-${userId}`, userId);
  api.fetch(request).then(
    async (response) => {
      world.trace.note(`${method} ${path} ${response.status}`);
      const { id } = (await response.json()) as { id?: string };
      if (path.endsWith("/invitations") && id !== undefined) {
        const guest = world.setup.fixture.people.find((person) => !world.isMember(person));
        if (guest !== undefined) ask(world, guest, "POST", `/invitations/${id}/accept`);
      }
    },
    () => {},
  );
};

/** What people do. */
export const ACTIONS: readonly Action[] = [
  {
    name: "a change",
    weight: 30,
    run: (world) => {
      const page = anyPage(world);
      if (page !== undefined) act(world.scheduler.random, page.actions, page.view);
    },
  },
  {
    name: "a burst of changes",
    weight: 2,
    run: (world) => {
      for (let count = world.scheduler.between(3, 8); count > 0; count -= 1) {
        const page = anyPage(world);
        if (page !== undefined) act(world.scheduler.random, page.actions, page.view);
      }
    },
  },
  {
    name: "a page that joins again amid changes",
    weight: 4,
    run: (world) => {
      const { scheduler } = world;
      for (let count = scheduler.between(2, 5); count > 0; count -= 1) {
        const page = anyPage(world);
        if (page !== undefined) act(scheduler.random, page.actions, page.view);
      }
      const page = anyPage(world);
      if (page === undefined) return;
      scheduler.after(scheduler.between(0, 30), page.process, () => {
        if (!page.isOver) page.realtime.refresh();
      });
    },
  },
  {
    name: "everything read again",
    weight: 6,
    run: (world) => void anyPage(world)?.engine.queryClient.invalidateQueries(),
  },
  { name: "a page seen again", weight: 2, run: (world) => anyPage(world)?.wake() },
  {
    name: "a page loaded again",
    weight: 2,
    run: (world) => {
      const page = anyPage(world);
      if (page === undefined) return;
      world.closePage(page);
      world.openPage(page.userId);
    },
  },
  {
    name: "a member removed",
    weight: 2,
    run: (world) => {
      const { people, teamId } = world.setup.fixture;
      const [owner = "", ...others] = people;
      const userId = world.scheduler.pick(others);
      if (userId === undefined || !world.isMember(userId)) return;
      world.trace.fault("members removed");
      world.mayBeOut.add(userId);
      ask(world, owner, "DELETE", `/teams/${teamId}/members/${userId}`);
    },
  },
  {
    name: "a member invited again",
    weight: 3,
    run: (world) => {
      const { people, teamId } = world.setup.fixture;
      if (people.every((person) => world.isMember(person))) return;
      world.trace.fault("members invited again");
      ask(world, people[0] ?? "", "POST", `/teams/${teamId}/invitations`, { role: "member" });
    },
  },
  {
    name: "a role changed",
    weight: 1,
    run: (world) => {
      const { people, teamId } = world.setup.fixture;
      const userId = world.scheduler.pick(people.slice(1));
      world.trace.fault("roles changed");
      const role = world.scheduler.pick(["viewer", "member", "admin"]);
      ask(world, people[0] ?? "", "PATCH", `/teams/${teamId}/members/${userId}`, { role });
    },
  },
  {
    name: "a sign-out",
    weight: 1,
    run: (world) => {
      const page = anyPage(world);
      if (page === undefined || world.pages.length < 3) return;
      world.trace.fault("sign-outs");
      const sid = world.sidOf(page);
      world.signOut(sid);
      const [api] = serversOf<ApiServer>(world.apis);
      api?.pubsub.publish(CONTROL_CHANNEL, JSON.stringify({ type: "session-ended", sid })).catch(() => {});
      world.closePage(page);
    },
  },
];
