import { existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { fromRoot, ROOT } from "../paths.ts";
import { type Outcome, runBun } from "../run.ts";
import { casesOf, type TestCase } from "./junit.ts";
import type { Group } from "./options.ts";

type GroupOptions = {
  /** Which of the test files that no group before it has taken. */
  readonly files: RegExp;
  readonly minutes: number;
  readonly secondsPerTest: number;
  /** Real programs and browsers share the machine with whatever else runs on it: one more try for a test, and it counts once. */
  readonly retries: number;
};

const GROUP_OPTIONS: Record<Group, GroupOptions> = {
  unit: { files: /^(shared|platform|api|wss|jobs)\//, minutes: 5, secondsPerTest: 20, retries: 0 },
  client: { files: /^client\//, minutes: 4, secondsPerTest: 20, retries: 0 },
  web: { files: /^web\//, minutes: 4, secondsPerTest: 20, retries: 0 },
  house: { files: /^tests\/(house|gate)\//, minutes: 2, secondsPerTest: 20, retries: 0 },
  // Minutes of work; nothing in it waits for anything outside.
  sim: { files: /^tests\/sim\//, minutes: 6, secondsPerTest: 300, retries: 0 },
  e2e: { files: /^tests\/e2e\//, minutes: 12, secondsPerTest: 90, retries: 1 },
  integration: { files: /^tests\/(?!house\/|gate\/|sim\/|e2e\/)/, minutes: 8, secondsPerTest: 60, retries: 1 },
};

const TEST_FILES = "{shared,platform,api,wss,jobs,client,web,tests}/**/*.test.{ts,tsx}";
const OUTPUT_LINES = 40;

const isUnder = (file: string, path: string): boolean => file === path || file.startsWith(`${path}/`);

/** The test files of a group at or under the paths; all of them if there are no paths. */
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

/** What the runner printed under a file's name: the reason why it could not even be loaded. */
const printedAbout = (file: string, output: string): string => {
  const start = output.indexOf(`\n${file}:\n`);
  return start < 0 ? "" : output.slice(start).trim().split("\n").slice(1, OUTPUT_LINES).join("\n").trim();
};

/**
 * The report's cases, and a failure for all that a report can't tell: the runner crashed or was stopped, a file is missing
 * from it (Bun leaves out those that throw while they load), or it failed although no test did.
 */
export const judge = (group: string, files: readonly string[], xml: string | null, outcome: Outcome): TestCase[] => {
  const cases = xml === null ? [] : casesOf(xml);
  const failures: TestCase[] = [];
  const tail = outcome.output.trim().split("\n").slice(-OUTPUT_LINES).join("\n");
  if (outcome.timedOut) failures.push(failureOf(group, "the runner was stopped: out of time", tail));
  else if (xml === null) {
    failures.push(failureOf(group, `the runner ended with ${outcome.exitCode} and wrote no report`, tail));
  }
  if (xml !== null) {
    const reported = new Set(cases.map(({ file }) => file));
    for (const file of files.filter((one) => !reported.has(one))) {
      failures.push(failureOf(file, "no test of this file was run", printedAbout(file, outcome.output)));
    }
  }
  if (!outcome.ok && failures.length === 0 && cases.every((one) => one.outcome !== "failed")) {
    failures.push(failureOf(group, `the runner ended with ${outcome.exitCode} although no test failed`, tail));
  }
  return [...cases, ...failures];
};

/** Runs a group's files in one runner, each with globals of its own. */
export const runGroup = async (
  group: Group,
  files: readonly string[],
  deadline: number,
): Promise<{ cases: TestCase[]; output: string }> => {
  // Several people, or a person and an editor, may run the gate in one checkout.
  const report = fromRoot(".artel", `junit-${group}-${process.pid}.xml`);
  mkdirSync(fromRoot(".artel"), { recursive: true });
  rmSync(report, { force: true });
  const { minutes, secondsPerTest, retries } = GROUP_OPTIONS[group];
  const outcome = await runBun(
    [
      ...[
        "--no-orphans",
        "test",
        "--isolate",
        "--only-failures",
        `--timeout=${secondsPerTest * 1000}`,
        `--retry=${retries}`,
      ],
      ...["--reporter=junit", `--reporter-outfile=${report}`],
      // Without the dot Bun takes a path for a pattern and runs every file whose path contains it.
      ...files.map((file) => `./${file}`),
    ],
    // With CI set Bun refuses test.only and writes no new snapshots.
    {
      env: { CI: "1", NODE_ENV: "test" },
      timeoutMs: Math.max(1_000, Math.min(minutes * 60_000, deadline - Date.now())),
    },
  );
  const xml = existsSync(report) ? readFileSync(report, "utf8") : null;
  rmSync(report, { force: true });
  return { cases: judge(group, files, xml, outcome), output: outcome.output };
};
