import { environmentManager, notifyManager, QueryObserver, timeoutManager } from "@tanstack/react-query";
import { createApiClient, type Fetch } from "../../client/browser/api-client.ts";
import { fetchTokenOver } from "../../client/browser/browser-ports.ts";
import { pollByHttp, streamByHttp } from "../../client/browser/http-transports.ts";
import { snapshotQuery } from "../../client/react/use-snapshot.ts";
import { ME_KEY } from "../../client/sync/signed-in.ts";
import type { Snapshot } from "../../client/sync/snapshot.ts";
import { connect, type SyncClient } from "../../client/sync-client.ts";
import { userIdSchema } from "../../shared/ids.ts";
import { isSequenced } from "../../shared/protocol/message.ts";
import type { Position } from "../../shared/protocol/position.ts";
import { type BoardActions, boardActions } from "../../web/src/board/board-actions.ts";
import { boardRef, boardsRef, membersRef } from "../../web/src/entities/snapshots.ts";
import { createPageClient } from "../../web/src/session/page-client.ts";
// Loaded here, so that in simulated time it never has to be waited for.
import "../../client/realtime/fallback/load-fallback.ts";
import { joinTeam } from "../../client/react/join-team.ts";
import type { Notice } from "../../client/realtime/notices.ts";
import type { ServerSentEvent, Socket, SocketHandlers } from "../../client/realtime/ports.ts";
import { SimProcess } from "./process.ts";
import type { Scheduler } from "./scheduler.ts";

let scheduler: Scheduler | null = null;
let timerCount = 0;
let timers = new Map<number, () => void>();
const library = { name: "query", alive: true };

/** From now on the query library's timers run in this world. Its own are global, so there is one owner for all pages. */
export const runQueryTimersOn = (next: Scheduler): void => {
  const isFirst = scheduler === null;
  scheduler = next;
  timers = new Map();
  if (!isFirst) return;
  environmentManager.setIsServer(() => false);
  const start = (run: () => void, wait: number, repeats: boolean): number => {
    timerCount += 1;
    const id = timerCount;
    const again = () => {
      const cancel = scheduler?.after(Math.min(wait, 2 ** 31), library, () => {
        timers.delete(id);
        if (repeats) again();
        run();
      });
      if (cancel !== undefined) timers.set(id, cancel);
    };
    again();
    return id;
  };
  const stop = (id: number | undefined) => {
    if (id === undefined) return;
    timers.get(id)?.();
    timers.delete(id);
  };
  notifyManager.setScheduler((callback) => void scheduler?.after(0, library, callback));
  timeoutManager.setTimeoutProvider({
    setTimeout: (run: () => void, wait: number) => start(run, wait, false),
    clearTimeout: stop,
    setInterval: (run: () => void, wait: number) => start(run, wait, true),
    clearInterval: stop,
  });
};

export type PageOptions = {
  readonly name: string;
  readonly userId: string;
  readonly teamId: string;
  readonly boardId: string;
  readonly scheduler: Scheduler;
  /** Whether it shows the lists of boards and members too. */
  readonly hasLists: boolean;
  newId(): string;
  fetch(page: SimProcess): Fetch;
  connect(page: SimProcess, handlers: SocketHandlers): Socket;
  /** A stream is opened; what it says is told to what is returned. */
  hearStream(): (event: ServerSentEvent) => void;
  /** An event came where it must not: twice, or out of order. */
  onDisorder(what: string): void;
  onNotice(notice: Notice): void;
};

/** A browser's tab without its screen: the real client, cache and outbox. */
export class Page {
  readonly process: SimProcess;
  readonly userId: string;
  readonly realtime: SyncClient["realtime"];
  readonly engine: SyncClient["engine"];
  readonly actions: BoardActions;
  readonly #client: SyncClient;
  readonly #options: PageOptions;
  readonly #undo: (() => void)[];
  #last: Position | null = null;
  /** Whether nobody uses it any more. */
  isOver = false;

  constructor(options: PageOptions) {
    const { userId, teamId, boardId, newId } = options;
    this.#options = options;
    this.userId = userId;
    this.process = new SimProcess(options.name, options.scheduler);
    const { clock } = this.process;
    const { random } = options.scheduler;
    const api = createApiClient({ fetch: options.fetch(this.process) });
    const openStream = streamByHttp(api);
    this.#client = createPageClient({
      api,
      newId,
      newEntityId: newId,
      ports: {
        clock,
        random,
        connect: (_, handlers) => options.connect(this.process, handlers),
        fetchToken: fetchTokenOver(api),
        stream: (tenantId, since, handlers) => {
          const hear = options.hearStream();
          return openStream(tenantId, since, {
            ...handlers,
            onEvent: (event) => {
              hear(event);
              handlers.onEvent(event);
            },
          });
        },
        poll: pollByHttp(api),
      },
    });
    const { engine, realtime, queryClient } = this.#client;
    this.engine = engine;
    this.realtime = realtime;
    const user = { id: userIdSchema.parse(userId), name: "Somebody", email: "somebody@example.org", image: null };
    queryClient.setQueryData(ME_KEY, { user, teams: [] });
    this.actions = boardActions(engine, boardId);
    const refs = [boardRef(boardId), ...(options.hasLists ? [boardsRef(teamId), membersRef(teamId)] : [])];
    this.#undo = [
      realtime.on((notice) => this.#watch(notice)),
      ...refs.map((ref) => new QueryObserver(queryClient, snapshotQuery(engine, ref)).subscribe(() => {})),
      connect(this.#client),
      joinTeam(realtime, engine, teamId),
    ];
  }

  get hasLists(): boolean {
    return this.#options.hasLists;
  }

  get view(): Snapshot | null {
    return this.engine.view(boardRef(this.#options.boardId));
  }

  /** The board as it is confirmed, without what is on its way. */
  get confirmed(): Snapshot | null {
    return this.engine.confirmed(boardRef(this.#options.boardId));
  }

  get position(): Position | null {
    return this.realtime.position(this.#options.teamId);
  }

  get subscription(): string {
    return this.realtime.subscription(this.#options.teamId).kind;
  }

  /** Whether it waits before it tries again what failed often. */
  get isWaiting(): boolean {
    const isSending = this.engine.outbox.pending.some(({ status }) => status === "waiting");
    return isSending || this.realtime.connection.kind !== "open";
  }

  /** Somebody looks at the tab again. */
  wake(): void {
    this.realtime.wake();
    this.engine.outbox.wake();
  }

  /** The browser says whether there is a network. */
  setNetwork(up: boolean): void {
    this.realtime.setNetwork(up);
    if (up) this.engine.outbox.wake();
  }

  /** The tab is closed, or the person signs out. */
  end(): void {
    if (this.isOver) return;
    this.isOver = true;
    for (const undo of this.#undo) undo();
    this.engine.clear();
    this.engine.queryClient.clear();
  }

  #watch(notice: Notice): void {
    this.#options.onNotice(notice);
    if (notice.kind === "reset" && notice.tenantId === this.#options.teamId) this.#last = null;
    if (notice.kind !== "event" || !isSequenced(notice.message)) return;
    const { epoch, seq } = notice.message;
    const last = this.#last;
    if (last !== null && (last.epoch !== epoch || seq !== last.seq + 1)) {
      this.#options.onDisorder(`${epoch}:${seq} after ${last.epoch}:${last.seq}`);
    }
    this.#last = { epoch, seq };
  }
}
