import { describe, expect, test } from "bun:test";
import { hostBreaches, rangeBreaches } from "./dependency-rules.ts";
import { asLines } from "./source-files.ts";
import { barrelBreaches, nameBreaches, textBreaches } from "./text-rules.ts";

const rulesBroken = (path: string, text: string): string[] => textBreaches([{ path, text }]).map(({ rule }) => rule);
const isBarrel = (text: string): boolean => barrelBreaches([{ path: "web/src/ui/index.ts", text }]).length > 0;

describe("the environment", () => {
  const rule = "only platform/config reads the environment";

  test.each(["process.env.PORT", "Bun.env.PORT", "import.meta.env.MODE", `process["env"].PORT`])(
    "%s is seen",
    (read) => {
      expect(rulesBroken("api/app.ts", `const x = ${read};`)).toEqual([rule]);
      expect(rulesBroken("platform/config/config.ts", `const x = ${read};`)).toEqual([]);
      expect(rulesBroken("scripts/dev.ts", `const x = ${read};`)).toEqual([]);
    },
  );

  test("the page reads Vite's environment and no other", () => {
    expect(rulesBroken("web/src/app.tsx", "const x = import.meta.env.DEV;")).toEqual([]);
    expect(rulesBroken("web/src/app.tsx", "const x = process.env.NODE_ENV;")).toEqual([rule]);
    expect(rulesBroken("web/vite.config.ts", "const x = process.env.NODE_ENV;")).toEqual([]);
  });

  test("a comment may mention it, and the line of a breach is reported", () => {
    const text = `// process.env.A\n/* process.env.B\n */\nconst url = "http://x"; f(process.env.C);`;
    expect(asLines(textBreaches([{ path: "api/app.ts", text }]))).toEqual([`api/app.ts:4  ${rule}: process.env`]);
  });
});

test("only the API client knows where the API is", () => {
  const rule = "only the API client knows where the API is";
  expect(rulesBroken("client/sync/fetch-snapshot.ts", `const path = "/api/boards";`)).toEqual([rule]);
  expect(rulesBroken("client/sync/fetch-snapshot.ts", `const path = "/boards";`)).toEqual([]);
  expect(rulesBroken("client/browser/api-client.ts", `const base = "/api";`)).toEqual([]);
});

test("only a service opens a transaction", () => {
  const rule = "only a service opens a transaction";
  for (const call of [
    "deps.db.write.transaction().execute(f)",
    "deps.db.change(f)",
    "runCommand(deps, scope, {})",
    "runCommand<Task>(deps)",
  ]) {
    expect(rulesBroken("api/features/tasks/routes.ts", call)).toEqual([rule]);
    expect(rulesBroken("api/features/tasks/queries.ts", call)).toEqual([rule]);
    expect(rulesBroken("api/features/tasks/service.ts", call)).toEqual([]);
    expect(rulesBroken("api/command.ts", call)).toEqual([]);
  }
});

test("no text leads out of the repository", () => {
  const rule = "no path that leads out of the repository";
  expect(rulesBroken("README.md", "see ../shared/notes.md")).toEqual([rule]);
  expect(rulesBroken("docs/adr/0001-x.md", "see ../../../shared/notes.md")).toEqual([rule]);
  expect(rulesBroken("docs/adr/0001-x.md", "see ../../shared/ids.ts")).toEqual([]);
  expect(rulesBroken("api/app.ts", `import { x } from "../shared/ids.ts";`)).toEqual([]);
});

test("no text names a path of one machine", () => {
  const rule = "no path of one machine";
  for (const path of ["/home/ann/artel", "/Users/ann/artel", "/root/.cache"]) {
    expect(rulesBroken("docs/run.md", `cd ${path}`)).toEqual([rule]);
  }
  for (const text of ["web/src/home/page.tsx", "https://example.org/home/ann", "./root/x", "GET /api/teams"]) {
    expect(rulesBroken("docs/run.md", text)).toEqual([]);
  }
});

test("nothing is loaded from a CDN", () => {
  const rule = "nothing is loaded from a CDN";
  for (const host of ["unpkg.com", "cdn.jsdelivr.net", "cdnjs.cloudflare.com", "fonts.googleapis.com"]) {
    expect(rulesBroken("web/index.html", `<link href="https://${host}/x">`)).toEqual([rule]);
  }
});

test("a matcher after .rejects or .resolves is awaited", () => {
  const rule = "a matcher after .rejects or .resolves is awaited";
  expect(rulesBroken("api/x.test.ts", "  expect(f(1)).rejects.toThrow();")).toEqual([rule]);
  expect(rulesBroken("api/x.test.ts", "  expect(\n    f(1),\n  ).resolves.toBe(1);")).toEqual([rule]);
  expect(rulesBroken("api/x.test.ts", "  await expect(f(1)).rejects.toThrow();")).toEqual([]);
  expect(rulesBroken("api/x.test.ts", "  return expect(f(1)).rejects.toThrow();")).toEqual([]);
  expect(rulesBroken("api/x.test.ts", "  expect(a).toBe(1);\n  await expect(f(1)).rejects.toThrow();")).toEqual([]);
});

test("a file that only re-exports is a barrel", () => {
  expect(isBarrel(`export * from "./a.ts";\nexport { b, type C } from "./b.ts";\n`)).toBeTrue();
  expect(
    isBarrel(`// the kit\nimport { a } from "./a.ts";\nimport { b } from "./b.ts";\nexport { a, b };\n`),
  ).toBeTrue();
  expect(isBarrel(`export { a } from "./a.ts";\nexport const b = 1;\n`)).toBeFalse();
  expect(isBarrel(`const a = 1;\nexport { a };\n`)).toBeFalse();
  expect(isBarrel(`import "./a.ts";\n`)).toBeFalse();
});

test("names are in kebab-case, except well-known ones", () => {
  const good = ["README.md", "docs/adr/0001-one-lock.md", "web/src/ui/icon-button.tsx", ".ci/run", ".editorconfig"];
  expect(nameBreaches([...good, "deploy/Dockerfile", "web/vite.config.ts", "api/x.test.ts"])).toEqual([]);
  for (const bad of ["web/src/Button.tsx", "api/taskService.ts", "api/task_service.ts", "web/src/Ui/button.tsx"]) {
    expect(nameBreaches([bad])).toHaveLength(1);
  }
});

test("a test file that the gate would not find is refused", () => {
  expect(nameBreaches(["api/x.spec.ts"])).toHaveLength(1);
  expect(nameBreaches(["api/x.test.js"])).toHaveLength(1);
});

test("a range of versions is found", () => {
  const text = `{\n  "dependencies": { "a": "1.2.3", "b": "^1.2.3" },\n  "devDependencies": { "c": "latest" }\n}`;
  expect(asLines(rangeBreaches({ path: "package.json", text }))).toEqual([
    "package.json:2  versions are pinned: b ^1.2.3",
    "package.json:3  versions are pinned: c latest",
  ]);
});

test("a host in the lock file is found", () => {
  const text = `"a": ["a@1.0.0", "", {}, "sha512-x"],\n"b": ["b@1.0.0", "https://registry.example/b.tgz", {}]`;
  expect(asLines(hostBreaches({ path: "bun.lock", text }))).toEqual([
    "bun.lock:2  the lock file names no host: https://registry.example/b.tgz",
  ]);
});
