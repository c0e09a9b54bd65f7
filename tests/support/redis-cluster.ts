import { Redis } from "ioredis";
import { freePort } from "./ports.ts";
import { type Redis as Service, startRedis } from "./services.ts";

const SLOTS = 16_384;

/** Starts a cluster of this many masters, each with a share of the slots; all require `password` if it is given. */
export const startRedisCluster = async (masters: number, password?: string): Promise<Service[]> => {
  const secret = password === undefined ? [] : ["--requirepass", password, "--masterauth", password];
  const start = () => startRedis(["--cluster-enabled", "yes", "--cluster-port", String(freePort()), ...secret]);
  const members: Service[] = [];
  for (let count = 0; count < masters; count += 1) members.push(await start());
  const admins = members.map(
    ({ url }) => new Redis(url, { protocol: 2, ...(password === undefined ? {} : { password }) }),
  );
  const [first] = admins;
  if (first === undefined) throw new Error("a cluster has a master");
  for (const [index, admin] of admins.entries()) {
    const from = Math.floor((index * SLOTS) / masters);
    const to = Math.floor(((index + 1) * SLOTS) / masters) - 1;
    await admin.call("CLUSTER", "ADDSLOTSRANGE", String(from), String(to));
    if (admin === first) continue;
    const busPort = String(((await admin.call("CONFIG", "GET", "cluster-port")) as string[])[1]);
    await first.call("CLUSTER", "MEET", "127.0.0.1", String(members[index]?.port), busPort);
  }
  const isWhole = new RegExp(`cluster_state:ok[\\s\\S]*cluster_known_nodes:${masters}`);
  for (const admin of admins) {
    while (!isWhole.test(String(await admin.call("CLUSTER", "INFO"))));
    admin.disconnect();
  }
  return members;
};
