import { existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { fromRoot, ROOT } from "../paths.ts";
import { type Outcome, runBun } from "../run.ts";
import { casesOf, type TestCase } from "./junit.ts";
import type { Group } from "./options.ts";

type GroupOptions = {
  /** Matches the paths of the group's test files. */
  readonly files: RegExp;
  readonly minutes: number;
  readonly secondsPerTest: number;
  /** Retries of a failed test. Real programs and browsers share the machine with other load. */
  readonly retries: number;
};

const GROUP_OPTIONS: Record<Group, GroupOptions> = {
  unit: { files: /^(shared|platform|api|wss|jobs)\//, minutes: 5, secondsPerTest: 20, retries: 0 },
  client: { files: /^client\//, minutes: 4, secondsPerTest: 20, retries: 0 },
  web: { files: /^web\//, minutes: 4, secondsPerTest: 20, retries: 0 },
  house: { files: /^tests\/(house|gate)\//, minutes: 2, secondsPerTest: 20, retries: 0 },
  // Minutes of CPU time in one process; nothing external can delay it.
  sim: { files: /^tests\/sim\//, minutes: 6, secondsPerTest: 300, retries: 0 },
  e2e: { files: /^tests\/e2e\//, minutes: 12, secondsPerTest: 90, retries: 1 },
  integration: { files: /^tests\/(?!house\/|gate\/|sim\/|e2e\/)/, minutes: 8, secondsPerTest: 60, retries: 1 },
};

const TEST_FILES = "{shared,platform,api,wss,jobs,client,web,tests}/**/*.test.{ts,tsx}";
const OUTPUT_LINES = 40;

/** Repeats of one run: more of them hide a fault. */
export const MAX_RETRIED = 8;

/** Names of the tests that passed only when repeated, in the runner's output. */
export const retriedIn = (output: string): string[] =>
  [...output.matchAll(/^\(pass\) (.*) \(attempt \d+\)/gm)].map(([, name = ""]) => name);

const isUnder = (file: string, path: string): boolean => file === path || file.startsWith(`${path}/`);

/** The test files of a group, restricted to `paths` unless empty. */
export const testFilesOf = (group: Group, paths: readonly string[]): string[] =>
  [...new Bun.Glob(TEST_FILES).scanSync({ cwd: ROOT })]
    .filter((file) => !file.includes("node_modules/") && GROUP_OPTIONS[group].files.test(file))
    .filter((file) => paths.length === 0 || paths.some((path) => isUnder(file, path)))
    .sort();

const failureOf = (file: string, name: string, message: string): TestCase => ({
  file,
  line: 1,
  name,
  outcome: "failed",
  message,
});

/** The runner's output under a file's name, which says why the file failed to load. */
const outputOf = (file: string, output: string): string => {
  const start = output.indexOf(`\n${file}:\n`);
  return start < 0 ? "" : output.slice(start).trim().split("\n").slice(1, OUTPUT_LINES).join("\n").trim();
};

/**
 * The cases of the report, plus a failure for everything that a report can't contain: the runner crashed or timed out,
 * a file is missing (Bun omits files that throw while loading), or the runner failed although no test did.
 */
export const toTestCases = (
  group: string,
  files: readonly string[],
  xml: string | null,
  outcome: Outcome,
): TestCase[] => {
  const cases = xml === null ? [] : casesOf(xml);
  const failures: TestCase[] = [];
  const tail = outcome.output.trim().split("\n").slice(-OUTPUT_LINES).join("\n");
  if (outcome.timedOut) failures.push(failureOf(group, "the runner timed out", tail));
  else if (xml === null) {
    failures.push(failureOf(group, `the runner ended with ${outcome.exitCode} and wrote no report`, tail));
  }
  if (xml !== null) {
    const reported = new Set(cases.map(({ file }) => file));
    for (const file of files.filter((one) => !reported.has(one))) {
      failures.push(failureOf(file, "no test of this file was run", outputOf(file, outcome.output)));
    }
  }
  if (!outcome.ok && failures.length === 0 && cases.every((one) => one.outcome !== "failed")) {
    failures.push(failureOf(group, `the runner ended with ${outcome.exitCode} although no test failed`, tail));
  }
  return [...cases, ...failures];
};

/** The runner's output without the lines of tests that passed at once. */
const withoutPassed = (output: string): string => output.replace(/^\(pass\) (?!.* \(attempt \d+\)).*\n/gm, "");

/** Runs a group's files in one runner with isolated globals. `retried` names the tests that passed at a repeat. */
export const runGroup = async (
  group: Group,
  files: readonly string[],
  deadline: number,
): Promise<{ cases: TestCase[]; retried: string[]; output: string }> => {
  // The gate may run several times at once in one checkout.
  const report = fromRoot(".artel", `junit-${group}-${process.pid}.xml`);
  mkdirSync(fromRoot(".artel"), { recursive: true });
  rmSync(report, { force: true });
  const { minutes, secondsPerTest, retries } = GROUP_OPTIONS[group];
  const outcome = await runBun(
    [
      ...["--no-orphans", "test", "--isolate", `--timeout=${secondsPerTest * 1000}`, `--retry=${retries}`],
      ...["--reporter=junit", `--reporter-outfile=${report}`],
      // Without `./` Bun treats a path as a pattern and runs every file whose path contains it.
      ...files.map((file) => `./${file}`),
    ],
    // With CI set, Bun rejects test.only and writes no new snapshots.
    {
      env: { CI: "1", NODE_ENV: "test" },
      timeoutMs: Math.max(1_000, Math.min(minutes * 60_000, deadline - Date.now())),
    },
  );
  const xml = existsSync(report) ? readFileSync(report, "utf8") : null;
  rmSync(report, { force: true });
  const output = withoutPassed(outcome.output);
  return { cases: toTestCases(group, files, xml, outcome), retried: retriedIn(output), output };
};
