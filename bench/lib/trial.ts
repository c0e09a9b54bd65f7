import { type Listener, startListener } from "./listener.ts";
import type { Publisher } from "./publishers.ts";
import { startRedis } from "./redis.ts";
import type { Contestant, RunningServer } from "./servers.ts";

/** One server with a Redis and a listener of its own, and nothing left from whoever had its turn before. */
export type Trial = {
  readonly server: RunningServer;
  readonly listener: Listener;
  readonly publisher: Publisher;
  /** Opens sockets; `tenants` has one entry for each. */
  readonly connect: (tenants: readonly string[]) => Promise<void>;
};

/** Runs `work` on a fresh server and ends everything behind it. */
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
          sockets: await contestant.hellos(each),
        }),
    });
  } finally {
    // The listener first: a server that drains thousands of sockets is no part of any figure.
    for (const stop of stops.reverse()) await stop();
  }
};

/** `count` sockets over the tenants, in turn. */
export const spread = (tenants: readonly string[], count: number): string[] =>
  Array.from({ length: count }, (_, index) => tenants[index % tenants.length] ?? "");

export const newTenants = (count: number): string[] => Array.from({ length: count }, () => Bun.randomUUIDv7());
