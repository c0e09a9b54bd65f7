import type { Node, World } from "./world.ts";

/** One thing that goes wrong for a while. It is over, and everything runs again, when the promise resolves. */
export type Fault = {
  readonly name: string;
  /** Redis answers nobody meanwhile. */
  readonly takesRedis?: true;
  run(world: World, dice: Dice): Promise<void>;
};

export type Dice = {
  /** At least 0, below 1. */
  readonly random: () => number;
  /** A while between the two, in milliseconds. */
  readonly pause: (least: number, most: number) => Promise<void>;
  readonly one: <Item>(items: readonly Item[]) => Item;
};

export const diceOf = (random: () => number): Dice => ({
  random,
  pause: (least, most) => Bun.sleep(least + random() * (most - least)),
  one: (items) => {
    const item = items[Math.floor(random() * items.length)];
    if (item === undefined) throw new Error("nothing to choose from");
    return item;
  },
});

const killed = async (node: Node, { pause }: Dice): Promise<void> => {
  await node.kill();
  await pause(200, 2_000);
  await node.start();
};

const frozen = async (node: Pick<Node, "pause" | "resume">, { pause }: Dice): Promise<void> => {
  node.pause();
  await pause(500, 4_000);
  node.resume();
};

const commandOf = async ({ redis }: World, ...command: [string, ...string[]]): Promise<void> => {
  const client = redis.open();
  try {
    await client.call(...command);
  } finally {
    client.disconnect();
  }
};

export const FAULTS: readonly Fault[] = [
  { name: "a socket node dies", run: (world, dice) => killed(dice.one(world.sockets), dice) },
  { name: "a REST node dies", run: (world, dice) => killed(dice.one(world.apis), dice) },
  {
    name: "all socket nodes die at once",
    run: async (world, dice) => void (await Promise.all(world.sockets.map((node) => killed(node, dice)))),
  },
  { name: "a socket node freezes", run: (world, dice) => frozen(dice.one(world.sockets), dice) },
  { name: "a REST node freezes", run: (world, dice) => frozen(dice.one(world.apis), dice) },
  { name: "Redis freezes", takesRedis: true, run: ({ redis }, dice) => frozen(redis, dice) },
  {
    name: "Redis dies and comes back with what its file held",
    takesRedis: true,
    run: async ({ redis }, { pause }) => {
      await redis.kill();
      await pause(500, 4_000);
      await redis.restart();
    },
  },
  { name: "Redis is emptied", run: (world) => commandOf(world, "FLUSHALL") },
  { name: "Redis ends all its connections", run: (world) => commandOf(world, "CLIENT", "KILL", "TYPE", "normal") },
  { name: "Redis ends all subscribers", run: (world) => commandOf(world, "CLIENT", "KILL", "TYPE", "pubsub") },
  {
    name: "an older file of Redis is restored",
    takesRedis: true,
    run: async ({ redis }, { pause }) => {
      await redis.keepFile();
      await pause(500, 3_000);
      await redis.restoreFile();
    },
  },
  { name: "the replica of Redis is promoted", takesRedis: true, run: ({ redis }) => redis.promote() },
  {
    name: "the line to Redis is cut",
    takesRedis: true,
    run: async ({ toRedis }, { pause }) => {
      toRedis.setWeather({ refuses: true });
      toRedis.cut();
      await pause(500, 3_000);
      toRedis.setWeather({ refuses: false });
    },
  },
  {
    name: "Redis is not heard any more",
    takesRedis: true,
    run: async ({ toRedis }, { pause, one }) => {
      toRedis.setWeather({ swallows: one(["to-client", "everything"] as const) });
      await pause(1_000, 6_000);
      toRedis.setWeather({ swallows: "nothing" });
    },
  },
  {
    name: "the line to Redis is slow",
    run: async ({ toRedis }, { pause }) => {
      toRedis.setWeather({ delayMs: 150 });
      await pause(1_000, 4_000);
      toRedis.setWeather({ delayMs: 0 });
    },
  },
  {
    name: "Postgres crashes and recovers",
    run: async ({ postgres }, { pause }) => {
      await postgres.kill();
      await pause(200, 2_000);
      await postgres.restart();
    },
  },
  { name: "the lines to Postgres are cut", run: async ({ toPostgres }) => toPostgres.cut() },
  {
    name: "Postgres is not heard any more",
    run: async ({ toPostgres }, { pause, one }) => {
      toPostgres.setWeather({ swallows: one(["to-client", "everything"] as const) });
      await pause(1_000, 4_000);
      toPostgres.setWeather({ swallows: "nothing" });
    },
  },
  { name: "the clients' lines are cut", run: async ({ front }, { random }) => front.cut(random()) },
  { name: "the clients' lines are closed at one end", run: async ({ front }, { random }) => front.halfClose(random()) },
  {
    name: "the clients' lines are slow",
    run: async ({ front }, { pause }) => {
      front.setWeather({ delayMs: 250 });
      await pause(1_000, 4_000);
      front.setWeather({ delayMs: 0 });
    },
  },
  {
    name: "the clients' lines swallow",
    run: async ({ front }, { pause, one }) => {
      front.setWeather({ swallows: one(["to-server", "to-client", "everything"] as const) });
      await pause(1_000, 4_000);
      front.setWeather({ swallows: "nothing" });
    },
  },
  {
    name: "no client gets in",
    run: async ({ front }, { pause }) => {
      front.setWeather({ refuses: true });
      front.cut();
      await pause(500, 3_000);
      front.setWeather({ refuses: false });
    },
  },
];
