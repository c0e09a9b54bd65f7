import { copyFileSync } from "node:fs";
import { join } from "node:path";
import { Redis as RedisClient } from "ioredis";
import { Client as PostgresClient } from "pg";
import { type ChaosProxy, startChaosProxy } from "../support/chaos-proxy.ts";
import { startHaproxy } from "../support/haproxy.ts";
import { own } from "../support/lifetime.ts";
import { freePort } from "../support/ports.ts";
import { type Program, startApi, startWss } from "../support/processes.ts";
import { type Postgres, type Redis, startPostgres, startRedis } from "../support/services.ts";

const SECRET = "a secret that all processes of this world share";
const UNLIMITED = "1000000/10s";

/** A process of Artel that can be killed and restarted on its port. */
export type Node = {
  readonly name: string;
  readonly port: number;
  kill(): Promise<void>;
  start(): Promise<void>;
  pause(): void;
  resume(): void;
  /** Whether it exited by itself. */
  hasEnded(): boolean;
  /** The output of all its runs. */
  output(): string;
};

export type World = {
  readonly apis: readonly Node[];
  readonly sockets: readonly Node[];
  /** The clients' address: a chaos proxy in front of HAProxy. */
  readonly url: string;
  readonly front: ChaosProxy;
  /** Proxies between the processes and Redis, and between them and Postgres. */
  readonly toRedis: ChaosProxy;
  readonly toPostgres: ChaosProxy;
  readonly redis: RedisPair;
  readonly postgres: Postgres;
  /** Reads the database past all proxies and processes. */
  query<Row>(text: string, values?: readonly unknown[]): Promise<Row[]>;
};

const nodeOf = async (name: string, start: (port: number) => Promise<Program>): Promise<Node> => {
  const port = freePort();
  let program = await start(port);
  let before = "";
  let ended = false;
  let isKilled = false;
  const watch = () => {
    const life = program;
    void life.exited.then(() => {
      ended ||= !isKilled;
    });
  };
  watch();
  return {
    name,
    port,
    kill: () => {
      isKilled = true;
      return program.kill();
    },
    start: async () => {
      before += program.output();
      program = await start(port);
      isKilled = false;
      watch();
    },
    hasEnded: () => ended,
    pause: () => program.pause(),
    resume: () => program.resume(),
    output: () => before + program.output(),
  };
};

/** A primary Redis with a file, and its replica. */
export type RedisPair = {
  /** Connects to the current primary; the caller disconnects. */
  open(): RedisClient;
  pause(): void;
  resume(): void;
  kill(): Promise<void>;
  restart(): Promise<void>;
  /** Keeps a copy of the current file. */
  keepFile(): Promise<void>;
  /** Restarts the primary from that copy. */
  restoreFile(): Promise<void>;
  /** Kills the primary and promotes the replica; the old primary restarts as the replica. */
  promote(): Promise<void>;
};

const REDIS_TRIES = { lazyConnect: true, maxRetriesPerRequest: 2, retryStrategy: () => 50 } as const;

const startRedisPair = async (moved: (port: number) => void): Promise<RedisPair & { readonly port: number }> => {
  let primary: Redis = await startRedis(["--save", "3600", "1", "--repl-diskless-sync-delay", "0"]);
  let replica: Redis = await startRedis(["--save", "3600", "1", "--replicaof", "127.0.0.1", String(primary.port)]);
  const clientOf = (port: number) => {
    const client = new RedisClient({ port, host: "127.0.0.1", ...REDIS_TRIES });
    // Failing commands report the error.
    client.on("error", () => {});
    return client;
  };
  const on = async <Answer>(port: number, run: (client: RedisClient) => Promise<Answer>): Promise<Answer> => {
    const client = clientOf(port);
    try {
      return await run(client);
    } finally {
      client.disconnect();
    }
  };
  const fileOf = (port: number) =>
    on(port, async (client) => {
      const [, folder] = await client.config("GET", "dir");
      const [, name] = await client.config("GET", "dbfilename");
      return join(folder ?? "", name ?? "");
    });
  /** Makes a Redis the primary: one that was a replica starts as a replica again. */
  const lead = (port: number) => on(port, (client) => client.call("REPLICAOF", "NO", "ONE"));
  let kept: string | null = null;
  return {
    port: primary.port,
    open: () => clientOf(primary.port),
    pause: () => primary.pause(),
    resume: () => primary.resume(),
    kill: () => primary.kill(),
    restart: async () => {
      await primary.restart();
      await lead(primary.port);
    },
    keepFile: async () => {
      const file = await fileOf(primary.port);
      await on(primary.port, (client) => client.save());
      kept = `${file}.kept`;
      copyFileSync(file, kept);
    },
    restoreFile: async () => {
      if (kept === null) throw new Error("no file was kept");
      const file = await fileOf(primary.port);
      await primary.kill();
      copyFileSync(kept, file);
      await primary.restart();
      await lead(primary.port);
      await on(replica.port, (client) => client.replicaof("127.0.0.1", primary.port));
    },
    promote: async () => {
      await primary.kill();
      await lead(replica.port);
      [primary, replica] = [replica, primary];
      moved(primary.port);
      await replica.restart();
      await on(replica.port, (client) => client.replicaof("127.0.0.1", primary.port));
    },
  };
};

/** Starts Redis with a replica, Postgres, two api, three wss and HAProxy, with a chaos proxy on each connection. */
export const startWorld = async (random: () => number): Promise<World> => {
  let move: (port: number) => void = () => {};
  const [redis, postgres] = await Promise.all([startRedisPair((port) => move(port)), startPostgres()]);
  const database = new URL(await postgres.createDatabase());
  const [toRedis, toPostgres] = await Promise.all([
    startChaosProxy(redis.port, random),
    startChaosProxy(postgres.port, random),
  ]);
  move = (port) => {
    toRedis.setTarget(port);
    toRedis.cut();
  };
  const direct = database.href;
  database.port = String(toPostgres.port);
  const front = await startChaosProxy(0, random);
  const env = {
    DATABASE_URL: database.href,
    REDIS_URL: `redis://127.0.0.1:${toRedis.port}`,
    ARTEL_SECRET: SECRET,
    BASE_URL: `http://127.0.0.1:${front.port}`,
    WSS_URL: `ws://127.0.0.1:${front.port}/ws`,
    TRUSTED_PROXIES: "127.0.0.1",
    RATE_LIMIT: UNLIMITED,
    AUTH_RATE_LIMIT: UNLIMITED,
    TENANT_RATE_LIMIT: UNLIMITED,
    MAX_SOCKETS_PER_USER: "1000",
    MAX_SOCKETS_PER_ADDRESS: "100000",
    LOG_LEVEL: "warn",
  };
  const api = (name: string) => nodeOf(name, (port) => startApi({ env: { ...env, PORT: String(port) } }));
  const wss = (name: string) => nodeOf(name, (port) => startWss({ env: { ...env, WSS_PORT: String(port) } }));
  // The first process migrates the database.
  const first = await api("api 1");
  const [second, ...sockets] = await Promise.all([api("api 2"), wss("wss 1"), wss("wss 2"), wss("wss 3")]);
  const apis = [first, second];
  front.setTarget(
    await startHaproxy(
      apis.map(({ port }) => port),
      sockets.map(({ port }) => port),
    ),
  );
  const query = async <Row>(text: string, values: readonly unknown[] = []): Promise<Row[]> => {
    const client = new PostgresClient({ connectionString: direct });
    await client.connect();
    try {
      return (await client.query(text, [...values])).rows as Row[];
    } finally {
      await client.end();
    }
  };
  own(() => {
    for (const { resume } of [...apis, ...sockets]) resume();
    redis.resume();
  });
  return { apis, sockets, url: `http://127.0.0.1:${front.port}`, front, toRedis, toPostgres, redis, postgres, query };
};
