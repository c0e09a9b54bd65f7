import { join } from "node:path";
import { v7 } from "uuid";
import { composeApi } from "./api/compose.ts";
import { loadConfig } from "./platform/config/config.ts";
import { type Origins, resolveOrigins } from "./platform/config/origins.ts";
import { createAddressResolver } from "./platform/net/client-address.ts";
import { withValidUrl } from "./platform/net/valid-url.ts";
import { drainRequests, onTermination, reportStartFailure } from "./platform/process/lifecycle.ts";
import { openPlatform } from "./platform/process/open-platform.ts";
import { createRealtimeServer, type SocketData } from "./wss/server.ts";

const SOCKET_DRAIN_MS = 4_000;
const REQUEST_DRAIN_MS = 3_000;
const MAX_BODY_BYTES = 40 * 1024 * 1024;

/** Everything in one process on one port: the page, REST, the event stream and the socket at `/ws`. */
const start = async () => {
  const config = loadConfig("all");
  const addressOf = createAddressResolver(config.trustedProxies);
  const platform = await openPlatform(config);
  let origins: Origins = resolveOrigins(config, config.port);
  const realtime = createRealtimeServer({
    hub: platform.feeds,
    pubsub: platform.pubsub,
    tokens: platform.tokens,
    clock: platform.clock,
    random: Math.random,
    log: platform.log,
    metrics: platform.metrics,
    isTrustedOrigin: (origin) => origins.trusted.has(origin),
    newId: v7,
    limits: config,
  });
  let handle: ReturnType<typeof composeApi>["app"]["fetch"] = () => new Response(null, { status: 503 });
  const server = Bun.serve<SocketData>({
    hostname: config.host,
    port: config.port,
    maxRequestBodySize: MAX_BODY_BYTES,
    websocket: realtime.websocket,
    fetch: (received, server) => {
      const request = withValidUrl(received);
      const client = addressOf(request.headers, server.requestIP(received)?.address ?? "");
      const { pathname } = new URL(request.url);
      if (pathname === "/ws") return realtime.handleUpgrade(received, server, client.address);
      // An event stream is silent between heartbeats, and Bun's idle timeout would close it.
      if (pathname === "/api/events/stream") server.timeout(received, 0);
      return handle(request, client);
    },
  });
  realtime.attach(server);
  const port = server.port ?? config.port;
  origins = resolveOrigins(config, port);
  const { app, endStreams } = composeApi(platform, {
    config: { ...config, port },
    origins,
    pageDirectory: join(import.meta.dir, "dist/web"),
  });
  handle = app.fetch;
  process.stdout.write(`Artel is ready at ${origins.baseUrl}\n`);

  onTermination(platform.log, async () => {
    endStreams();
    await realtime.drain(SOCKET_DRAIN_MS);
    await drainRequests(server, REQUEST_DRAIN_MS);
    await platform.close();
  });
};

await start().catch(reportStartFailure);
