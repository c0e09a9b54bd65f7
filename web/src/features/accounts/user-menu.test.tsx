import { afterAll, afterEach, beforeEach, expect, test } from "bun:test";
import { GlobalRegistrator } from "@happy-dom/global-registrator";
import { QueryClientProvider } from "@tanstack/react-query";
import { ApiProblem } from "../../../../client/browser/api-client.ts";
import { SyncContext } from "../../../../client/react/sync-context.ts";
import { idOf, renaming, USER_ID } from "../../../../client/sync/testing/things.ts";
import { userIdSchema } from "../../../../shared/ids.ts";
import { createPageClient } from "../../session/page-client.ts";

// React looks for `document` once, when its module is evaluated.
GlobalRegistrator.register({ url: "http://localhost/" });
const { act, cleanup, configure, fireEvent, render } = await import("@testing-library/react");
const { createMemoryHistory, createRootRoute, createRouter, RouterProvider } = await import("@tanstack/react-router");
const { startI18n } = await import("../../i18n/i18n.ts");
const { wordLoaders } = await import("../../app/word-loaders.ts");
const { UserMenu } = await import("./user-menu.tsx");
// The menu's code loads when it is opened, which takes more than the default second on a busy machine.
configure({ asyncUtilTimeout: 10_000 });
beforeEach(() => startI18n(wordLoaders));
afterEach(cleanup);
afterAll(() => GlobalRegistrator.unregister());

const user = { id: userIdSchema.parse(USER_ID), name: "Somebody", email: "s@example.org", image: null };

const menu = async () => {
  const asked: string[] = [];
  const request = ({ path }: { path: string }) => {
    asked.push(path);
    return Promise.reject(new ApiProblem("FORBIDDEN", 403, "no"));
  };
  const { queryClient, engine } = createPageClient({
    api: { request, requestIfChanged: request, open: () => request({ path: "" }) },
  });
  const routeTree = createRootRoute({ component: () => <UserMenu user={user} slim={false} /> });
  const router = createRouter({ routeTree, history: createMemoryHistory() });
  const screen = render(
    <QueryClientProvider client={queryClient}>
      <SyncContext value={engine}>
        <RouterProvider router={router} />
      </SyncContext>
    </QueryClientProvider>,
  );
  const signOut = async () => {
    for (const [role, name] of [
      ["button", /^Somebody/],
      ["menuitem", "Sign out"],
    ] as const) {
      const button = await screen.findByRole(role, { name });
      await act(async () => void fireEvent.click(button));
    }
  };
  return { ...screen, asked, outbox: engine.outbox, signOut };
};

test("signing out asks before it deletes undismissed refused changes", async () => {
  const here = await menu();
  const refuse = (id: string) =>
    here.outbox.reject(renaming(id, "Written"), "Task", new ApiProblem("FORBIDDEN", 403, "no"));
  act(() => refuse(idOf(101)));
  await here.signOut();
  await here.findByText(/^1 change was undone/);
  expect(here.asked).toEqual([]);
  act(() => refuse(idOf(102)));
  await here.findByText(/^2 changes were undone/);
});
