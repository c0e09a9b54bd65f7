import { createApiClient, type Fetch } from "../../client/browser/api-client.ts";
import { fetchTokenOver } from "../../client/browser/browser-ports.ts";
import { pollByHttp, streamByHttp } from "../../client/browser/http-transports.ts";
import type { RealtimePorts } from "../../client/realtime/ports.ts";
import { withTimeout } from "../../client/sync/storage/with-timeout.ts";
import type { SyncClientOptions } from "../../client/sync-client.ts";
import type { SimBrowser, SimTab } from "./browser.ts";
import { fetchOver } from "./http.ts";
import type { SimProcess } from "./process.ts";
import { connectPage } from "./sockets.ts";
import { Wire } from "./wire.ts";
import type { World } from "./world.ts";

/** More requests of one page within a second are a storm of its own making. */
const MAX_REQUESTS_A_SECOND = 40;

export type PageNetwork = {
  readonly world: World;
  readonly process: SimProcess;
  readonly browser: SimBrowser;
  readonly tab: SimTab;
  readonly userId: string;
};

const countingFetch = ({ world, process, browser, userId }: PageNetwork): Fetch => {
  const { scheduler } = world;
  const requests = { second: 0, count: 0 };
  const send = fetchOver(world.httpWorld, process, browser, userId);
  return (url, init) => {
    const second = Math.floor(scheduler.elapsed / 1_000);
    requests.count = second === requests.second ? requests.count + 1 : 1;
    requests.second = second;
    if (requests.count === MAX_REQUESTS_A_SECOND)
      world.report(`${process.name} sends requests all the time, now for ${url}`);
    return send(url, init);
  };
};

const portsOf = (network: PageNetwork, fetch: Fetch): RealtimePorts => {
  const { world, process, browser, userId } = network;
  const { scheduler, trace } = world;
  const { name } = process;
  const api = createApiClient({ fetch });
  const openStream = streamByHttp(api);
  return {
    clock: process.clock,
    random: scheduler.random,
    connect: (_, handlers) => {
      const wire = new Wire();
      const onFrame = (text: string) => {
        const violation = wire.hear(text);
        if (violation !== null) world.report(`a socket of ${name} was sent ${violation}`);
        world.onFrame(name, userId, text);
      };
      const isRefused = () => world.offline.has(browser) || world.middleboxes.get(browser)?.refusesSockets === true;
      const socketWorld = {
        scheduler,
        trace,
        nodes: () => world.liveNodes(),
        connections: world.connections,
        isRefused,
      };
      return connectPage(socketWorld, process, { userId, handlers, onFrame });
    },
    fetchToken: fetchTokenOver(api),
    stream: (tenantId, since, handlers) => {
      const wire = new Wire();
      return openStream(tenantId, since, {
        ...handlers,
        onEvent: (event) => {
          const violation = wire.hearStream(event);
          if (violation !== null) world.report(`a stream of ${name} was sent ${violation}`);
          if (event.event === "connected") trace.count("streams connected");
          world.onFrame(name, userId, event.event === "message" ? event.data : event.event);
          handlers.onEvent(event);
        },
      });
    },
    poll: pollByHttp(api),
  };
};

/** Everything by which a page reaches the world; `wrap` may come between the page and its requests. */
export const clientOptions = (
  network: PageNetwork,
  wrap: (fetch: Fetch) => Fetch = (fetch) => fetch,
): Pick<SyncClientOptions, "api" | "ports" | "storage" | "newId" | "newEntityId"> => {
  const { world, process, tab } = network;
  const fetch = wrap(countingFetch(network));
  return {
    api: createApiClient({ fetch }),
    ports: portsOf(network, fetch),
    storage: { ...tab.port, open: (context) => withTimeout(tab.port.open(context), process.clock) },
    newId: world.newId,
    newEntityId: world.newId,
  };
};
