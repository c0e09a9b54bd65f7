import type { Fetch } from "../../client/browser/api-client.ts";
import { parsePosition } from "../../shared/protocol/position.ts";
import { type Middlebox, StreamedAnswer } from "./event-streams.ts";
import type { SimProcess } from "./process.ts";
import type { Scheduler } from "./scheduler.ts";
import type { ApiServer } from "./servers.ts";
import type { Trace } from "./trace.ts";

/** How requests fare, each way. */
export type HttpFaults = { lostRequests: number; lostAnswers: number; delay: number };

/** A change that its page was told of: it must never be missing. */
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
  apis(): readonly ApiServer[];
  isOffline(page: SimProcess): boolean;
  /** What stands between this page and the processes. */
  middleboxOf(page: SimProcess): Middlebox | null;
  onStream(stream: StreamedAnswer): void;
  /** Grows each time that an older database takes the place of the one before. */
  restores(): number;
  onAcknowledged(change: Acknowledged): void;
};

const DELAY_MS = 8;

/** The browser's `fetch`, over a network that delays and loses, to one of the processes of the REST interface. */
export const fetchOver =
  (world: HttpWorld, page: SimProcess, { sid, userId }: { readonly sid: string; readonly userId: string }): Fetch =>
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
    scheduler.after(pause(), page, () => {
      const api = world.isOffline(page) ? undefined : scheduler.pick(world.apis());
      if (api === undefined || scheduler.chance(faults.lostRequests)) return fail();
      const headers = new Headers(init.headers);
      const isStream = headers.get("accept") === "text/event-stream";
      // It may come to stand there while the request is under way.
      const fate = () => (isStream ? (world.middleboxOf(page)?.streams ?? "passed") : "passed");
      if (fate() === "refused") return resolve(new Response("<h1>Bad Gateway</h1>", { status: 502 }));
      headers.set("authorization", `Bearer ${sid}`);
      const request = new Request(`http://sim${url}`, {
        method,
        headers,
        ...(typeof init.body === "string" ? { body: init.body } : {}),
      });
      // Whoever waits for a process that dies learns it by the connection.
      const forget = api.process.onEnd(() => void scheduler.after(pause(), page, fail));
      api.fetch(request).then(
        (response) => {
          forget();
          const restores = world.restores();
          trace.note(
            `${page.name} ${method} ${url} ${response.status} ${response.headers.get("artel-position") ?? ""}`,
          );
          if (world.isOffline(page) || fate() === "refused" || scheduler.chance(faults.lostAnswers)) {
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
            stream.line.isStalled = fate() === "buffered";
            world.onStream(stream);
            scheduler.after(pause(), page, () => resolve(stream.response));
            return;
          }
          scheduler.after(pause(), page, () => {
            // What an older database has undone before its answer arrived is nobody's to keep.
            if (restores === world.restores()) acknowledge(world, userId, headers.get("idempotency-key"), response);
            resolve(response);
          });
        },
        () => void scheduler.after(pause(), page, fail),
      );
    });
    return promise;
  };

const acknowledge = (world: HttpWorld, userId: string, key: string | null, response: Response): void => {
  const position = parsePosition(response.headers.get("artel-position") ?? "");
  if (key === null || position === null || response.status >= 300) return;
  world.onAcknowledged({ userId, key, ...position });
};
