import { type Listener, startListener } from "./listener.ts";
import type { Publisher } from "./publishers.ts";
import { startRedis } from "./redis.ts";
import type { Contestant, RunningServer } from "./servers.ts";

/** A fresh server with its own Redis and listener. */
export type Trial = {
  readonly server: RunningServer;
  readonly listener: Listener;
  readonly publisher: Publisher;
  /** Opens one socket per entry of `tenants`. */
  readonly connect: (tenants: readonly string[]) => Promise<void>;
};

/** Runs `work` on a fresh server and stops everything afterwards. */
export const withTrial = async <Result>(
  contestant: Contestant,
  tenants: readonly string[],
  profiles: string | null,
  work: (trial: Trial) => Promise<Result>,
): Promise<Result> => {
  const stops: (() => Promise<void>)[] = [];
  try {
    const redis = await startRedis();
    stops.push(redis.stop);
    const publisher = contestant.createPublisher(redis.url);
    stops.push(publisher.close);
    for (const tenantId of tenants) await publisher.open(tenantId);
    const server = await contestant.start({ redisUrl: redis.url, profiles });
    stops.push(server.stop);
    const listener = await startListener();
    stops.push(listener.stop);
    return await work({
      server,
      listener,
      publisher,
      connect: async (each) =>
        listener.connect({
          port: server.port,
          protocol: contestant.protocol,
          sockets: await contestant.joinMessages(each),
        }),
    });
  } finally {
    // The listener first, so that the server has no thousands of sockets to drain.
    for (const stop of stops.reverse()) await stop();
  }
};

/** Assigns `count` sockets to the tenants, round-robin. */
export const spread = (tenants: readonly string[], count: number): string[] =>
  Array.from({ length: count }, (_, index) => tenants[index % tenants.length] ?? "");

export const newTenants = (count: number): string[] => Array.from({ length: count }, () => Bun.randomUUIDv7());
