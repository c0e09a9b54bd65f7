import { describe, expect, test } from "bun:test";
import { importBreaches } from "./import-rules.ts";
import { importsOf } from "./imports.ts";
import { asLines } from "./source-files.ts";

const breaches = (files: Record<string, string>): string[] =>
  asLines(importBreaches(Object.entries(files).map(([path, text]) => ({ path, text }))));

const importing = (path: string, specifier: string): string[] =>
  breaches({ [path]: `import { x } from "${specifier}";` });

describe("imports between rooms", () => {
  test.each([
    ["shared/tasks.ts", "../platform/log/log.ts", "shared may not import platform/log/log.ts"],
    ["platform/db/db.ts", "../../api/scope.ts", "platform may not import api/scope.ts"],
    ["api/app.ts", "../wss/server.ts", "api may not import wss/server.ts"],
    ["api/app.ts", "../jobs/worker.ts", "api may not import jobs/worker.ts"],
    ["wss/server.ts", "../api/scope.ts", "wss may not import api/scope.ts"],
    ["jobs/worker.ts", "../api/features/tasks/service.ts", "jobs may not import api/features/tasks/service.ts"],
    ["web/src/app.tsx", "../../platform/log/log.ts", "web may not import platform/log/log.ts"],
    ["web/src/app.tsx", "../../api/app.ts", "web may not import api/app.ts (its types are free: import type)"],
    ["api/app.ts", "../tests/support/ports.ts", "nobody imports tests"],
    ["api/app.ts", "../main.ts", "nobody imports main.ts"],
    ["platform/db/db.ts", "../../bench/run.ts", "nobody imports bench"],
    ["api/app.ts", "../scripts/paths.ts", "api may not import scripts/paths.ts"],
    ["main.ts", "./web/src/main.tsx", "main.ts may not import web/src/main.tsx"],
    ["scripts/start.ts", "../shared/ids.ts", "scripts may not import shared/ids.ts"],
    ["api/app.ts", "../../elsewhere/x.ts", "../../elsewhere/x.ts leads out of the repository"],
    ["api/app.ts", "../other/x.ts", "api imports other/x.ts, which is in no room"],
    ["web/src/app.tsx", "../../package.json", "web imports package.json, which is in no room"],
    ["shared/tasks.test.ts", "../api/app.ts", "shared may not import api/app.ts"],
  ])("%s must not import %s", (path, specifier, detail) => {
    expect(importing(path, specifier)).toEqual([`${path}:1  imports between rooms: ${detail}`]);
  });

  test.each([
    ["api/app.ts", "../platform/log/log.ts"],
    ["api/app.ts", "../shared/ids.ts"],
    ["wss/server.ts", "../platform/pubsub/provider.ts"],
    ["jobs/main.ts", "../platform/process/open-platform.ts"],
    ["web/src/app.tsx", "../../shared/ids.ts"],
    ["web/src/app.tsx", "./styles.css"],
    ["main.ts", "./jobs/worker.ts"],
    ["api/compose.ts", "../package.json"],
    ["tests/e2e/board.test.ts", "../../main.ts"],
    ["bench/run.ts", "../tests/support/processes.ts"],
    ["platform/pubsub/redis.test.ts", "../../tests/support/services.ts"],
  ])("%s may import %s", (path, specifier) => {
    expect(importing(path, specifier)).toEqual([]);
  });

  test("web may import a type of api", () => {
    expect(breaches({ "web/src/lib/client.ts": `import type { Api } from "../../../api/app.ts";` })).toEqual([]);
  });

  test("shared imports zod and fractional-indexing, no other package and no builtin", () => {
    expect(importing("shared/ids.ts", "zod")).toEqual([]);
    expect(importing("shared/rank.ts", "fractional-indexing")).toEqual([]);
    expect(importing("shared/ids.ts", "uuid")).toHaveLength(1);
    expect(importing("shared/ids.ts", "node:crypto")).toHaveLength(1);
    expect(importing("shared/ids.test.ts", "bun:test")).toEqual([]);
  });

  test("scripts import nothing that must be installed first", () => {
    expect(importing("scripts/check.ts", "node:fs")).toEqual([]);
    expect(importing("scripts/check.ts", "kleur")).toHaveLength(1);
  });
});

describe("within client", () => {
  test.each([
    ["realtime/frames.ts", "../../shared/events.ts", "shared/events.ts"],
    ["realtime/frames.ts", "../../shared/tasks.ts", "shared/tasks.ts"],
    ["realtime/ports.ts", "../browser/api-client.ts", "client/browser/api-client.ts"],
    ["realtime/notices.ts", "../sync/sync-engine.ts", "client/sync/sync-engine.ts"],
    ["realtime/frames.ts", "../react/use-subscription.ts", "client/react/use-subscription.ts"],
    ["browser/browser-ports.ts", "../sync/sync-engine.ts", "client/sync/sync-engine.ts"],
    ["browser/browser-ports.ts", "../react/socket-provider.tsx", "client/react/socket-provider.tsx"],
    ["sync/sync-engine.ts", "../react/realtime-context.ts", "client/react/realtime-context.ts"],
  ])("%s must not import %s", (path, specifier, target) => {
    const room = path.split("/")[0];
    expect(importing(`client/${path}`, specifier)).toEqual([
      `client/${path}:1  realtime < browser < sync < react: client/${room} may not import ${target}`,
    ]);
  });

  test.each([
    ["realtime/frames.ts", "../../shared/protocol/codec.ts"],
    ["realtime/fallback/event-stream.ts", "../../../shared/json.ts"],
    ["realtime/realtime-client.ts", "./fallback/transports.ts"],
    ["browser/http-transports.ts", "../realtime/sse-parser.ts"],
    ["browser/http-transports.ts", "../../shared/problem.ts"],
    ["sync/sync-engine.ts", "../browser/api-client.ts"],
    ["sync/sync-engine.ts", "../realtime/notices.ts"],
    ["react/use-event-stream.ts", "../realtime/event-stream-client.ts"],
    ["react/socket-provider.tsx", "../sync/sync-engine.ts"],
  ])("%s may import %s", (path, specifier) => {
    expect(importing(`client/${path}`, specifier)).toEqual([]);
  });

  test("realtime imports no package, not even zod", () => {
    expect(importing("client/browser/api-client.ts", "zod")).toEqual([]);
    expect(importing("client/realtime/frames.ts", "zod")).toEqual([
      "client/realtime/frames.ts:1  client/realtime runs on its ports alone: imports zod",
    ]);
  });

  test("a room that is not listed imports nothing of the others", () => {
    expect(importing("client/other/x.ts", "../../shared/ids.ts")).toHaveLength(1);
  });
});

describe("within api", () => {
  test.each([
    ["routes", "queries"],
    ["service", "routes"],
    ["queries", "service"],
    ["queries", "routes"],
  ])("%s must not import %s of its feature", (from, to) => {
    const [line, ...more] = importing(`api/features/tasks/${from}.ts`, `./${to}.ts`);
    expect(line).toContain(`routes → service → queries, never back: ${from} imports`);
    expect(more).toEqual([]);
  });

  test.each([
    ["routes", "service"],
    ["service", "queries"],
    ["service", "entity"],
  ])("%s may import %s of its feature", (from, to) => {
    expect(importing(`api/features/tasks/${from}.ts`, `./${to}.ts`)).toEqual([]);
  });

  test("hono stays in routes, app, middleware and main", () => {
    for (const path of ["features/tasks/routes", "app", "middleware/request-id", "main", "realtime/sse-routes"]) {
      expect(importing(`api/${path}.ts`, "hono/cors")).toEqual([]);
    }
    for (const path of ["features/tasks/service", "scope", "features/tasks/routesque"]) {
      expect(importing(`api/${path}.ts`, "@hono/zod-openapi")).toHaveLength(1);
    }
  });

  test("a feature reaches another feature through its service alone", () => {
    expect(importing("api/features/boards/service.ts", "../tasks/service.ts")).toEqual([]);
    expect(importing("api/features/boards/service.ts", "../tasks/queries.ts")).toEqual([
      "api/features/boards/service.ts:1  a feature calls another feature's service: imports api/features/tasks/queries.ts",
    ]);
  });

  test("features don't import each other in a circle, however long", () => {
    const found = breaches({
      "api/features/a/service.ts": `import { b } from "../b/service.ts";`,
      "api/features/b/service.ts": `\nimport { c } from "../c/service.ts";`,
      "api/features/c/service.ts": `import { a } from "../a/service.ts";`,
      "api/features/d/service.ts": `import { a } from "../a/service.ts";`,
    });
    expect(found).toEqual([
      "api/features/a/service.ts:1  no cycles between features: a imports b, which leads back to a",
      "api/features/b/service.ts:2  no cycles between features: b imports c, which leads back to b",
      "api/features/c/service.ts:1  no cycles between features: c imports a, which leads back to c",
    ]);
  });
});

describe("within the page", () => {
  const src = (room: string): string => `web/src/${room}/x.ts`;

  test.each([
    ["lib", ["entities", "i18n", "ui", "session", "board", "features/tasks", "app"]],
    ["entities", ["lib", "i18n", "ui", "session", "board", "features/tasks", "app"]],
    ["i18n", ["entities", "ui", "session", "board", "features/tasks", "app"]],
    ["ui", ["entities", "session", "board", "features/tasks", "app"]],
    ["session", ["i18n", "ui", "board", "features/tasks", "app"]],
    ["board", ["features/tasks", "app"]],
    ["features/boards", ["app"]],
  ])("%s must not import %j", (from, rooms) => {
    for (const to of rooms) {
      const text = `import type { x } from "${"../".repeat(from.split("/").length)}${to}/x.ts";`;
      const [line, ...more] = breaches({ [src(from)]: text });
      expect(line).toBe(
        `${src(from)}:1  lib < i18n < ui < board < features < app: ${from.split("/")[0]} may not import ${src(to)}`,
      );
      expect(more).toEqual([]);
    }
  });

  test("the upper rooms import the lower ones, and nobody but app imports main", () => {
    for (const to of ["lib", "entities", "i18n", "ui", "session", "board", "features/tasks"]) {
      expect(importing("web/src/app/x.ts", `../${to}/x.ts`)).toEqual([]);
      expect(importing("web/src/main.tsx", `./${to}/x.ts`)).toEqual([]);
      if (to !== "features/tasks") expect(importing("web/src/features/boards/x.ts", `../../${to}/x.ts`)).toEqual([]);
    }
    expect(importing("web/src/main.tsx", "./app/app.tsx")).toEqual([]);
    expect(importing("web/src/features/tasks/x.ts", "../../main.tsx")).toHaveLength(1);
    expect(importing("web/src/ui/button.test.tsx", "../board/board-ui.ts")).toEqual([]);
  });

  test("features don't import each other in a circle, also by types and by what is loaded later", () => {
    const found = breaches({
      "web/src/features/a/x.ts": `import { b } from "../b/x.ts";`,
      "web/src/features/b/x.ts": `import type { C } from "../c/x.ts";`,
      "web/src/features/c/x.ts": `const late = () => import("../a/x.ts");`,
      "web/src/features/d/x.ts": `import { a } from "../a/x.ts";`,
      "web/src/features/a/x.test.ts": `import { d } from "../d/x.ts";`,
    });
    expect(found).toEqual([
      "web/src/features/a/x.ts:1  no cycles between features: a imports b, which leads back to a",
      "web/src/features/b/x.ts:1  no cycles between features: b imports c, which leads back to b",
      "web/src/features/c/x.ts:1  no cycles between features: c imports a, which leads back to c",
    ]);
  });
});

test("platform/events imports platform/pubsub, and a type is enough to break the rule the other way round", () => {
  expect(importing("platform/events/feed.ts", "../pubsub/provider.ts")).toEqual([]);
  expect(breaches({ "platform/pubsub/local.ts": `import type { Feed } from "../events/feed.ts";` })).toEqual([
    "platform/pubsub/local.ts:1  events → pubsub, never back: imports platform/events/feed.ts",
  ]);
});

describe("vendors", () => {
  test.each([
    ["ioredis", "platform/pubsub/redis.ts", "platform/pubsub/provider.ts"],
    ["ioredis", "platform/redis/client.ts", "wss/feed.ts"],
    ["bun:sqlite", "platform/db/sqlite.ts", "api/scope.ts"],
    ["pg", "platform/pubsub/postgres.ts", "platform/events/relay.ts"],
    ["kysely", "api/features/tasks/queries.ts", "jobs/worker.ts"],
    ["better-auth", "api/auth/auth.ts", "api/features/tasks/service.ts"],
    ["@better-auth/api-key", "api/auth/auth.ts", "web/src/app.tsx"],
    ["pino", "platform/log/log.ts", "api/scope.ts"],
    ["prom-client", "platform/metrics/metrics.ts", "wss/server.ts"],
    ["rate-limiter-flexible", "platform/rate-limit/rate-limit.ts", "api/middleware/limit.ts"],
    ["hono", "api/app.ts", "wss/server.ts"],
    ["react", "web/src/app.tsx", "api/app.ts"],
    ["react", "client/react/use-subscription.ts", "client/sync/sync-engine.ts"],
    ["react-dom", "web/src/main.tsx", "client/browser/browser-ports.ts"],
    ["@tanstack/react-query", "client/sync/sync-engine.ts", "client/browser/browser-ports.ts"],
  ])("%s is for %s, not for %s", (dependency, place, elsewhere) => {
    expect(importing(place, dependency)).toEqual([]);
    expect(importing(elsewhere, dependency)[0]).toContain("a vendor's SDK stays in its place");
    expect(importing("tests/contract/pubsub.test.ts", dependency)).toEqual([]);
  });

  test("api may import Kysely, only platform/db its dialects", () => {
    const dialect = `import { sql, SqliteDialect as Dialect } from "kysely";`;
    expect(breaches({ "api/features/tasks/queries.ts": `import { sql } from "kysely";` })).toEqual([]);
    expect(breaches({ "platform/db/sqlite.ts": dialect })).toEqual([]);
    expect(breaches({ "platform/events/log.ts": dialect })[0]).toContain("SqliteDialect belongs in platform/db");
  });
});

describe("wss and the database", () => {
  const platform = {
    "platform/events/log.ts": `import { db } from "../db/db.ts";`,
    "platform/pubsub/postgres.ts": `import { db } from "../db/db.ts";`,
    "platform/db/db.ts": "export const db = 1;",
  };

  test("a path to the database through other files is found", () => {
    expect(breaches({ ...platform, "wss/feed.ts": `import { log } from "../platform/events/log.ts";` })).toEqual([
      "wss/feed.ts:1  wss has no database but through platform/pubsub/postgres: platform/events/log.ts → platform/db/db.ts",
    ]);
  });

  test("the Postgres pub/sub and type imports are allowed", () => {
    const text = `import { bus } from "../platform/pubsub/postgres.ts";\nimport type { Log } from "../platform/events/log.ts";`;
    expect(breaches({ ...platform, "wss/feed.ts": text })).toEqual([]);
  });
});

describe("entities and the rooms that know none", () => {
  const house = {
    "shared/entities/registry.ts": `import { tasks } from "../tasks.ts";\nimport { z } from "zod";`,
    "shared/entities/define-entity.ts": "export const defineEntity = 1;",
    "shared/tasks.ts": `import { defineEntity } from "./entities/define-entity.ts";`,
    "shared/events.ts": `import { ENTITIES } from "./entities/registry.ts";`,
    "platform/events/feed.ts": `import { EVENT_DATA } from "../../shared/events.ts";`,
  };
  const rule = "wss and shared/protocol know no entity";

  test("a file of wss reaches none, however long the way", () => {
    expect(breaches({ ...house, "wss/rooms.ts": `import { Feed } from "../platform/events/feed.ts";` })).toEqual([
      `wss/rooms.ts:1  ${rule}: platform/events/feed.ts → shared/events.ts → shared/entities/registry.ts`,
    ]);
    expect(breaches({ ...house, "wss/rooms.ts": `import { tasks } from "../shared/tasks.ts";` })).toEqual([
      `wss/rooms.ts:1  ${rule}: shared/tasks.ts`,
    ]);
  });

  test("a file of the protocol reaches none", () => {
    const files = { ...house, "shared/protocol/codec.ts": `import { EVENT_DATA } from "../events.ts";` };
    expect(breaches(files)).toEqual([
      `shared/protocol/codec.ts:1  ${rule}: shared/events.ts → shared/entities/registry.ts`,
    ]);
  });

  test("only the file with the import is named, not those that import it", () => {
    const text = `import { Feed } from "../platform/events/feed.ts";`;
    const files = { ...house, "wss/rooms.ts": text, "wss/server.ts": `import { rooms } from "./rooms.ts";` };
    expect(breaches(files).map((line) => line.split(":")[0])).toEqual(["wss/rooms.ts"]);
  });

  test("the composition root, tests and types are free", () => {
    const text = `import { EVENT_DATA } from "../shared/events.ts";`;
    expect(breaches({ ...house, "wss/main.ts": text, "wss/rooms.test.ts": text })).toEqual([]);
    expect(breaches({ ...house, "wss/rooms.ts": `import type { Task } from "../shared/tasks.ts";` })).toEqual([]);
  });

  test("nobody goes through the composition root", () => {
    const root = { "wss/main.ts": `import { EVENT_DATA } from "../shared/events.ts";` };
    expect(breaches({ ...house, ...root, "wss/server.ts": `import { start } from "./main.ts";` })).toHaveLength(1);
  });
});

describe("reading imports", () => {
  test("every form of import is found, with its line", () => {
    const text = [
      `import "./side-effect.ts";`,
      `import whole, { one, type Two, three as four } from "a-package/deep";`,
      `import type { Five } from "@scope/package/deep";`,
      `export * from "./all.ts";`,
      "import {",
      "  six,",
      `} from "node:fs";`,
      "// import { not } from './a-comment.ts';",
      `const late = await import("./late.ts");`,
      `type Seven = import("./only-a-type.ts").Seven;`,
    ].join("\n");
    const seen = importsOf({ path: "api/x.ts", text }).map(({ target, dependency, typeOnly, names, line }) => [
      target ?? dependency,
      line,
      typeOnly,
      names.join(" "),
    ]);
    expect(seen).toEqual([
      ["api/side-effect.ts", 1, false, ""],
      ["a-package", 2, false, "one Two three"],
      ["@scope/package", 3, true, "Five"],
      ["api/all.ts", 4, false, ""],
      ["node:fs", 5, false, "six"],
      ["api/late.ts", 9, false, ""],
      ["api/only-a-type.ts", 10, true, ""],
    ]);
  });

  test("imports that do not start a line are found by Bun's scanner", () => {
    const text = `const x = 1; import { y } from "./y.ts"; export { x, y };`;
    expect(importsOf({ path: "api/x.ts", text }).map((one) => one.target)).toEqual(["api/y.ts"]);
  });
});
