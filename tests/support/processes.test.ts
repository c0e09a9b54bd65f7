import { expect, test } from "bun:test";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { ROOT } from "../../scripts/paths.ts";
import { startChild } from "./child.ts";
import { temporaryFolder } from "./lifetime.ts";
import { runProgram, startProgram } from "./processes.ts";

const programOf = (source: string): string => {
  const file = join(temporaryFolder("program"), "main.ts");
  writeFileSync(file, source);
  return relative(ROOT, file);
};

const SERVER = `
  const server = Bun.serve({
    hostname: process.env.HOST,
    port: Number(process.env.PORT),
    fetch: () => Response.json({ dataDir: process.env.DATA_DIR, extra: process.env.EXTRA, shell: process.env.OF_THE_SHELL }),
  });
  process.on("SIGTERM", () => { console.log("drained"); process.exit(0); });
  console.error("something on the other stream");
  console.log("Artel is ready at http://127.0.0.1:" + server.port + "/");
`;

test("startProgram resolves once the program is ready, on its own port and folder", async () => {
  process.env["OF_THE_SHELL"] = "must not get in";
  const file = programOf(SERVER);
  const [one, other] = await Promise.all([startProgram(file, { env: { EXTRA: "1" } }), startProgram(file)]);
  expect(await (await fetch(one.url)).json()).toEqual({ dataDir: one.dataDir, extra: "1" });
  expect(other.port).not.toBe(one.port);
  expect(other.dataDir).not.toBe(one.dataDir);
});

test("stop drains the program and resolves to its exit code; kill does not drain", async () => {
  const file = programOf(SERVER);
  const [drained, killed] = await Promise.all([startProgram(file), startProgram(file)]);
  expect(await drained.stop()).toBe(0);
  expect(drained.stdout()).toEndWith("drained\n");
  await killed.kill();
  expect(killed.output()).not.toContain("drained");
  expect(await killed.exited).toBe(137);
});

test("a program that exits before it is ready fails with its output", async () => {
  const file = programOf(`console.error("port 3000 is taken"); process.exit(1);`);
  await expect(startProgram(file)).rejects.toThrow(/ended \(1\)[\s\S]*port 3000 is taken/);
});

test("runProgram runs a program that refuses to start to its end", async () => {
  const refused = await runProgram(programOf(`console.error("no: " + process.env.REDIS_URL); process.exit(2);`), {
    env: { REDIS_URL: "redis://nowhere" },
  });
  expect(refused).toEqual({ exitCode: 2, output: "no: redis://nowhere\n", stdout: "" });
});

test("a child that ignores SIGTERM is killed after its grace period", async () => {
  const child = startChild(["sh", "-c", "trap '' TERM; echo up; while :; do sleep 0.05; done"]);
  await child.printed(/up/, 5_000);
  expect(await child.end("SIGTERM", 100)).toBe(137);
});

const onLinux = process.platform === "linux" ? test : () => {};

onLinux("a child ends with its parent, also when the parent is killed", async () => {
  const file = programOf(`
    import { startChild } from "${ROOT}/tests/support/child.ts";
    import { test } from "bun:test";
    test("never ends", async () => {
      const child = startChild(["sleep", "1000"]);
      console.log("pid " + child.pid + ".");
      await new Promise(() => {});
    }, 60_000);
  `);
  const parent = startChild([process.execPath, "test", "--timeout", "60000", join(ROOT, file)], {
    cwd: ROOT,
  });
  const pid = Number((await parent.printed(/pid (\d+)\./, 10_000))[1]);
  // A zombie that its new parent has not reaped yet counts as ended.
  const alive = (): boolean => {
    const status = `/proc/${pid}/status`;
    return existsSync(status) && !/^State:\s+[ZX]/m.test(readFileSync(status, "utf8"));
  };
  expect(alive()).toBeTrue();
  // Before its exec the process is still setpriv.
  while (readFileSync(`/proc/${pid}/comm`, "utf8").trim() !== "sleep") await Bun.sleep(5);
  await parent.end("SIGKILL");
  for (let tries = 0; alive() && tries < 100; tries++) await Bun.sleep(20);
  expect(alive()).toBeFalse();
});
