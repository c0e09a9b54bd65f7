import type { Node, World } from "./world.ts";

/** A temporary fault. When the promise resolves it is over and everything runs again. */
export type Fault = {
  readonly name: string;
  /** Redis answers nothing during the fault. */
  readonly takesRedis?: true;
  run(world: World, dice: Dice): Promise<void>;
};

export type Dice = {
  /** At least 0, below 1. */
  readonly random: () => number;
  /** Sleeps between `least` and `most` milliseconds. */
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

const killAndRestart = async (node: Node, { pause }: Dice): Promise<void> => {
  await node.kill();
  await pause(200, 2_000);
  await node.start();
};

const freezeFor = async (node: Pick<Node, "pause" | "resume">, { pause }: Dice): Promise<void> => {
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
  { name: "a socket node dies", run: (world, dice) => killAndRestart(dice.one(world.sockets), dice) },
  { name: "a REST node dies", run: (world, dice) => killAndRestart(dice.one(world.apis), dice) },
  {
    name: "all socket nodes die at once",
    run: async (world, dice) => void (await Promise.all(world.sockets.map((node) => killAndRestart(node, dice)))),
  },
  { name: "a socket node freezes", run: (world, dice) => freezeFor(dice.one(world.sockets), dice) },
  { name: "a REST node freezes", run: (world, dice) => freezeFor(dice.one(world.apis), dice) },
  { name: "Redis freezes", takesRedis: true, run: ({ redis }, dice) => freezeFor(redis, dice) },
  {
    name: "Redis dies and restarts from its file",
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
    name: "the connection to Redis is cut",
    takesRedis: true,
    run: async ({ toRedis }, { pause }) => {
      toRedis.setConditions({ refuses: true });
      toRedis.cut();
      await pause(500, 3_000);
      toRedis.setConditions({ refuses: false });
    },
  },
  {
    name: "traffic from Redis is lost",
    takesRedis: true,
    run: async ({ toRedis }, { pause, one }) => {
      toRedis.setConditions({ swallows: one(["to-client", "everything"] as const) });
      await pause(1_000, 6_000);
      toRedis.setConditions({ swallows: "nothing" });
    },
  },
  {
    name: "the connection to Redis is slow",
    run: async ({ toRedis }, { pause }) => {
      toRedis.setConditions({ delayMs: 150 });
      await pause(1_000, 4_000);
      toRedis.setConditions({ delayMs: 0 });
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
  { name: "the connections to Postgres are cut", run: async ({ toPostgres }) => toPostgres.cut() },
  {
    name: "traffic from Postgres is lost",
    run: async ({ toPostgres }, { pause, one }) => {
      toPostgres.setConditions({ swallows: one(["to-client", "everything"] as const) });
      await pause(1_000, 4_000);
      toPostgres.setConditions({ swallows: "nothing" });
    },
  },
  { name: "the clients' connections are cut", run: async ({ front }, { random }) => front.cut(random()) },
  {
    name: "the clients' connections are closed at one end",
    run: async ({ front }, { random }) => front.halfClose(random()),
  },
  {
    name: "the clients' connections are slow",
    run: async ({ front }, { pause }) => {
      front.setConditions({ delayMs: 250 });
      await pause(1_000, 4_000);
      front.setConditions({ delayMs: 0 });
    },
  },
  {
    name: "the clients' connections lose traffic",
    run: async ({ front }, { pause, one }) => {
      front.setConditions({ swallows: one(["to-server", "to-client", "everything"] as const) });
      await pause(1_000, 4_000);
      front.setConditions({ swallows: "nothing" });
    },
  },
  {
    name: "no client can connect",
    run: async ({ front }, { pause }) => {
      front.setConditions({ refuses: true });
      front.cut();
      await pause(500, 3_000);
      front.setConditions({ refuses: false });
    },
  },
];
