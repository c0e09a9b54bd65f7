import { describe, expect, test } from "bun:test";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { casesOf } from "../../scripts/check/junit.ts";
import { GROUPS, STATIC_STEPS, selectionOf } from "../../scripts/check/options.ts";
import { retriedIn, testFilesOf, toTestCases } from "../../scripts/check/tests.ts";
import { run } from "../../scripts/run.ts";
import { temporaryFolder } from "../support/lifetime.ts";

/** Runs test files with Bun's runner; resolves to the cases that the gate counts. */
const countedCases = async (sources: Record<string, string>, timeoutMs = 10_000): Promise<string[]> => {
  const folder = temporaryFolder("gate");
  for (const [file, source] of Object.entries(sources)) {
    writeFileSync(join(folder, file), `import { describe, expect, test } from "bun:test";\n${source}`);
  }
  const report = join(folder, "report.xml");
  const files = Object.keys(sources);
  const paths = files.map((file) => `./${file}`).join(" ");
  const command = `cd ${folder} && exec ${process.execPath} test --isolate --reporter=junit --reporter-outfile=${report} ${paths}`;
  const outcome = await run(["sh", "-c", command], { timeoutMs });
  const xml = existsSync(report) ? readFileSync(report, "utf8") : null;
  return toTestCases("group", files, xml, outcome).map((one) => `${one.outcome} ${one.file}: ${one.name}`);
};

describe("the count", () => {
  test("has each test's outcome, named with its describe blocks", async () => {
    const cases = await countedCases({
      "a.test.ts": `
        describe("outer <&> \\"q\\"", () => {
          describe("inner", () => {
            test("passes", () => {});
            test("fails", () => expect(1).toBe(2));
          });
          test.each([1, 2])("each %d", () => {});
        });
        test.skip("is skipped", () => {});
        test.todo("is to do");
      `,
    });
    expect(cases).toEqual([
      'passed a.test.ts: outer <&> "q" > inner > passes',
      'failed a.test.ts: outer <&> "q" > inner > fails',
      'passed a.test.ts: outer <&> "q" > each 1',
      'passed a.test.ts: outer <&> "q" > each 2',
      "skipped a.test.ts: is skipped",
      "skipped a.test.ts: is to do",
    ]);
  });

  test("has a failure for a file that throws while it loads", async () => {
    const cases = await countedCases({
      "a.test.ts": `test("passes", () => {});`,
      "b.test.ts": `throw new Error("no");`,
    });
    expect(cases).toEqual(["passed a.test.ts: passes", "failed b.test.ts: no test of this file was run"]);
  });

  test("has a failure for a runner that crashes, whatever ran before", async () => {
    const cases = await countedCases({
      "a.test.ts": `test("crashes", () => { process.kill(process.pid, "SIGSEGV"); });`,
    });
    expect(cases).toEqual(["failed group: the runner ended with 139 and wrote no report"]);
  });

  test("has a failure for a runner that hangs", async () => {
    const cases = await countedCases({ "a.test.ts": `test("hangs", () => { while (true); });` }, 500);
    expect(cases).toEqual(["failed group: the runner timed out"]);
  });

  test("has a failure for an error after the last test", async () => {
    const source = `test("passes", () => { setTimeout(() => { throw new Error("late"); }, 1); });
      test("waits", () => Bun.sleep(50));`;
    expect((await countedCases({ "a.test.ts": source })).some((line) => line.startsWith("failed"))).toBeTrue();
  });

  test("keeps failure messages unchanged", () => {
    const xml = `<testsuites><testsuite name="a" file="a"><testcase name="n" classname="" file="a" line="3" assertions="0">
      <failure type="E" message="short">1 &lt; 2 &amp;&amp; &quot;x&quot;&#10;second</failure></testcase></testsuite></testsuites>`;
    expect(casesOf(xml)).toEqual([
      { file: "a", line: 3, name: "n", outcome: "failed", message: '1 < 2 && "x"\nsecond' },
    ]);
  });
});

describe("the selection", () => {
  test("has everything by default", () => {
    expect(selectionOf([])).toEqual({ steps: STATIC_STEPS, groups: GROUPS, paths: [] });
  });

  test("has steps and groups by name, in the gate's order", () => {
    expect(selectionOf(["--only", "unit,lint,types"])).toEqual({
      steps: ["types", "biome", "oxlint"],
      groups: ["unit"],
      paths: [],
    });
    expect(selectionOf(["--only=tests"]).groups).toEqual([...GROUPS]);
  });

  test("has tests by path, and then no static step", () => {
    expect(selectionOf(["./api/", "wss"])).toEqual({ steps: [], groups: GROUPS, paths: ["api", "wss"] });
    expect(testFilesOf("house", ["tests/gate/gate.test.ts"])).toEqual(["tests/gate/gate.test.ts"]);
    expect(testFilesOf("house", ["tests/gate"])).toContain("tests/gate/start.test.ts");
    expect(testFilesOf("house", ["tests/ga"])).toEqual([]);
  });

  test("refuses unknown names", () => {
    expect(() => selectionOf(["--only", "typos"])).toThrow('Unknown step "typos"');
    expect(() => selectionOf(["--watch"])).toThrow("--watch");
  });

  test("puts every test file into exactly one group", () => {
    const inGroups = GROUPS.flatMap((group) => testFilesOf(group, []));
    const all = [...new Bun.Glob("{shared,platform,api,wss,jobs,client,web,tests}/**/*.test.{ts,tsx}").scanSync()];
    expect(inGroups.sort()).toEqual(all.filter((file) => !file.includes("node_modules/")).sort());
  });
});

test("a test that passes at its second attempt is told from one that passes at once", async () => {
  const folder = temporaryFolder("retried");
  writeFileSync(
    join(folder, "a.test.ts"),
    `import { expect, test } from "bun:test";
     let runs = 0;
     test("second time lucky", () => { runs += 1; expect(runs).toBe(2); });
     test("lucky at once", () => {});`,
  );
  const { output } = await run(["sh", "-c", `cd ${folder} && exec ${process.execPath} test --retry=1 ./a.test.ts`], {
    timeoutMs: 10_000,
  });
  expect(retriedIn(output)).toEqual(["second time lucky"]);
});
