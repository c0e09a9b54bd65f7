import { findPostgres, findRedis } from "../../scripts/find-tools.ts";
import { type Child, startChild } from "./child.ts";
import { temporaryFolder } from "./lifetime.ts";
import { freePort } from "./ports.ts";

const READY_WITHIN_MS = 20_000;
const PORT_TRIES = 5;
const PORT_TAKEN = /Address already in use|could not bind|Failed listening/i;

export type Service = {
  readonly url: string;
  readonly port: number;
  readonly output: () => string;
  /** Shuts it down in order. */
  readonly stop: () => Promise<void>;
  /** Kills it, as a crash would. */
  readonly kill: () => Promise<void>;
  /** Starts it again on the same port and folder; shuts it down first if it runs. */
  readonly restart: () => Promise<void>;
};

export type Redis = Service & {
  /** Freezes it: connections stay open and get no answer. */
  readonly pause: () => void;
  readonly resume: () => void;
};

export type Postgres = Service & {
  /** Creates an empty database; resolves to its URL. */
  readonly createDatabase: () => Promise<string>;
};

type Start = (port: number) => Child;

const startOn = async (port: number, start: Start, ready: RegExp): Promise<Child> => {
  const child = start(port);
  try {
    await child.printed(ready, READY_WITHIN_MS);
    return child;
  } catch (error) {
    await child.end("SIGKILL");
    throw error;
  }
};

const startOnFreePort = async (start: Start, ready: RegExp): Promise<{ port: number; child: Child }> => {
  for (let left = PORT_TRIES; ; left--) {
    const port = freePort();
    try {
      return { port, child: await startOn(port, start, ready) };
    } catch (error) {
      if (left === 1 || !PORT_TAKEN.test(String(error))) throw error;
    }
  }
};

/**
 * Starts a private Redis without persistence: after `restart()` it is empty.
 * `args` are further arguments of redis-server, such as `["--appendonly", "yes"]`.
 */
export const startRedis = async (args: string[] = []): Promise<Redis> => {
  const tool = findRedis();
  if (!tool) throw new Error('redis-server 7 or newer is missing: "bun check" installs it');
  const folder = temporaryFolder("redis");
  const ready = /Ready to accept connections/;
  const start: Start = (port) =>
    startChild([
      tool.path,
      ...["--port", String(port), "--bind", "127.0.0.1", "--dir", folder, "--daemonize", "no"],
      ...["--save", "", ...args],
    ]);
  let { port, child } = await startOnFreePort(start, ready);
  return {
    port,
    url: `redis://127.0.0.1:${port}`,
    output: () => child.output(),
    stop: async () => void (await child.end()),
    kill: async () => void (await child.end("SIGKILL")),
    restart: async () => {
      await child.end();
      child = await startOn(port, start, ready);
    },
    pause: () => child.signal("SIGSTOP"),
    resume: () => child.signal("SIGCONT"),
  };
};

const done = async (child: Child): Promise<void> => {
  const exitCode = await child.exited;
  if (exitCode !== 0) throw new Error(`exit code ${exitCode}:\n${child.output()}`);
};

/** Postgres refuses to run as root. */
const postgresUser = (): string | undefined => {
  if (process.getuid?.() !== 0) return undefined;
  return Bun.spawnSync(["id", "-u", "postgres"]).success ? "postgres" : "nobody";
};

/** Starts a private Postgres (user `artel`, no password, no fsync) with one empty database. */
export const startPostgres = async (args: string[] = []): Promise<Postgres> => {
  const tool = findPostgres();
  if (!tool) throw new Error('Postgres 15 or newer is missing: "bun check" installs it');
  const folder = temporaryFolder("postgres");
  const user = postgresUser();
  const as = user ? { user, cwd: folder } : { cwd: folder };
  if (user) await done(startChild(["chown", user, folder]));
  const initdb = ["--username", "artel", "--auth", "trust", "--encoding", "UTF8", "--locale", "C", "--no-sync"];
  await done(startChild([`${tool.path}/initdb`, "--pgdata", `${folder}/data`, ...initdb], as));
  const ready = /database system is ready to accept connections/;
  const start: Start = (port) =>
    startChild(
      [
        `${tool.path}/postgres`,
        ...["-D", `${folder}/data`, "-p", String(port), "-h", "127.0.0.1", "-k", folder, "-F"],
        ...args,
      ],
      as,
    );
  let { port, child } = await startOnFreePort(start, ready);
  let databases = 0;
  const createDatabase = async (): Promise<string> => {
    const name = `artel_${++databases}`;
    await done(startChild([`${tool.path}/createdb`, "-h", folder, "-p", String(port), "-U", "artel", name], as));
    return `postgres://artel@127.0.0.1:${port}/${name}`;
  };
  return {
    port,
    url: await createDatabase(),
    output: () => child.output(),
    // SIGINT is a fast shutdown; SIGTERM waits until the last client has disconnected.
    stop: async () => void (await child.end("SIGINT")),
    // SIGQUIT: no checkpoint, recovery at the next start. After SIGKILL orphaned backends would keep the shared memory.
    kill: async () => void (await child.end("SIGQUIT")),
    restart: async () => {
      await child.end("SIGINT");
      child = await startOn(port, start, ready);
    },
    createDatabase,
  };
};
