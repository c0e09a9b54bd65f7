import type { Page } from "./page.ts";
import type { World } from "./world.ts";

/** Something that goes wrong, or that people do; `weight` is its share among those of a run. */
export type Action = { readonly name: string; readonly weight: number; readonly run: (world: World) => void };

export const anyPage = (world: World): Page | undefined => world.scheduler.pick(world.pages);

/** A request outside of any page; nobody waits for its answer. */
const request = (world: World, userId: string, method: string, path: string, body?: unknown): void => {
  const api = world.scheduler.pick(world.listening());
  if (api === undefined) return;
  const sent = new Request(`http://sim/api${path}`, {
    method,
    headers: { authorization: `Bearer admin-${userId}`, "content-type": "application/json" },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  world.sessions.set(`admin-${userId}`, userId);
  api.fetch(sent).then(
    async (response) => {
      world.trace.note(`${method} ${path} ${response.status}`);
      const { id } = (await response.json()) as { id?: string };
      if (path.endsWith("/invitations") && id !== undefined) {
        const guest = world.setup.fixture.people.find((person) => !world.isMember(person));
        if (guest !== undefined) request(world, guest, "POST", `/invitations/${id}/accept`);
      }
    },
    () => {},
  );
};

const actSome = (world: World, least: number, bound: number): void => {
  for (let count = world.scheduler.between(least, bound); count > 0; count -= 1) {
    const page = anyPage(world);
    if (page !== undefined) world.act(page);
  }
};

/** Ends a page, and opens one in its browser. */
export const reload = (world: World, page: Page): void => {
  world.closePage(page);
  world.openPage(page.userId);
};

/** What people do. */
export const ACTIONS: readonly Action[] = [
  { name: "a change", weight: 30, run: (world) => actSome(world, 1, 2) },
  { name: "a burst of changes", weight: 2, run: (world) => actSome(world, 3, 8) },
  {
    name: "a page that joins again amid changes",
    weight: 4,
    run: (world) => {
      const { scheduler } = world;
      actSome(world, 2, 5);
      const page = anyPage(world);
      if (page === undefined) return;
      scheduler.after(scheduler.between(0, 30), page.process, () => page.realtime.refresh());
    },
  },
  {
    name: "everything read again",
    weight: 6,
    run: (world) => void anyPage(world)?.engine.queryClient.invalidateQueries(),
  },
  {
    name: "a tab brought to the front",
    weight: 4,
    run: (world) => {
      const page = anyPage(world);
      if (page === undefined) return;
      if (world.pagesOf(page.browser).length > 1) world.trace.count("tabs brought to the front");
      page.wake();
    },
  },
  {
    name: "a page opened",
    weight: 2,
    run: (world) => void world.openPage(world.scheduler.pick(world.setup.fixture.people) ?? ""),
  },
  {
    name: "a page reloaded",
    weight: 3,
    run: (world) => {
      const page = anyPage(world);
      if (page === undefined) return;
      world.trace.count("pages reloaded");
      reload(world, page);
    },
  },
  {
    name: "a page reloaded amid changes",
    weight: 3,
    run: (world) => {
      const page = anyPage(world);
      if (page === undefined) return;
      world.trace.count("pages reloaded");
      const { scheduler } = world;
      for (let count = scheduler.between(1, 4); count > 0; count -= 1) world.act(page);
      scheduler.after(scheduler.between(0, 60), page.process, () => reload(world, page));
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
      request(world, owner, "DELETE", `/teams/${teamId}/members/${userId}`);
    },
  },
  {
    name: "a member invited again",
    weight: 3,
    run: (world) => {
      const { people, teamId } = world.setup.fixture;
      if (people.every((person) => world.isMember(person))) return;
      world.trace.fault("members invited again");
      request(world, people[0] ?? "", "POST", `/teams/${teamId}/invitations`, { role: "member" });
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
      request(world, people[0] ?? "", "PATCH", `/teams/${teamId}/members/${userId}`, { role });
    },
  },
  {
    name: "a sign-out",
    weight: 1,
    run: (world) => {
      const page = anyPage(world);
      if (page === undefined || page.browser.sid === null || world.pages.length < 3) return;
      world.trace.fault("sign-outs");
      const { browser } = page;
      world.endSession(browser);
      page.signOut();
      world.closing.add(browser);
      const { scheduler } = world;
      scheduler.after(scheduler.between(0, 500), world.network, () => {
        for (const each of world.pagesOf(browser)) world.closePage(each);
        world.closing.delete(browser);
      });
    },
  },
  {
    name: "a session that ends by itself",
    weight: 1,
    run: (world) => {
      const { scheduler } = world;
      const page = anyPage(world);
      if (page === undefined) return;
      world.trace.fault("sessions ended");
      world.endSession(page.browser);
      scheduler.after(scheduler.between(500, 6_000), world.network, () => {
        if (page.browser.sid === null && !world.closing.has(page.browser)) world.signIn(page.userId);
      });
    },
  },
];
