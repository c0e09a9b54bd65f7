import { expect, test } from "bun:test";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { fingerprint } from "../../scripts/fingerprint.ts";
import { fromRoot, ROOT } from "../../scripts/paths.ts";
import { bareEnvironment, startChild } from "../support/child.ts";
import { own, temporaryFolder } from "../support/lifetime.ts";

test("the fingerprint of a folder changes with its files and their names, not with its tests", () => {
  const folder = temporaryFolder("fingerprint");
  const now = (): string => fingerprint({ files: [], folders: [relative(ROOT, folder)], salt: "1" });
  mkdirSync(join(folder, "src"));
  writeFileSync(join(folder, "src/a.ts"), "1");
  const first = now();
  expect(now()).toBe(first);
  writeFileSync(join(folder, "src/a.test.ts"), "1");
  writeFileSync(join(folder, "notes.md"), "1");
  expect(now()).toBe(first);
  writeFileSync(join(folder, "src/b.ts"), "");
  const second = now();
  expect(second).not.toBe(first);
  writeFileSync(join(folder, "src/a.ts"), "2");
  expect(now()).not.toBe(second);
});

test("one process at a time holds a lock, and a killed one releases it", async () => {
  const program = join(temporaryFolder("lock"), "program.ts");
  writeFileSync(
    program,
    `import { underLock } from "${fromRoot("scripts/lock.ts")}";
     await underLock("gate-test-${process.pid}", async () => { console.log("in"); await Bun.sleep(Number(process.env.HOLD_MS)); console.log("out"); });`,
  );
  own(() => rmSync(fromRoot(".artel", `gate-test-${process.pid}.lock`), { force: true }));
  const start = (holdMs: number) =>
    startChild([process.execPath, program], { env: { ...bareEnvironment(), HOLD_MS: String(holdMs) } });
  const holder = start(60_000);
  await holder.printed(/in/, 10_000);
  const waiting = [start(1), start(1)];
  expect(await Promise.race([...waiting.map((one) => one.exited), Bun.sleep(200).then(() => "waiting")])).toBe(
    "waiting",
  );
  expect(waiting.map((one) => one.output())).toEqual(["", ""]);
  await holder.end("SIGKILL");
  expect(await Promise.all(waiting.map((one) => one.exited))).toEqual([0, 0]);
  expect(waiting.map((one) => one.output())).toEqual(["in\nout\n", "in\nout\n"]);
});

test("a program started by npx drains when the shell above it is gone", async () => {
  const program = join(temporaryFolder("npx"), "program.ts");
  writeFileSync(
    program,
    `import { exitWithNpx } from "${fromRoot("scripts/exit-with-npx.ts")}";
     process.on("SIGTERM", () => { console.log("drained"); process.exit(0); });
     exitWithNpx();
     console.log("up");
     setInterval(() => {}, 1000);`,
  );
  // The processes of npx: a shell, `bun start` in it, and the program in that.
  const shells = startChild(["sh", "-c", `sh -c '${process.execPath} ${program}; true'; true`], {
    env: { ...bareEnvironment(), npm_config_user_agent: "npm/11.0.0 node/v20.0.0" },
  });
  await shells.printed(/up/, 10_000);
  shells.signal("SIGKILL");
  await shells.printed(/drained/, 5_000);
});
