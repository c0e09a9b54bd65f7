import { createRootRoute, createRoute, createRouter, lazyRouteComponent, Outlet } from "@tanstack/react-router";
import { readFilterSearch } from "../features/filters/filter-search.ts";
import { parsePlainSearch, stringifyPlainSearch } from "../lib/plain-search.ts";
import { ErrorScreen } from "../ui/error-screen.tsx";
import { NotFound } from "./not-found.tsx";

/**
 * Retries a part of the page that failed to load offline once the network is back. The router would reload the whole
 * page instead, which offline cannot work.
 */
const retryWhenOnline =
  <Part,>(load: () => Promise<Part>) =>
  async (): Promise<Part> => {
    for (;;) {
      try {
        return await load();
      } catch (error) {
        if (navigator.onLine) throw error;
        await new Promise((resolve) => addEventListener("online", resolve, { once: true }));
      }
    }
  };

const text = (value: unknown): string | undefined => (typeof value === "string" && value !== "" ? value : undefined);

export type HomeSearch = { next?: string; settings?: string };

const rootRoute = createRootRoute({
  component: Outlet,
  notFoundComponent: NotFound,
  errorComponent: ErrorScreen,
});

const homeRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "/",
  validateSearch: (search: Record<string, unknown>): HomeSearch => {
    const next = text(search.next);
    const settings = text(search.settings);
    return { ...(next ? { next } : {}), ...(settings ? { settings } : {}) };
  },
  component: lazyRouteComponent(
    retryWhenOnline(() => import("./home-page.tsx")),
    "HomePage",
  ),
});

const joinRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "/join/$invitationId",
  component: lazyRouteComponent(
    retryWhenOnline(() => import("../features/members/join-page.tsx")),
    "JoinPage",
  ),
});

const boardRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "/b/$boardId",
  validateSearch: readFilterSearch,
  component: lazyRouteComponent(
    retryWhenOnline(() => import("./board-page.tsx")),
    "BoardPage",
  ),
});

const taskRoute = createRoute({
  getParentRoute: () => boardRoute,
  path: "/t/$taskId",
  component: lazyRouteComponent(
    retryWhenOnline(() => import("../features/tasks/task-route.tsx")),
    "TaskRoute",
  ),
});

const routeTree = rootRoute.addChildren([homeRoute, joinRoute, boardRoute.addChildren([taskRoute])]);

export const createAppRouter = () =>
  createRouter({
    routeTree,
    parseSearch: parsePlainSearch,
    stringifySearch: stringifyPlainSearch,
    defaultPreload: "intent",
    defaultErrorComponent: ErrorScreen,
    scrollRestoration: false,
  });

declare module "@tanstack/react-router" {
  interface Register {
    router: ReturnType<typeof createAppRouter>;
  }
}
