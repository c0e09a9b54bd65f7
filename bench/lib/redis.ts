import { findRedis } from "../../scripts/find-tools.ts";
import { type Child, startChild } from "./child.ts";
import { CORES } from "./cores.ts";
import { temporaryFolder } from "./lifetime.ts";

const PORT_TRIES = 5;

const freePort = (): number => {
  const probe = Bun.listen({ hostname: "127.0.0.1", port: 0, socket: { data: () => {} } });
  try {
    return probe.port;
  } finally {
    probe.stop(true);
  }
};

/** A private Redis that keeps nothing on disk. */
export const startRedis = async (): Promise<{ readonly url: string } & Pick<Child, "pid" | "stop">> => {
  const tool = findRedis();
  if (!tool) throw new Error('redis-server 7 or newer is missing: "bun check" installs it');
  const folder = temporaryFolder("redis");
  for (let left = PORT_TRIES; ; left--) {
    const port = String(freePort());
    const settings = ["--port", port, "--bind", "127.0.0.1", "--dir", folder, "--save", "", "--appendonly", "no"];
    const child = startChild([tool.path, ...settings], { cores: CORES.clients });
    try {
      await child.printed(/Ready to accept connections/, 10_000);
      return { url: `redis://127.0.0.1:${port}`, pid: child.pid, stop: child.stop };
    } catch (error) {
      await child.stop();
      // Somebody may have taken the port between the probe and the start.
      if (left === 1) throw error;
    }
  }
};
