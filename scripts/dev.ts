import { createInterface } from "node:readline";
import { Readable } from "node:stream";
import { exitWithNpx } from "./exit-with-npx.ts";
import { errorMessage, fail, orFail } from "./fail.ts";
import { installPackages } from "./install.ts";
import { fromRoot, ROOT } from "./paths.ts";
import { restart } from "./restart.ts";

const STOP_TIMEOUT_MS = 10_000;

if (await orFail(installPackages())) restart();
const { createServer } = await import("vite");
const { prettyFactory } = await import("pino-pretty");

const freePort = (): number => {
  const probe = Bun.listen({ hostname: "127.0.0.1", port: 0, socket: { data: () => {} } });
  probe.stop(true);
  return probe.port;
};

const port = process.env["PORT"] ?? "3000";
const address = process.env["BASE_URL"] ?? `http://localhost:${port}`;
const origins = ["localhost", "127.0.0.1", "[::1]"].map((host) => `http://${host}:${port}`);
// Fixed across restarts of the server, because the proxy points at it.
const serverPort = freePort();

exitWithNpx();

const page = await createServer({
  configFile: fromRoot("web/vite.config.ts"),
  root: fromRoot("web"),
  clearScreen: false,
  server: {
    host: process.env["HOST"] ?? "127.0.0.1",
    port: Number(port),
    strictPort: true,
    proxy: {
      // A plain string would make Vite rewrite the Host header, from which the server derives the page's origin.
      "/api": { target: `http://127.0.0.1:${serverPort}` },
      "/metrics": { target: `http://127.0.0.1:${serverPort}` },
      "/ws": { target: `ws://127.0.0.1:${serverPort}`, ws: true },
    },
  },
}).catch((error: unknown) => fail(`Can't start Vite: ${errorMessage(error)}`));
await page.listen().catch((error: unknown) => fail(`Can't listen: ${errorMessage(error)}`));

const server = Bun.spawn([process.execPath, "--no-orphans", "--watch", "--no-clear-screen", "main.ts"], {
  cwd: ROOT,
  env: {
    ...process.env,
    HOST: "127.0.0.1",
    PORT: String(serverPort),
    BASE_URL: address,
    TRUSTED_ORIGINS: process.env["TRUSTED_ORIGINS"] ?? origins.join(","),
  },
  stdin: "ignore",
  stdout: "pipe",
  stderr: "inherit",
});

let ending = false;
const end = async (exitCode: number): Promise<void> => {
  if (ending) return;
  ending = true;
  server.kill("SIGTERM");
  const kill = setTimeout(() => server.kill("SIGKILL"), STOP_TIMEOUT_MS);
  await Promise.all([server.exited, page.close()]);
  clearTimeout(kill);
  process.exit(exitCode);
};

// Vite's own SIGTERM handler would end this process before the server has drained.
process.removeAllListeners("SIGTERM");
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => void end(0));
void server.exited.then((exitCode) => end(exitCode));

const pretty = prettyFactory({ colorize: process.stdout.isTTY });
let announced = false;
for await (const line of createInterface({ input: Readable.from(server.stdout) })) {
  // The server's own address is not the page's: replace it.
  if (!line.startsWith("Artel is ready at ")) process.stdout.write(line.startsWith("{") ? pretty(line) : `${line}\n`);
  else if (!announced) {
    announced = true;
    console.log(`Artel is ready at ${address}`);
  }
}
