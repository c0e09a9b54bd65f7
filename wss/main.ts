import { v7 } from "uuid";
import packageJson from "../package.json" with { type: "json" };
import { systemClock } from "../platform/clock/clock.ts";
import { loadConfig } from "../platform/config/config.ts";
import { resolveOrigins } from "../platform/config/origins.ts";
import { resolveSecret } from "../platform/config/secret.ts";
import { createFeedHub } from "../platform/events/feed-hub.ts";
import { createLog } from "../platform/log/log.ts";
import { createMetrics } from "../platform/metrics/metrics.ts";
import { createAddressResolver } from "../platform/net/client-address.ts";
import { withValidUrl } from "../platform/net/valid-url.ts";
import { drainRequests, onTermination, reportStartFailure } from "../platform/process/lifecycle.ts";
import { createStandalonePubSub } from "../platform/pubsub/standalone.ts";
import { createRealtimeTokens } from "../platform/tokens/realtime-token.ts";
import { eventDataIssues } from "../shared/events.ts";
import { createOperations } from "./operations.ts";
import { createRealtimeServer, type SocketData } from "./server.ts";

const SOCKET_DRAIN_MS = 5_000;
const REQUEST_DRAIN_MS = 1_000;

/** The stand-alone WebSocket server: Redis and no database. Starts without Redis and recovers when it comes back. */
const start = async () => {
  const config = loadConfig("wss");
  const addressOf = createAddressResolver(config.trustedProxies);
  const clock = systemClock;
  const log = createLog(config.logLevel);
  const metrics = createMetrics();
  const tokens = createRealtimeTokens(resolveSecret(config), clock);
  // The API serves the pages that connect here, so their origin has its port, PORT.
  const { trusted } = resolveOrigins(config, config.port);
  metrics.collectDefaults();
  const pubsub = await createStandalonePubSub(config, { log, clock, metrics });
  const hub = createFeedHub({ pubsub, clock, log, metrics, validateData: eventDataIssues });
  const realtime = createRealtimeServer({
    hub,
    pubsub,
    tokens,
    clock,
    random: Math.random,
    log,
    metrics,
    isTrustedOrigin: (origin) => trusted.has(origin),
    newId: v7,
    limits: config,
  });
  const operations = createOperations({
    pubsub,
    metrics,
    metricsToken: config.metricsToken,
    version: packageJson.version,
  });
  const server = Bun.serve<SocketData>({
    hostname: config.host,
    port: config.wssPort,
    websocket: realtime.websocket,
    fetch: (received, server) => {
      const request = withValidUrl(received);
      const client = addressOf(request.headers, server.requestIP(received)?.address ?? "");
      if (request.headers.has("upgrade")) return realtime.handleUpgrade(received, server, client.address);
      return operations(request, client) ?? realtime.handleUpgrade(received, server, client.address);
    },
  });
  realtime.attach(server);
  const host = config.host.includes(":") ? `[${config.host}]` : config.host;
  process.stdout.write(`wss is ready at ws://${host}:${server.port}\n`);

  onTermination(log, async () => {
    await realtime.drain(SOCKET_DRAIN_MS);
    await drainRequests(server, REQUEST_DRAIN_MS);
    await hub.close();
    await pubsub.close();
  });
};

await start().catch(reportStartFailure);
