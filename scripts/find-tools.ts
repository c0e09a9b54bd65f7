import { existsSync, readdirSync, realpathSync } from "node:fs";
import { dirname, join } from "node:path";

export type Tool = { path: string; version: number };

export const MINIMUM_VERSION = { redis: 7, postgres: 15, haproxy: 2 } as const;

const majorVersion = (path: string): number => {
  try {
    const printed = Bun.spawnSync([path, "--version"], { stderr: "ignore", timeout: 20_000 }).stdout.toString();
    return Number(/(?:v=|\) |version |Chromium |Chrome )(\d+)/.exec(printed)?.[1] ?? 0);
  } catch {
    return 0;
  }
};

const newest = (paths: (string | null)[], minimum: number): Tool | undefined =>
  [...new Set(paths)]
    .filter((path): path is string => path !== null && existsSync(path))
    .map((path) => ({ path, version: majorVersion(path) }))
    .filter((tool) => tool.version >= minimum)
    .sort((a, b) => b.version - a.version)[0];

const childrenOf = (folder: string, name: RegExp): string[] =>
  existsSync(folder)
    ? readdirSync(folder)
        .filter((entry) => name.test(entry))
        .map((entry) => join(folder, entry))
    : [];

/** Finds Redis 7 or newer, which has sharded pub/sub. */
export const findRedis = (): Tool | undefined =>
  newest([Bun.which("redis-server"), "/usr/bin/redis-server", "/opt/homebrew/bin/redis-server"], MINIMUM_VERSION.redis);

/**
 * Finds the newest Postgres, 15 or later. `path` is the folder of its programs, which distributions keep off the PATH.
 */
export const findPostgres = (): Tool | undefined => {
  const onPath = Bun.which("postgres");
  const folders = [
    onPath && dirname(realpathSync(onPath)),
    ...childrenOf("/usr/lib/postgresql", /^\d+$/).map((folder) => join(folder, "bin")),
    ...childrenOf("/usr", /^pgsql-\d+$/).map((folder) => join(folder, "bin")),
    ...childrenOf("/opt/homebrew/opt", /^postgresql@\d+$/).map((folder) => join(folder, "bin")),
  ];
  const server = newest(
    folders
      .filter((folder) => folder !== null)
      .filter((folder) => ["initdb", "createdb"].every((program) => existsSync(join(folder, program))))
      .map((folder) => join(folder, "postgres")),
    MINIMUM_VERSION.postgres,
  );
  return server && { ...server, path: dirname(server.path) };
};

/** Finds HAProxy 2 or newer. */
export const findHaproxy = (): Tool | undefined =>
  newest([Bun.which("haproxy"), "/usr/sbin/haproxy", "/opt/homebrew/bin/haproxy"], MINIMUM_VERSION.haproxy);

/** Finds Chromium or Chrome. Skips a placeholder that can't print its version, such as Ubuntu's without snap. */
export const findChromium = (): Tool | undefined => {
  const names = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];
  const known = names.flatMap((name) => [Bun.which(name), `/usr/bin/${name}`]);
  for (const path of [...known, "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"]) {
    const found = newest([path], 1);
    if (found) return found;
  }
  return undefined;
};
