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
import { withReadableUrl } from "../platform/net/readable-url.ts";
import { finishRequests, onTermination, reportStartFailure } from "../platform/process/lifecycle.ts";
import { createPubSubAlone } from "../platform/pubsub/alone.ts";
import { createRealtimeTokens } from "../platform/tokens/realtime-token.ts";
import { eventDataIssues } from "../shared/events.ts";
import { createOperations } from "./operations.ts";
import { createRealtimeServer, type SocketData } from "./server.ts";

const SOCKET_DRAIN_MS = 5_000;
const REQUEST_DRAIN_MS = 1_000;

/** The WebSocket server alone: Redis and no database. It starts without Redis too, and recovers by itself. */
const start = async () => {
  const config = loadConfig("wss");
  const addressOf = createAddressResolver(config.trustedProxies);
  const clock = systemClock;
  const log = createLog(config.logLevel);
  const metrics = createMetrics();
  const tokens = createRealtimeTokens(resolveSecret(config), clock);
  // The pages that may connect are the API's, whose port is PORT.
  const { trusted } = resolveOrigins(config, config.port);
  metrics.collectDefaults();
  const pubsub = await createPubSubAlone(config, { log, clock, metrics });
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
      const request = withReadableUrl(received);
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
    await finishRequests(server, REQUEST_DRAIN_MS);
    await hub.close();
    await pubsub.close();
  });
};

await start().catch(reportStartFailure);
