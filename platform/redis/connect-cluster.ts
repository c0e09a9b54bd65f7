import { Cluster, type ClusterOptions, type RedisOptions } from "ioredis";

type PerNode = Pick<
  RedisOptions,
  | "protocol"
  | "autoResendUnfulfilledCommands"
  | "autoResubscribe"
  | "maxRetriesPerRequest"
  | "connectTimeout"
  | "socketTimeout"
  | "keepAlive"
>;

/**
 * A cluster by some of its nodes' addresses. Name, password and TLS of the first one serve for all nodes: those that
 * the cluster itself names, or that take over later, have no address that says them.
 */
export const connectCluster = (
  urls: readonly string[],
  { redisOptions, ...options }: Omit<ClusterOptions, "redisOptions"> & { readonly redisOptions: PerNode },
): Cluster => {
  const seeds = urls.map((url) => new URL(url));
  const first = seeds[0];
  return new Cluster(
    seeds.map(({ hostname, port }) => ({ host: hostname, port: port === "" ? 6379 : Number(port) })),
    {
      ...options,
      redisOptions: {
        ...redisOptions,
        ...(first?.username ? { username: decodeURIComponent(first.username) } : {}),
        ...(first?.password ? { password: decodeURIComponent(first.password) } : {}),
        ...(first?.protocol === "rediss:" ? { tls: {} } : {}),
      },
    },
  );
};
