import { join } from "node:path";
import { loadConfig } from "../platform/config/config.ts";
import { resolveOrigins } from "../platform/config/origins.ts";
import { createAddressResolver } from "../platform/net/client-address.ts";
import { withValidUrl } from "../platform/net/valid-url.ts";
import { drainRequests, onTermination, reportStartFailure } from "../platform/process/lifecycle.ts";
import { openPlatform } from "../platform/process/open-platform.ts";
import { composeApi } from "./compose.ts";

const REQUEST_DRAIN_MS = 5_000;
const MAX_BODY_BYTES = 40 * 1024 * 1024;

/** Serves REST, the event stream, Swagger and the page, without sockets. */
const start = async () => {
  const config = loadConfig("api");
  const addressOf = createAddressResolver(config.trustedProxies);
  const platform = await openPlatform(config);
  let answer: ReturnType<typeof composeApi>["app"]["fetch"] = () => new Response(null, { status: 503 });
  const server = Bun.serve({
    hostname: config.host,
    port: config.port,
    maxRequestBodySize: MAX_BODY_BYTES,
    fetch: (received, server) => {
      const request = withValidUrl(received);
      // An event stream is silent between heartbeats.
      if (new URL(request.url).pathname === "/api/events/stream") server.timeout(received, 0);
      return answer(request, addressOf(request.headers, server.requestIP(received)?.address ?? ""));
    },
  });
  const port = server.port ?? config.port;
  const origins = resolveOrigins(config, port);
  const { app, endStreams } = composeApi(platform, {
    config: { ...config, port },
    origins,
    pageDirectory: join(import.meta.dir, "../dist/web"),
  });
  answer = app.fetch;
  process.stdout.write(`Artel is ready at ${origins.baseUrl}\n`);

  onTermination(platform.log, async () => {
    endStreams();
    await drainRequests(server, REQUEST_DRAIN_MS);
    await platform.close();
  });
};

await start().catch(reportStartFailure);
