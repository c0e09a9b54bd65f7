import { readFileSync } from "node:fs";

const LOOK_EVERY_MS = 250;

const parentOf = (pid: number): number | undefined => {
  try {
    const status = readFileSync(`/proc/${pid}/status`, "utf8");
    return Number(/^PPid:\s+(\d+)$/m.exec(status)?.[1]);
  } catch {
    return undefined;
  }
};

/**
 * Started as `npx bun start`, sends this process the SIGTERM that npx got.
 * npm hands a signal only to the shell between it and Bun (npm → sh → bun start → us), and a shell doesn't hand it on:
 * without this the server would go on unseen and hold its port.
 */
export const endWithNpx = (): void => {
  if (process.platform !== "linux" || !process.env["npm_config_user_agent"]?.startsWith("npm/")) return;
  const shell = parentOf(process.ppid);
  const look = setInterval(() => {
    if (parentOf(process.ppid) === shell) return;
    clearInterval(look);
    process.kill(process.pid, "SIGTERM");
  }, LOOK_EVERY_MS);
  look.unref();
};
