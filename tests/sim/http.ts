import type { Fetch } from "../../client/browser/api-client.ts";
import { parsePosition } from "../../shared/protocol/position.ts";
import type { SimBrowser } from "./browser.ts";
import { type Middlebox, StreamedAnswer } from "./event-streams.ts";
import type { SimProcess } from "./process.ts";
import type { Scheduler } from "./scheduler.ts";
import type { ApiServer } from "./servers.ts";
import type { Trace } from "./trace.ts";

/** The share of requests and of answers that are lost, and the longest extra delay of each, in milliseconds. */
export type HttpFaults = { lostRequests: number; lostAnswers: number; delay: number };

/** A change whose page received the answer: it must never be missing. */
export type Acknowledged = {
  readonly userId: string;
  readonly key: string;
  readonly epoch: string;
  readonly seq: number;
};

export type HttpWorld = {
  readonly scheduler: Scheduler;
  readonly trace: Trace;
  readonly faults: HttpFaults;
  /** The processes that take requests now. */
  readonly apis: () => readonly ApiServer[];
  readonly isOffline: (browser: SimBrowser) => boolean;
  /** What stands between this browser and the processes. */
  readonly middleboxOf: (browser: SimBrowser) => Middlebox | null;
  readonly onStream: (stream: StreamedAnswer) => void;
  /** Grows each time that an older database takes the place of the one before. */
  readonly restores: () => number;
  /** The server has answered the request under this key, whether or not the answer arrives; `code` of a refusal. */
  readonly onAnswered: (key: string, status: number, code: string | null) => void;
  readonly onAcknowledged: (change: Acknowledged) => void;
};

const DELAY_MS = 8;
/** A page that ends takes some of the requests with it that it has just sent. */
const LOST_WITH_PAGE = 0.3;

/** The browser's `fetch`, over a network that delays and loses, to one of the processes of the REST interface. */
export const fetchOver =
  (world: HttpWorld, page: SimProcess, browser: SimBrowser, userId: string): Fetch =>
  (url, init) => {
    const { scheduler, trace, faults } = world;
    const method = init.method ?? "GET";
    const { promise, resolve, reject } = Promise.withResolvers<Response>();
    const fail = () => {
      trace.count("requests lost");
      reject(new TypeError("the connection is lost"));
    };
    init.signal?.addEventListener("abort", () => reject(init.signal?.reason));
    const pause = (): number => scheduler.between(1, DELAY_MS) + scheduler.between(0, faults.delay);
    const headers = new Headers(init.headers);
    headers.set("authorization", `Bearer ${browser.sid ?? ""}`);
    const key = headers.get("idempotency-key");
    const isStream = headers.get("accept") === "text/event-stream";
    // Its own owner: a request that has left a page outlives the page.
    scheduler.after(pause(), { name: "request", alive: true }, () => {
      if (!page.alive) {
        if (isStream || scheduler.chance(LOST_WITH_PAGE)) return;
        trace.count("requests that outlived their page");
      }
      const api = world.isOffline(browser) ? undefined : scheduler.pick(world.apis());
      if (api === undefined || scheduler.chance(faults.lostRequests)) return fail();
      // A middlebox may begin to stand there while the request is under way.
      const passage = () => (isStream ? (world.middleboxOf(browser)?.streams ?? "passed") : "passed");
      if (passage() === "refused") return resolve(new Response("<h1>Bad Gateway</h1>", { status: 502 }));
      const request = new Request(`http://sim${url}`, {
        method,
        headers,
        ...(typeof init.body === "string" ? { body: init.body } : {}),
      });
      // When the process dies, the page learns it by the connection.
      const forget = api.process.onEnd(() => void scheduler.after(pause(), page, fail));
      api.fetch(request).then(
        (response) => {
          forget();
          const restores = world.restores();
          const position = response.headers.get("artel-position") ?? "";
          trace.note(
            `${page.name} ${method} ${url} ${response.status} ${position}${key === null ? "" : ` under ${key}`}`,
          );
          if (key !== null) void codeOf(response).then((code) => world.onAnswered(key, response.status, code));
          if (world.isOffline(browser) || passage() === "refused" || scheduler.chance(faults.lostAnswers)) {
            if (isStream) void response.body?.cancel();
            scheduler.after(pause(), page, fail);
            return;
          }
          if (isStream && response.ok) {
            const stream = new StreamedAnswer(response, {
              scheduler,
              page,
              process: api.process,
              signal: init.signal ?? null,
            });
            stream.line.isStalled = passage() === "buffered";
            world.onStream(stream);
            scheduler.after(pause(), page, () => resolve(stream.response));
            return;
          }
          scheduler.after(pause(), page, () => {
            // An older database may have undone the change before its answer arrived: then nobody must have it.
            if (restores === world.restores()) acknowledge(world, userId, key, response);
            resolve(response);
          });
        },
        () => void scheduler.after(pause(), page, fail),
      );
    });
    return promise;
  };

const codeOf = async (response: Response): Promise<string | null> => {
  if (response.status < 400) return null;
  const { code } = (await response.clone().json()) as { readonly code?: string };
  return code ?? null;
};

const acknowledge = (world: HttpWorld, userId: string, key: string | null, response: Response): void => {
  const position = parsePosition(response.headers.get("artel-position") ?? "");
  if (key === null || position === null || response.status >= 300) return;
  world.onAcknowledged({ userId, key, ...position });
};
