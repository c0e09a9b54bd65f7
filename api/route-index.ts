import type { Router } from "./openapi.ts";

const METHODS = new Set(["GET", "POST", "PATCH", "PUT", "DELETE"]);

/** The methods of each path of the REST interface, collected once from the registered routes. */
export const createRouteIndex = (router: Router) => {
  let table: { method: string; pattern: RegExp }[] | null = null;
  const build = () =>
    router.routes
      .filter((route) => METHODS.has(route.method) && route.path.startsWith("/api/") && !route.path.includes("*"))
      .map((route) => ({
        method: route.method,
        pattern: new RegExp(`^${route.path.replaceAll(/:[^/]+/g, "[^/]+").replaceAll(".", "\\.")}$`),
      }));
  const methodsOf = (path: string): readonly string[] => {
    table ??= build();
    return [...new Set(table.filter((route) => route.pattern.test(path)).map((route) => route.method))];
  };
  return {
    methodsOf,
    knows: (method: string, path: string) => methodsOf(path).includes(method === "HEAD" ? "GET" : method),
  };
};
