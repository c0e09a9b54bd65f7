import { KEPT_DAYS } from "../../platform/events/retention.ts";
import { type Action, anyPage } from "./actions.ts";
import type { ApiServer } from "./servers.ts";
import { STORAGE_FAULTS } from "./storage-faults.ts";
import { serversOf, type World } from "./world.ts";

const RESTART_MS = 4_000;
const DAY_MS = 24 * 60 * 60_000;

const later = (world: World, ms: number, run: () => void): void => {
  world.scheduler.after(world.scheduler.between(50, ms), world.pendingFaults, run);
};

const anyOpen = <Line extends { readonly isOpen: boolean }>(world: World, lines: Iterable<Line>): Line | undefined =>
  world.scheduler.pick([...lines].filter(({ isOpen }) => isOpen));

/** What goes wrong. Each run meets some kinds of it, and not always the same. */
export const FAULTS: readonly Action[] = [
  ...STORAGE_FAULTS,
  {
    name: "socket cut",
    weight: 8,
    run: (world) => {
      const connection = anyOpen(world, world.connections);
      if (connection === undefined) return;
      world.trace.fault("sockets cut");
      connection.cut();
    },
  },
  {
    name: "socket stalled",
    weight: 6,
    run: (world) => {
      const connection = anyOpen(world, world.connections);
      const way = world.scheduler.pick(["up", "down", "both"] as const);
      if (connection === undefined || way === undefined) return;
      world.trace.fault("sockets stalled", way);
      connection.stall(way);
      const isCut = world.scheduler.chance(0.4);
      later(world, 15_000, () => (isCut ? connection.cut() : connection.resume()));
    },
  },
  {
    name: "stream cut",
    weight: 4,
    run: (world) => {
      const stream = anyOpen(world, world.streams);
      if (stream === undefined) return;
      world.trace.fault("streams cut");
      stream.cut();
    },
  },
  {
    name: "stream stalled",
    weight: 4,
    run: (world) => {
      const stream = anyOpen(world, world.streams);
      if (stream === undefined) return;
      world.trace.fault("streams stalled");
      stream.line.isStalled = true;
      const isCut = world.scheduler.chance(0.4);
      later(world, 15_000, () => (isCut ? stream.cut() : world.letFlow(stream)));
    },
  },
  {
    name: "middlebox",
    weight: 5,
    run: (world) => {
      const { scheduler, middleboxes } = world;
      const browser = anyPage(world)?.browser;
      if (browser === undefined || middleboxes.has(browser)) return;
      const streams = scheduler.chance(0.7) ? "passed" : scheduler.pick(["buffered", "refused"] as const);
      const refusesSockets = streams === "passed" || scheduler.chance(0.8);
      if (streams === undefined) return;
      world.trace.fault(`middleboxes: sockets ${refusesSockets ? "refused" : "passed"}, streams ${streams}`);
      middleboxes.set(browser, { refusesSockets, streams });
      for (const connection of world.connectionsOf(browser)) if (refusesSockets) connection.cut();
      for (const stream of world.streamsOf(browser)) if (streams !== "passed") stream.cut();
      if (scheduler.chance(0.5)) later(world, 30_000, () => middleboxes.delete(browser));
    },
  },
  {
    name: "node killed",
    weight: 4,
    run: (world) => {
      const node = world.scheduler.pick(world.nodes);
      if (!node?.server?.process.alive) return;
      const isAnnounced = world.scheduler.chance(0.6);
      world.trace.fault(isAnnounced ? "nodes killed" : "nodes gone silently", node.name);
      const { server } = node;
      server.process.kill();
      for (const connection of server.bun.connections) connection.nodeDied(isAnnounced);
      later(world, RESTART_MS, () => world.startNode(node));
    },
  },
  {
    name: "node stopped",
    weight: 2,
    run: (world) => {
      const node = world.scheduler.pick(world.nodes);
      if (!node?.server?.process.alive) return;
      world.trace.fault("nodes stopped", node.name);
      void node.server.stop();
      node.server = null;
      later(world, RESTART_MS, () => world.startNode(node));
    },
  },
  {
    name: "api killed",
    weight: 5,
    run: (world) => {
      const api = world.scheduler.pick(world.apis);
      if (!api?.server?.process.alive) return;
      world.trace.fault("apis killed", api.name);
      api.server.process.kill();
      later(world, RESTART_MS, () => world.startApi(api));
    },
  },
  {
    name: "api stopped",
    weight: 2,
    run: (world) => {
      const api = world.scheduler.pick(world.apis);
      if (!api?.server?.process.alive) return;
      world.trace.fault("apis stopped", api.name);
      const { server } = api;
      api.server = null;
      void server.stop();
      later(world, RESTART_MS, () => world.startApi(api));
    },
  },
  {
    name: "redis restarted",
    weight: 3,
    run: (world) => {
      if (!world.redisWorld.isUp || world.mustKeepRedis()) return;
      const data = world.scheduler.pick(["kept", "lost", "older"] as const);
      world.trace.fault(`redis restarts, data ${data}`);
      world.redisWorld.isUp = false;
      for (const connection of [...world.redisConnections]) connection.cut();
      if (data === "lost") world.redis.flush();
      if (data === "older" && world.redisCopy !== null) world.redis.restore(world.redisCopy);
      later(world, RESTART_MS, () => {
        world.redisWorld.isUp = true;
      });
    },
  },
  {
    name: "redis takes no writes",
    weight: 2,
    run: (world) => {
      if (world.redis.isReadOnly) return;
      world.trace.fault("redis takes no writes");
      world.redis.isReadOnly = true;
      later(world, 15_000, () => {
        world.redis.isReadOnly = false;
      });
    },
  },
  {
    name: "redis emptied",
    weight: 2,
    run: (world) => {
      if (world.mustKeepRedis()) return;
      world.trace.fault("redis emptied");
      world.redis.flush();
    },
  },
  {
    name: "redis restored",
    weight: 2,
    run: (world) => {
      if (world.redisCopy === null || world.mustKeepRedis()) return;
      world.trace.fault("redis restored");
      world.redis.restore(world.redisCopy);
      if (world.scheduler.chance(0.5)) for (const connection of [...world.redisConnections]) connection.cut();
    },
  },
  {
    name: "redis copied",
    weight: 3,
    run: (world) => {
      world.redisCopy = world.redis.save();
    },
  },
  {
    name: "redis trimmed",
    weight: 1,
    run: (world) => {
      world.trace.fault("redis trimmed");
      world.redis.trim(world.scheduler.random());
    },
  },
  {
    name: "bus connection cut",
    weight: 3,
    run: (world) => {
      world.trace.fault("bus connections cut");
      world.scheduler.pick([...world.redisConnections])?.cut();
    },
  },
  {
    name: "bus hole",
    weight: 3,
    run: (world) => {
      const machine = world.scheduler.pick([...world.apis, ...world.nodes]);
      if (machine === undefined || world.mustKeepRedis()) return;
      world.trace.fault("bus holes", machine.name);
      machine.link.isHole = true;
      later(world, 8_000, () => {
        machine.link.isHole = false;
      });
    },
  },
  {
    name: "deaf subscription",
    weight: 3,
    run: (world) => {
      const machine = world.scheduler.pick([...world.apis, ...world.nodes]);
      if (machine === undefined) return;
      world.trace.fault("deaf subscriptions", machine.name);
      machine.link.isDeaf = true;
      later(world, 12_000, () => {
        machine.link.isDeaf = false;
      });
    },
  },
  {
    name: "bus loses",
    weight: 4,
    run: (world) => {
      const { busFaults, scheduler } = world;
      busFaults.lost = scheduler.chance(0.5) ? scheduler.random() * 0.6 : 0;
      busFaults.doubled = scheduler.chance(0.5) ? scheduler.random() * 0.6 : 0;
      busFaults.delay = scheduler.chance(0.5) ? scheduler.between(0, 400) : 0;
      world.trace.note(`! the bus: ${JSON.stringify(busFaults)}`);
    },
  },
  {
    name: "requests fail",
    weight: 4,
    run: (world) => {
      const { httpFaults, scheduler } = world;
      httpFaults.lostRequests = scheduler.random() * 0.3;
      httpFaults.lostAnswers = scheduler.random() * 0.3;
      httpFaults.delay = scheduler.chance(0.5) ? scheduler.between(0, 3_000) : 0;
      world.trace.note(`! requests: ${JSON.stringify(httpFaults)}`);
    },
  },
  {
    name: "slow sockets",
    weight: 2,
    run: (world) => {
      for (const connection of world.connections) {
        connection.down.delay = world.scheduler.between(0, 800);
        connection.up.delay = world.scheduler.between(0, 800);
      }
    },
  },
  {
    name: "page offline",
    weight: 3,
    run: (world) => {
      const browser = anyPage(world)?.browser;
      if (browser === undefined) return;
      world.goOffline(browser);
      later(world, 20_000, () => world.goOnline(browser));
    },
  },
  {
    name: "log trimmed",
    weight: 2,
    run: (world) => {
      const api = world.scheduler.pick(serversOf<ApiServer>(world.apis));
      if (api === undefined) return;
      world.trace.fault("logs trimmed");
      const { seq } = world.head;
      // Longer ago than retention waits even for consumers, or only than it keeps events for clients.
      const isLong = world.scheduler.chance(0.3);
      if (isLong || !world.hasCursor()) world.mayMissEvents = true;
      const at = isLong ? "2020" : new Date(world.scheduler.now - (KEPT_DAYS + 1) * DAY_MS).toISOString();
      world.database.run("update events set at = ? where seq <= ?", at, world.scheduler.between(seq - 30, seq + 1));
      api.trim();
    },
  },
  {
    name: "database copied",
    weight: 14,
    run: (world) => {
      if (serversOf(world.apis).length === 0) return;
      world.databaseCopy = { rows: world.database.save(), ...world.head };
    },
  },
  { name: "database restored", weight: 14, run: (world) => restoreDatabase(world) },
];

/**
 * Stops all with the database, puts an older copy in its place and starts them again. Redis notices by itself if it
 * knows more of that history; otherwise the teams get a new epoch by hand, as operations.md says.
 */
const restoreDatabase = (world: World): void => {
  const copy = world.databaseCopy;
  const { head } = world;
  if (copy === null || world.mustKeepRedis() || (copy.epoch === head.epoch && copy.seq === head.seq)) return;
  const known = world.redisHead();
  const isNoticed =
    known?.epoch === head.epoch &&
    known.seq >= head.seq &&
    world.redisWorld.isUp &&
    world.apis.every(({ link }) => !link.isHole);
  world.trace.fault("databases restored", `${head.seq} to ${copy.seq}, ${isNoticed ? "noticed" : "by hand"}`);
  for (const { process } of world.databaseUsers) process.kill();
  world.databaseCopy = null;
  world.database.restore(copy.rows);
  world.keepSessions();
  world.forgetUndone();
  if (isNoticed) {
    world.unnoticed = copy.epoch;
  } else {
    const { teamId } = world.setup.fixture;
    const epoch = world.newId();
    world.database.run("update tenant_heads set epoch = ?, epoch_base = seq where tenant_id = ?", epoch, teamId);
    world.database.run("delete from idempotency_keys");
    world.acknowledged = [];
    world.ledger.forgotten();
  }
  world.recordCommit();
  for (const api of world.apis) world.startApi(api);
};
