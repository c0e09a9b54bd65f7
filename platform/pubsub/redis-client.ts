import { Cluster, Redis, type RedisOptions } from "ioredis";
import { equalJitter } from "../clock/backoff.ts";
import type { Clock } from "../clock/clock.ts";
import type { Log } from "../log/log.ts";
import { connectCluster } from "../redis/connect-cluster.ts";
import { withRedisTimeout } from "../redis/unavailable.ts";
import type { Script } from "./redis-scripts.ts";

/** The timeout of every Redis command, in milliseconds. */
export const DEADLINE_MS = 2_000;
const RETRY = { first: 25, most: 1_000 };

const PER_NODE = {
  protocol: 2,
  autoResendUnfulfilledCommands: false,
  maxRetriesPerRequest: 0,
  connectTimeout: DEADLINE_MS,
  keepAlive: 10_000,
} as const satisfies RedisOptions;

export type RedisClientDeps = {
  readonly urls: readonly string[];
  readonly clock: Clock;
  readonly log: Log;
  readonly random?: () => number;
};

export type RedisClients = {
  readonly commands: Redis | Cluster;
  readonly subscriber: Redis | Cluster;
  readonly isCluster: boolean;
  /** The known master of each cluster slot; empty without a cluster. */
  slotOwners(): readonly (string | undefined)[];
  /** Waits for a connection and runs the command; rejects with RedisUnavailableError after DEADLINE_MS in total. */
  run<Answer>(command: (client: Redis | Cluster) => Promise<Answer>): Promise<Answer>;
  script(script: Script, keys: readonly string[], args: readonly string[]): Promise<unknown>;
  /** Drops both connections and connects again. */
  reconnect(): void;
  close(): void;
};

/** Opens one connection for commands and one for subscriptions; to a cluster when there are several `urls`. */
export const createRedisClients = (deps: RedisClientDeps): RedisClients => {
  const { urls, clock, log, random = Math.random } = deps;
  const options = {
    ...PER_NODE,
    // `run` waits with a deadline. ioredis's offline queue would send stale commands whenever Redis comes back.
    enableOfflineQueue: false,
    // RedisSubscriptions resubscribes itself, to know when all subscriptions are active again.
    autoResubscribe: false,
    retryStrategy: (times: number) => equalJitter(times, random, RETRY),
  } satisfies RedisOptions;
  const isCluster = urls.length > 1;
  const connect = (): Redis | Cluster => (isCluster ? connectNodes(urls) : new Redis(urls[0] ?? "", options));
  const commands = connect();
  const subscriber = connect();
  logAvailability(commands, urls, log);
  subscriber.on("error", (err: Error) => log.debug({ err }, "the connection for subscriptions failed"));
  const whenReady = createReadiness(commands);

  const run = async <Answer>(command: (client: Redis | Cluster) => Promise<Answer>): Promise<Answer> => {
    const deadline = clock.now() + DEADLINE_MS;
    if (commands.status !== "ready") await withRedisTimeout(clock, whenReady(), DEADLINE_MS);
    return withRedisTimeout(clock, command(commands), Math.max(1, deadline - clock.now()));
  };

  return {
    commands,
    subscriber,
    isCluster,
    slotOwners: () => (commands instanceof Cluster ? commands.slots.map(([master]) => master) : []),
    run,
    script: (script, keys, args) =>
      run(async (client) => {
        try {
          return await client.evalsha(script.sha, keys.length, ...keys, ...args);
        } catch (error) {
          // A restarted Redis has lost its script cache.
          if (!(error instanceof Error) || !error.message.startsWith("NOSCRIPT")) throw error;
          return client.eval(script.text, keys.length, ...keys, ...args);
        }
      }),
    reconnect: () => {
      commands.disconnect(true);
      subscriber.disconnect(true);
    },
    close: () => {
      commands.disconnect();
      subscriber.disconnect();
    },
  };
};

const connectNodes = (urls: readonly string[]): Cluster =>
  connectCluster(urls, {
    enableOfflineQueue: false,
    shardedSubscribers: true,
    clusterRetryStrategy: (times) => Math.min(RETRY.most, 50 * times),
    // ioredis's cluster subscribers follow slots that move.
    redisOptions: { ...PER_NODE, autoResubscribe: true },
  });

/** Logs once when Redis becomes unavailable and once when it is back. */
const logAvailability = (client: Redis | Cluster, urls: readonly string[], log: Log): void => {
  const address = urls.map(withoutSecrets).join(", ");
  let isAway = false;
  const away = (reason: string) => {
    if (isAway || client.status === "end") return;
    isAway = true;
    log.warn({ reason }, `Redis is away at ${address}: no events until it is back`);
  };
  client.on("error", (error: Error) => away(error.message));
  client.on("close", () => away("the connection is lost"));
  client.on("ready", () => {
    if (isAway) log.info(`Redis is back at ${address}`);
    isAway = false;
  });
};

const withoutSecrets = (url: string): string => {
  const { protocol, host } = new URL(url);
  return `${protocol}//${host}`;
};

/** Shares one `ready` promise: a listener per waiting command would leak until Redis is back. */
const createReadiness = (client: Redis | Cluster): (() => Promise<void>) => {
  let readiness = Promise.withResolvers<void>();
  client.on("ready", () => {
    readiness.resolve();
    readiness = Promise.withResolvers<void>();
  });
  return () => (client.status === "ready" ? Promise.resolve() : readiness.promise);
};
