import { Client } from "pg";
import { fullJitter } from "../clock/backoff.ts";
import type { Clock } from "../clock/clock.ts";
import { withTimeout } from "../clock/with-timeout.ts";
import type { Log } from "../log/log.ts";

export type PostgresChannelDeps = {
  readonly url: string;
  readonly clock: Clock;
  readonly log: Log;
  /** Names of channels, which must be plain identifiers. */
  readonly channels: readonly string[];
  onNotice(channel: string, notice: string): void;
  /** The connection was lost, and everything is listened to again: notices may have been missed. */
  onReconnect(): void;
};

export type PostgresChannel = {
  /** Resolves when the channels are listened to; rejects after two seconds. */
  connected(): Promise<void>;
  notify(channel: string, notice: string): Promise<void>;
  /** Whether a notice of its own just came back. Resolves within two seconds, never rejects. */
  isHealthy(): Promise<boolean>;
  close(): Promise<void>;
};

const WAIT_MS = 2_000;
const RETRY = { first: 100, most: 5_000 };
const PROBE_EVERY_MS = 5_000;

/**
 * One connection that listens and notifies, made anew for as long as it is wanted. It sends notices to itself: one that
 * does not come back means that the connection looks alive and hears nothing.
 */
export const createPostgresChannel = (deps: PostgresChannelDeps): PostgresChannel => {
  const { clock, log } = deps;
  let client: Client | null = null;
  let ready = Promise.withResolvers<Client>();
  let hasBeenReady = false;
  let closed = false;
  let failures = 0;
  let cancelRetry = () => {};
  // Its own, so that processes do not wake each other.
  const probeChannel = `artel_probe_${crypto.randomUUID().replaceAll("-", "")}`;
  let probing: Promise<boolean> | null = null;
  let heardItself = () => {};
  ready.promise.catch(() => {});

  const lost = (of: Client, reason: unknown) => {
    if (client !== of) return;
    client = null;
    ready = Promise.withResolvers<Client>();
    ready.promise.catch(() => {});
    of.end().catch(() => {});
    if (closed) return;
    if (failures === 0) log.warn({ reason: String(reason) }, "the listening connection to Postgres was lost");
    failures += 1;
    cancelRetry = clock.after(fullJitter(failures, Math.random, RETRY), connect);
  };

  const connect = () => {
    const made = new Client({
      connectionString: deps.url,
      connectionTimeoutMillis: WAIT_MS,
      statement_timeout: WAIT_MS,
      query_timeout: WAIT_MS,
      keepAlive: true,
      application_name: "artel pub/sub",
    });
    client = made;
    made.on("error", (error) => lost(made, error));
    made.on("end", () => lost(made, "it ended"));
    made.on("notification", ({ channel, payload }) => {
      if (channel === probeChannel) heardItself();
      else deps.onNotice(channel, payload ?? "");
    });
    made
      .connect()
      .then(() => made.query([probeChannel, ...deps.channels].map((channel) => `listen ${channel}`).join("; ")))
      .then(() => {
        if (client !== made) return;
        failures = 0;
        ready.resolve(made);
        if (hasBeenReady) deps.onReconnect();
        hasBeenReady = true;
      })
      .catch((error: unknown) => lost(made, error));
  };
  connect();

  const inTime = <Answer>(promise: Promise<Answer>): Promise<Answer> =>
    withTimeout(clock, promise, WAIT_MS, () => new Error("Postgres does not answer"));
  const readyClient = (): Promise<Client> => inTime(ready.promise);

  const probe = async (): Promise<boolean> => {
    const listening = await readyClient();
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    heardItself = resolve;
    listening.query("select pg_notify($1, '')", [probeChannel]).catch(reject);
    try {
      await inTime(promise);
      return true;
    } catch {
      lost(listening, "a notice of its own did not come back");
      return false;
    }
  };
  const startProbe = (): Promise<boolean> => {
    probing ??= probe()
      .catch(() => false)
      .finally(() => {
        probing = null;
      });
    return probing;
  };
  const stopProbes = clock.every(PROBE_EVERY_MS, () => void startProbe());

  return {
    connected: async () => {
      await readyClient();
    },
    notify: async (channel, notice) => {
      const listening = await readyClient();
      await listening.query("select pg_notify($1, $2)", [channel, notice]).catch((error: unknown) => {
        // A connection that does not answer hears nothing either.
        lost(listening, error);
        throw error;
      });
    },
    // A probe may have to wait for a connection first.
    isHealthy: () => inTime(startProbe()).catch(() => false),
    close: async () => {
      closed = true;
      stopProbes();
      cancelRetry();
      const ending = client;
      client = null;
      await ending?.end().catch(() => {});
    },
  };
};
