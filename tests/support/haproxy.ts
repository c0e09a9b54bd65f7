import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { findHaproxy } from "../../scripts/find-tools.ts";
import { startChild } from "./child.ts";
import { temporaryFolder } from "./lifetime.ts";
import { freePort } from "./ports.ts";

const READY_WITHIN_MS = 10_000;

const servers = (name: string, ports: readonly number[]): string =>
  ports.map((port, index) => `  server ${name}${index} 127.0.0.1:${port}`).join("\n");

const configuration = (port: number, rest: readonly number[], sockets: readonly number[]): string => `
global
  maxconn 5000
defaults
  mode http
  timeout connect 1s
  timeout client 60s
  timeout server 60s
  timeout tunnel 1h
  option redispatch
  retries 3
  default-server check inter 500ms fall 2 rise 1 on-marked-down shutdown-sessions
frontend front
  bind 127.0.0.1:${port}
  use_backend sockets if { path /ws }
  default_backend rest
backend rest
  balance roundrobin
  option httpchk GET /api/health
${servers("api", rest)}
backend sockets
  balance leastconn
  option httpchk GET /health
${servers("wss", sockets)}
`;

/** Starts HAProxy in front of these ports: `/ws` goes to `sockets`, all else to `rest`. Resolves to its port. */
export const startHaproxy = async (rest: readonly number[], sockets: readonly number[]): Promise<number> => {
  const tool = findHaproxy();
  if (!tool) throw new Error('haproxy 2 or newer is missing: "bun check" installs it');
  const port = freePort();
  const file = join(temporaryFolder("haproxy"), "haproxy.cfg");
  writeFileSync(file, configuration(port, rest, sockets));
  const child = startChild([tool.path, "-W", "-db", "-f", file]);
  await child.printed(/Loading success/, READY_WITHIN_MS);
  return port;
};
