import { join } from "node:path";
import { systemClock } from "../../platform/clock/clock.ts";
import { createRealtimeTokens } from "../../platform/tokens/realtime-token.ts";
import { fromRoot } from "../../scripts/paths.ts";
import type { Protocol } from "../listener/protocols.ts";
import { startChild } from "./child.ts";
import { CORES } from "./cores.ts";
import { EPOCH } from "./events.ts";
import { buildFolder } from "./lifetime.ts";
import { createArtelPublisher, createPlainPublisher, type Publisher } from "./publishers.ts";

/** A running server under test. */
export type RunningServer = {
  readonly pid: number;
  readonly port: number;
  readonly collectGarbage: () => void;
  readonly stop: () => Promise<void>;
  /** SIGKILL. */
  readonly kill: () => void;
};

/** `profiles` is the folder for a CPU profile of the whole run, `null` for none. */
export type LaunchOptions = { readonly redisUrl: string; readonly profiles: string | null };

export type Contestant = {
  readonly name: string;
  readonly protocol: Protocol;
  readonly start: (options: LaunchOptions) => Promise<RunningServer>;
  readonly createPublisher: (redisUrl: string) => Publisher;
  /** The messages with which each socket joins its tenant; `tenants` has one entry per socket. */
  readonly joinMessages: (tenants: readonly string[]) => Promise<string[][]>;
};

const READY = /is ready at \w+:\/\/[^:\s]+:(\d+)/;
const READY_WITHIN_MS = 20_000;
const SECRET = "the secret of a bench, which is no secret";

const run = async (
  [program = "", ...args]: readonly string[],
  { redisUrl, profiles }: LaunchOptions,
  env: Readonly<Record<string, string>> = {},
): Promise<RunningServer> => {
  const profiling = profiles === null ? [] : ["--cpu-prof", "--cpu-prof-dir", profiles];
  const options = { cores: CORES.server, env: { ...env, REDIS_URL: redisUrl } };
  const child = startChild([program, ...profiling, ...args], options);
  const ready = await child.printed(READY, READY_WITHIN_MS);
  return {
    pid: child.pid,
    port: Number(ready[1]),
    collectGarbage: () => child.signal("SIGUSR2"),
    stop: child.stop,
    kill: () => child.signal("SIGKILL"),
  };
};

const bun = (...args: string[]): string[] => [process.execPath, ...args];

export const ARTEL: Contestant = {
  name: "artel",
  protocol: "artel",
  start: (options) =>
    run(bun("--preload", fromRoot("bench/servers/on-signals.ts"), fromRoot("wss/main.ts")), options, {
      WSS_PORT: "0",
      ARTEL_SECRET: SECRET,
      MAX_SOCKETS_PER_ADDRESS: "100000",
    }),
  createPublisher: createArtelPublisher,
  joinMessages: (tenants) => {
    const tokens = createRealtimeTokens(SECRET, systemClock);
    // Each socket has its own user and session.
    return Promise.all(
      tenants.map(async (tenantId) => {
        const grants = { [tenantId]: { epoch: EPOCH, seq: 1 } };
        const ids = { sub: Bun.randomUUIDv7(), sid: Bun.randomUUIDv7() };
        const { token } = await tokens.sign({ ...ids, name: "Ann", tenants: grants });
        return [JSON.stringify({ type: "auth", token }), JSON.stringify({ type: "subscribe", tenantId })];
      }),
    );
  },
};

const plainJoinMessages: Contestant["joinMessages"] = async (tenants) =>
  tenants.map((tenantId) => [JSON.stringify({ type: "subscribe", tenantId })]);
const socketIoJoinMessages: Contestant["joinMessages"] = async (tenants) =>
  tenants.map((tenantId) => ["40", `42${JSON.stringify(["subscribe", tenantId])}`]);

type Peer = Pick<Contestant, "name" | "protocol" | "joinMessages"> & { readonly command: () => Promise<string[]> };

const peer = ({ command, ...rest }: Peer): Contestant => ({
  ...rest,
  start: async (options) => run(await command(), options),
  createPublisher: createPlainPublisher,
});

const built = new Map<string, Promise<string>>();

/** Bundles the file for Node 20, which cannot run TypeScript. Packages stay external, as published. */
const onNode = async (node: string, file: string): Promise<string[]> => {
  let building = built.get(file);
  if (building === undefined) {
    const outdir = buildFolder();
    building = Bun.build({
      entrypoints: [fromRoot("bench/servers", file)],
      outdir,
      target: "node",
      packages: "external",
      naming: "[name].mjs",
    }).then(() => join(outdir, file.replace(/\.ts$/, ".mjs")));
    built.set(file, building);
  }
  return [node, "--expose-gc", await building];
};

/** Finds the real Node. Where none is installed, Bun puts its own `node` on the PATH of programs it runs. */
const findNode = (): string | null => {
  const node = Bun.which("node");
  if (node === null) return null;
  const runtime = Bun.spawnSync([node, "-p", "process.versions.bun ?? process.version"]).stdout.toString();
  return runtime.startsWith("v") ? node : null;
};

/** All servers that can run on this machine. `isDefault` ones also run when none is named. */
const allContestants = (): { contestant: Contestant; isDefault: boolean }[] => {
  const node = findNode();
  const onBun = (file: string) => async () => bun(fromRoot("bench/servers", file));
  const plain = { protocol: "plain", joinMessages: plainJoinMessages } as const;
  const sockets = { protocol: "socket.io", joinMessages: socketIoJoinMessages } as const;
  const nodePeers =
    node === null
      ? []
      : [
          peer({ name: "ws", ...plain, command: () => onNode(node, "ws.ts") }),
          peer({ name: "socket.io", ...sockets, command: () => onNode(node, "socket-io.ts") }),
        ];
  return [
    { contestant: ARTEL, isDefault: true },
    ...nodePeers.map((contestant) => ({ contestant, isDefault: true })),
    { contestant: peer({ name: "bun-topics", ...plain, command: onBun("bun-topics.ts") }), isDefault: true },
    { contestant: peer({ name: "ws-on-bun", ...plain, command: onBun("ws.ts") }), isDefault: false },
  ];
};

/** The servers to compare, in order of their turns; with `names` only those. */
export const contestants = (names: readonly string[] | null): Contestant[] => {
  const all = allContestants();
  const unknown = names?.filter((name) => !all.some(({ contestant }) => contestant.name === name)) ?? [];
  if (unknown.length > 0) throw new Error(`unknown or unavailable server: ${unknown.join(", ")}`);
  return all
    .filter(({ contestant, isDefault }) => (names === null ? isDefault : names.includes(contestant.name)))
    .map(({ contestant }) => contestant);
};
