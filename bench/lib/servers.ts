import { join } from "node:path";
import { systemClock } from "../../platform/clock/clock.ts";
import { createRealtimeTokens } from "../../platform/tokens/realtime-token.ts";
import { fromRoot } from "../../scripts/paths.ts";
import type { Protocol } from "../listener/dialogues.ts";
import { startChild } from "./child.ts";
import { CORES } from "./cores.ts";
import { EPOCH } from "./events.ts";
import { buildFolder } from "./lifetime.ts";
import { createArtelPublisher, createPlainPublisher, type Publisher } from "./publishers.ts";

/** A server under test, running. */
export type RunningServer = {
  readonly pid: number;
  readonly port: number;
  readonly collectGarbage: () => void;
  readonly stop: () => Promise<void>;
  /** SIGKILL. */
  readonly kill: () => void;
};

/** `profiles`: where the server leaves a CPU profile of its whole life; `null`: nowhere. */
export type Surroundings = { readonly redisUrl: string; readonly profiles: string | null };

export type Contestant = {
  readonly name: string;
  readonly protocol: Protocol;
  readonly start: (surroundings: Surroundings) => Promise<RunningServer>;
  readonly createPublisher: (redisUrl: string) => Publisher;
  /** What each socket says to join its tenant; `tenants` has one entry for each socket. */
  readonly hellos: (tenants: readonly string[]) => Promise<string[][]>;
};

const READY = /is ready at \w+:\/\/[^:\s]+:(\d+)/;
const READY_WITHIN_MS = 20_000;
const SECRET = "the secret of a bench, which is no secret";

const run = async (
  [program = "", ...args]: readonly string[],
  { redisUrl, profiles }: Surroundings,
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
  start: (surroundings) =>
    run(bun("--preload", fromRoot("bench/servers/on-signals.ts"), fromRoot("wss/main.ts")), surroundings, {
      WSS_PORT: "0",
      ARTEL_SECRET: SECRET,
      MAX_SOCKETS_PER_ADDRESS: "100000",
    }),
  createPublisher: createArtelPublisher,
  hellos: (tenants) => {
    const tokens = createRealtimeTokens(SECRET, systemClock);
    // Everybody is somebody else, as in life.
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

const plainHellos: Contestant["hellos"] = async (tenants) =>
  tenants.map((tenantId) => [JSON.stringify({ type: "subscribe", tenantId })]);
const socketIoHellos: Contestant["hellos"] = async (tenants) =>
  tenants.map((tenantId) => ["40", `42${JSON.stringify(["subscribe", tenantId])}`]);

type Peer = Pick<Contestant, "name" | "protocol" | "hellos"> & { readonly command: () => Promise<string[]> };

const peer = ({ command, ...about }: Peer): Contestant => ({
  ...about,
  start: async (surroundings) => run(await command(), surroundings),
  createPublisher: createPlainPublisher,
});

const built = new Map<string, Promise<string>>();

/** Node 20 reads no TypeScript; the packages themselves stay as they were published. */
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

/** Node itself; Bun gives programs that it runs a `node` of its own where there is none. */
const findNode = (): string | null => {
  const node = Bun.which("node");
  if (node === null) return null;
  const runtime = Bun.spawnSync([node, "-p", "process.versions.bun ?? process.version"]).stdout.toString();
  return runtime.startsWith("v") ? node : null;
};

/** All that can be run here. Those that are not `usual` are only run when they are named. */
const allContestants = (): { contestant: Contestant; usual: boolean }[] => {
  const node = findNode();
  const onBun = (file: string) => async () => bun(fromRoot("bench/servers", file));
  const plain = { protocol: "plain", hellos: plainHellos } as const;
  const sockets = { protocol: "socket.io", hellos: socketIoHellos } as const;
  const nodePeers =
    node === null
      ? []
      : [
          peer({ name: "ws", ...plain, command: () => onNode(node, "ws.ts") }),
          peer({ name: "socket.io", ...sockets, command: () => onNode(node, "socket-io.ts") }),
        ];
  return [
    { contestant: ARTEL, usual: true },
    ...nodePeers.map((contestant) => ({ contestant, usual: true })),
    { contestant: peer({ name: "bun-topics", ...plain, command: onBun("bun-topics.ts") }), usual: true },
    { contestant: peer({ name: "ws-on-bun", ...plain, command: onBun("ws.ts") }), usual: false },
  ];
};

/** The servers to compare, in the order of their turns; with `names` only those. */
export const contestants = (names: readonly string[] | null): Contestant[] => {
  const all = allContestants();
  const unknown = names?.filter((name) => !all.some(({ contestant }) => contestant.name === name)) ?? [];
  if (unknown.length > 0) throw new Error(`there is no server ${unknown.join(", ")} here`);
  return all
    .filter(({ contestant, usual }) => (names === null ? usual : names.includes(contestant.name)))
    .map(({ contestant }) => contestant);
};
