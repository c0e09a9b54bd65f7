import { readFileSync } from "node:fs";

const POLL_MS = 250;

const parentOf = (pid: number): number | undefined => {
  try {
    const status = readFileSync(`/proc/${pid}/status`, "utf8");
    return Number(/^PPid:\s+(\d+)$/m.exec(status)?.[1]);
  } catch {
    return undefined;
  }
};

/**
 * Ends this process with SIGTERM when it was started as `npx bun start` and npx was terminated. npm forwards a signal
 * only to the shell between it and Bun (npm → sh → bun start → this process), and the shell does not forward it.
 * Without this the server would keep running unnoticed and hold its port.
 */
export const exitWithNpx = (): void => {
  if (process.platform !== "linux" || !process.env["npm_config_user_agent"]?.startsWith("npm/")) return;
  const shell = parentOf(process.ppid);
  const poll = setInterval(() => {
    if (parentOf(process.ppid) === shell) return;
    clearInterval(poll);
    process.kill(process.pid, "SIGTERM");
  }, POLL_MS);
  poll.unref();
};
