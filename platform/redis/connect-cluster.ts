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
 * Connects to a cluster through seed URLs. User name, password and TLS of the first URL apply to all nodes: nodes that
 * the cluster announces, or that take over later, come without a URL that would contain them.
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
