import { findRedis } from "../../scripts/find-tools.ts";
import { type Child, startChild } from "./child.ts";
import { CORES } from "./cores.ts";
import { temporaryFolder } from "./lifetime.ts";

const MAX_ATTEMPTS = 5;

const freePort = (): number => {
  const probe = Bun.listen({ hostname: "127.0.0.1", port: 0, socket: { data: () => {} } });
  try {
    return probe.port;
  } finally {
    probe.stop(true);
  }
};

/** Starts a private Redis without persistence. */
export const startRedis = async (): Promise<{ readonly url: string } & Pick<Child, "pid" | "stop">> => {
  const tool = findRedis();
  if (!tool) throw new Error('redis-server 7 or newer is missing: "bun check" installs it');
  const folder = temporaryFolder("redis");
  for (let left = MAX_ATTEMPTS; ; left--) {
    const port = String(freePort());
    const settings = ["--port", port, "--bind", "127.0.0.1", "--dir", folder, "--save", "", "--appendonly", "no"];
    const child = startChild([tool.path, ...settings], { cores: CORES.clients });
    try {
      await child.printed(/Ready to accept connections/, 10_000);
      return { url: `redis://127.0.0.1:${port}`, pid: child.pid, stop: child.stop };
    } catch (error) {
      await child.stop();
      // Another process may have taken the port since the probe.
      if (left === 1) throw error;
    }
  }
};
