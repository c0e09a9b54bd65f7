import { Client } from "pg";
import { fullJitter } from "../clock/backoff.ts";
import type { Clock } from "../clock/clock.ts";
import { withTimeout } from "../clock/with-timeout.ts";
import type { Log } from "../log/log.ts";

export type PostgresConnectionDeps = {
  readonly url: string;
  readonly clock: Clock;
  readonly log: Log;
  /** Channels to LISTEN to. LISTEN takes no parameters, so they must be plain identifiers. */
  readonly channels: readonly string[];
  onNotification(channel: string, payload: string): void;
  /** Called when a lost connection listens again. Notifications in between were missed. */
  onReconnect(): void;
};

export type PostgresConnection = {
  /** Resolves when the connection listens to all channels; rejects after two seconds. */
  connected(): Promise<void>;
  notify(channel: string, payload: string): Promise<void>;
  /** Whether a notification to itself just came back. Resolves within two seconds, never rejects. */
  isHealthy(): Promise<boolean>;
  close(): Promise<void>;
};

const TIMEOUT_MS = 2_000;
const RETRY = { first: 100, most: 5_000 };
const PROBE_INTERVAL_MS = 5_000;

/**
 * A connection for LISTEN and NOTIFY that reconnects until it is closed. It probes itself with notifications: when one
 * does not come back, the connection is half open and is replaced.
 */
export const createPostgresConnection = (deps: PostgresConnectionDeps): PostgresConnection => {
  const { clock, log } = deps;
  let client: Client | null = null;
  let ready = Promise.withResolvers<Client>();
  let wasReady = false;
  let closed = false;
  let failures = 0;
  let cancelRetry = () => {};
  // A channel per process, so that probes do not wake other processes.
  const probeChannel = `artel_probe_${crypto.randomUUID().replaceAll("-", "")}`;
  let probing: Promise<boolean> | null = null;
  let onProbeReceived = () => {};
  ready.promise.catch(() => {});

  const onLost = (of: Client, reason: unknown) => {
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
    const created = new Client({
      connectionString: deps.url,
      connectionTimeoutMillis: TIMEOUT_MS,
      statement_timeout: TIMEOUT_MS,
      query_timeout: TIMEOUT_MS,
      keepAlive: true,
      application_name: "artel pub/sub",
    });
    client = created;
    created.on("error", (error) => onLost(created, error));
    created.on("end", () => onLost(created, "the connection ended"));
    created.on("notification", ({ channel, payload }) => {
      if (channel === probeChannel) onProbeReceived();
      else deps.onNotification(channel, payload ?? "");
    });
    created
      .connect()
      .then(() => created.query([probeChannel, ...deps.channels].map((channel) => `listen ${channel}`).join("; ")))
      .then(() => {
        if (client !== created) return;
        failures = 0;
        ready.resolve(created);
        if (wasReady) deps.onReconnect();
        wasReady = true;
      })
      .catch((error: unknown) => onLost(created, error));
  };
  connect();

  const withDeadline = <Answer>(promise: Promise<Answer>): Promise<Answer> =>
    withTimeout(clock, promise, TIMEOUT_MS, () => new Error("Postgres does not answer"));
  const readyClient = (): Promise<Client> => withDeadline(ready.promise);

  const probe = async (): Promise<boolean> => {
    const current = await readyClient();
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    onProbeReceived = resolve;
    current.query("select pg_notify($1, '')", [probeChannel]).catch(reject);
    try {
      await withDeadline(promise);
      return true;
    } catch {
      onLost(current, "a probe notification did not come back");
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
  const stopProbes = clock.every(PROBE_INTERVAL_MS, () => void startProbe());

  return {
    connected: async () => {
      await readyClient();
    },
    notify: async (channel, payload) => {
      const current = await readyClient();
      await current.query("select pg_notify($1, $2)", [channel, payload]).catch((error: unknown) => {
        // A connection that does not answer does not receive notifications either.
        onLost(current, error);
        throw error;
      });
    },
    // `startProbe` may first wait for a connection, which takes longer than TIMEOUT_MS.
    isHealthy: () => withDeadline(startProbe()).catch(() => false),
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
