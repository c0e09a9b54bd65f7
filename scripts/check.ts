import { buildPage } from "./build-page.ts";
import type { TestCase } from "./check/junit.ts";
import { type Group, type StaticStep, selectionOf } from "./check/options.ts";
import { ensureServices } from "./check/services.ts";
import { MAX_RETRIED, runGroup, testFilesOf } from "./check/tests.ts";
import { exitWithNpx } from "./exit-with-npx.ts";
import { errorMessage, FailedStep } from "./fail.ts";
import { installPackages } from "./install.ts";
import { runBun } from "./run.ts";

const TIME_LIMIT_MS = 19 * 60_000;
const STATIC_TIME_LIMIT_MS = 3 * 60_000;
const MESSAGE_LINES = 30;

const cases: TestCase[] = [];
const retried: string[] = [];
const failedSteps: string[] = [];

const report = (name: string, ok: boolean, started: number, detail = ""): void => {
  const seconds = `${((performance.now() - started) / 1000).toFixed(1)} s`;
  console.log(`${name.padEnd(12)} ${ok ? "ok    " : "FAILED"} ${seconds.padStart(8)}  ${detail}`.trimEnd());
};

/** Runs a step and prints its outcome with the text that it returns. Returns whether it passed. */
const step = async (name: string, work: () => Promise<string>): Promise<boolean> => {
  const started = performance.now();
  try {
    report(name, true, started, await work());
    return true;
  } catch (error) {
    failedSteps.push(`${name}: ${errorMessage(error).split("\n")[0]}`);
    report(name, false, started);
    if (error instanceof FailedStep && error.output.trim() !== "") console.log(error.output.trim());
    console.log(errorMessage(error));
    return false;
  }
};

const tool = async (file: string, ...args: string[]): Promise<string> => {
  const outcome = await runBun([file, ...args], { timeoutMs: STATIC_TIME_LIMIT_MS });
  if (outcome.ok) return "";
  const why = outcome.timedOut ? "timed out" : `ended with ${outcome.exitCode}`;
  throw new FailedStep(`${args[0] === undefined ? file : `${file} ${args.join(" ")}`} ${why}`, outcome.output);
};

const STATIC: Record<StaticStep, () => Promise<string>> = {
  types: () => tool("node_modules/typescript/bin/tsc", "--noEmit"),
  biome: () => tool("node_modules/@biomejs/biome/bin/biome", "check", "--error-on-warnings", "--max-diagnostics=20"),
  oxlint: () => tool("node_modules/oxlint/bin/oxlint", "--type-aware", "--deny-warnings"),
  unused: () => tool("node_modules/knip/bin/knip.js", "--no-progress"),
  page: async () => ((await buildPage()) ? "" : "unchanged"),
};

const runTests = async (group: Group, files: string[], deadline: number): Promise<void> => {
  const started = performance.now();
  const { cases: found, retried: again, output } = await runGroup(group, files, deadline);
  cases.push(...found);
  retried.push(...again);
  const failed = found.filter(({ outcome }) => outcome !== "passed");
  report(
    group,
    failed.length === 0,
    started,
    `${found.length - failed.length} of ${found.length} in ${files.length} files`,
  );
  if (failed.length > 0) console.log(output.trim());
  for (const name of again) console.log(`  passed at a repeat: ${name}`);
};

const printFailures = (): void => {
  const failed = cases.filter(({ outcome }) => outcome !== "passed");
  if (failed.length + failedSteps.length === 0) return;
  console.log("\nFailed:");
  for (const line of failedSteps) console.log(`  ${line}`);
  for (const { file, line, name, outcome, message } of failed) {
    console.log(`  ${file}:${line}  ${name}${outcome === "skipped" ? " (skipped: nothing may be skipped)" : ""}`);
    const lines = message.trim().split("\n");
    for (const one of lines.slice(0, MESSAGE_LINES)) if (one.trim() !== "") console.log(`      ${one}`);
    if (lines.length > MESSAGE_LINES) console.log(`      … ${lines.length - MESSAGE_LINES} more lines`);
  }
  console.log();
};

const end = (options: { list: boolean }): never => {
  const count = (outcome: TestCase["outcome"]): number => cases.filter((one) => one.outcome === outcome).length;
  const [failed, skipped] = [count("failed") + failedSteps.length, count("skipped")];
  if (options.list) printFailures();
  console.log(`${count("passed")} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ""}`);
  process.exit(failed + skipped > 0 ? 1 : 0);
};

exitWithNpx();
const deadline = Date.now() + TIME_LIMIT_MS;
try {
  const { steps, groups, paths } = selectionOf(process.argv.slice(2));
  const tests = groups
    .map((group) => ({ group, files: testFilesOf(group, paths) }))
    .filter(({ files }) => files.length > 0);
  const started = performance.now();
  const ready =
    (await step("install", async () => ((await installPackages()) ? "" : "unchanged"))) &&
    (tests.length === 0 || (await step("services", ensureServices)));
  // The failed step has already printed why.
  if (!ready) end({ list: false });
  // These tests start programs that serve the built page.
  const needPage = tests.some(({ group }) => group === "integration" || group === "e2e");
  for (const name of Object.keys(STATIC) as StaticStep[]) {
    if (steps.includes(name) || (name === "page" && needPage)) await step(name, STATIC[name]);
  }
  for (const { group, files } of tests) await runTests(group, files, deadline);
  if (groups.length > 0 && cases.length === 0) failedSteps.push("tests: no test was run");
  if (retried.length > MAX_RETRIED) {
    failedSteps.push(`tests: ${retried.length} passed only at a repeat, more than ${MAX_RETRIED}`);
  }
  const allPassed = failedSteps.length === 0 && cases.every(({ outcome }) => outcome === "passed");
  report("all", allPassed, started);
} catch (error) {
  failedSteps.push(errorMessage(error));
}
end({ list: true });
