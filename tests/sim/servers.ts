import { sql } from "kysely";
import { createEnds } from "../../api/auth/ends.ts";
import type { Config } from "../../platform/config/config.ts";
import type { Db } from "../../platform/db/db.ts";
import { createConsumers } from "../../platform/events/consumers.ts";
import { createFeedHub } from "../../platform/events/feed-hub.ts";
import { type Relay, startRelay } from "../../platform/events/relay.ts";
import { startRetention, trimOnce } from "../../platform/events/retention.ts";
import type { Log } from "../../platform/log/log.ts";
import type { Metrics } from "../../platform/metrics/metrics.ts";
import type { PubSubProvider } from "../../platform/pubsub/provider.ts";
import { createRedisPubSub } from "../../platform/pubsub/redis.ts";
import { eventDataIssues } from "../../shared/events.ts";
import { createRealtimeServer, type RealtimeServer } from "../../wss/server.ts";
import type { SimDatabase } from "./database.ts";
import { SimProcess } from "./process.ts";
import type { RedisLink } from "./redis-connection.ts";
import type { Rest } from "./rest.ts";
import type { Scheduler } from "./scheduler.ts";
import { SimBun } from "./sockets.ts";
import { simTokens } from "./tokens.ts";

/** A process's way to Redis outlives the process: a network that is broken stays so. */
export type Machine = { readonly name: string; readonly link: RedisLink };

export type ServerDeps = {
  readonly scheduler: Scheduler;
  readonly log: Log;
  readonly metrics: Metrics;
  newId(): string;
  userOf(sid: string): string | null;
};

export type ApiServer = {
  readonly process: SimProcess;
  readonly pubsub: PubSubProvider;
  readonly relay: Relay;
  readonly db: Db;
  /** Whether it listens already. */
  isReady: boolean;
  fetch(request: Request): Promise<Response>;
  /** Deletes the events that are too old, without waiting for retention's turn. */
  trim(): void;
  /** Ends as SIGTERM does. */
  stop(): Promise<void>;
};

/**
 * A process with the database: REST, relay, retention, and in some worlds a log consumer that writes down what it
 * takes.
 */
export const startApiServer = (
  deps: ServerDeps,
  machine: Machine & {
    readonly rest: Rest;
    readonly database: SimDatabase;
    readonly hasConsumer: boolean;
    handlerFails(): boolean;
  },
): ApiServer => {
  const { scheduler, log, metrics, newId } = deps;
  const process = new SimProcess(machine.name, scheduler);
  const { clock } = process;
  const db = machine.database.open(process);
  // The connections find their process by its name, at once.
  current.set(machine.name, { process, link: machine.link });
  const pubsub = createRedisPubSub({ urls: [`redis://${machine.name}`], log, clock, metrics });
  const relay = startRelay({ db, pubsub, clock, log, metrics, random: scheduler.random, newEpoch: newId });
  const consumers = createConsumers({ db, clock, log, metrics, random: scheduler.random });
  if (machine.hasConsumer) {
    consumers
      .start("effects", async (tx, { tenantId, epoch, seq }) => {
        await sql`insert into effects (tenant_id, epoch, seq) values (${tenantId}, ${epoch}, ${seq})`.execute(tx);
        if (machine.handlerFails()) throw new Error("the handler of the consumer fails");
      })
      .catch(() => {});
  }
  const nudge: Relay["nudge"] = (tenantId, committed) => {
    relay.nudge(tenantId, committed);
    consumers.nudge(tenantId);
  };
  const feeds = createFeedHub({ pubsub, clock, log, metrics, validateData: eventDataIssues, random: scheduler.random });
  const stopRetention = startRetention({ db, clock, log });
  machine.rest.serve({
    db,
    clock,
    log,
    relay: { ...relay, nudge },
    pubsub,
    feeds,
    metrics,
    newId,
    newSecretId: () => `${newId().slice(0, 14)}4${newId().slice(15)}`,
    tokens: simTokens(clock),
    config: { wssUrl: "ws://sim", mode: "api", maxSocketsPerUser: 50 } as Config,
    origins: { baseUrl: "http://sim", trusted: new Set(["http://sim"]) },
    userOf: deps.userOf,
    ends: createEnds({ pubsub, clock, log }),
  });
  const server: ApiServer = {
    process,
    pubsub,
    relay,
    db,
    isReady: false,
    fetch: machine.rest.fetch,
    trim: () => {
      trimOnce(db, clock.now()).catch(() => {});
    },
    stop: async () => {
      machine.rest.endStreams();
      await stopRetention();
      await consumers.stop();
      await relay.stop();
      await feeds.close();
      await pubsub.close();
      process.kill();
    },
  };
  void relay.compared.then(() => {
    server.isReady = true;
  });
  return server;
};

export type WssServer = {
  readonly process: SimProcess;
  readonly realtime: RealtimeServer;
  readonly bun: SimBun;
  stop(): Promise<void>;
};

const DRAIN_MS = 5_000;

/** A node of the WebSocket server: no database. */
export const startWssServer = (deps: ServerDeps, machine: Machine): WssServer => {
  const { scheduler, log, metrics, newId } = deps;
  const process = new SimProcess(machine.name, scheduler);
  const { clock } = process;
  current.set(machine.name, { process, link: machine.link });
  const pubsub = createRedisPubSub({ urls: [`redis://${machine.name}`], log, clock, metrics });
  const hub = createFeedHub({ pubsub, clock, log, metrics, validateData: eventDataIssues, random: scheduler.random });
  const realtime = createRealtimeServer({
    hub,
    pubsub,
    tokens: simTokens(clock),
    clock,
    random: scheduler.random,
    log,
    metrics,
    newId,
    isTrustedOrigin: () => true,
    limits: {
      socketRateLimit: { points: 100, seconds: 10 },
      maxSocketsPerUser: 50,
      maxSocketsPerAddress: 1_000,
    },
  });
  const bun = new SimBun(process, realtime.websocket);
  realtime.attach(bun);
  return {
    process,
    realtime,
    bun,
    stop: async () => {
      await realtime.drain(DRAIN_MS);
      await hub.close();
      await pubsub.close();
      process.kill();
    },
  };
};

/** The newest process of each machine. */
export const current = new Map<string, { readonly process: SimProcess; readonly link: RedisLink }>();
