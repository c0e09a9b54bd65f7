import { environmentManager, notifyManager, QueryObserver, timeoutManager } from "@tanstack/react-query";
import { createApiClient, type Fetch } from "../../client/browser/api-client.ts";
import { fetchTokenOver } from "../../client/browser/browser-ports.ts";
import { pollByHttp, streamByHttp } from "../../client/browser/http-transports.ts";
import { type BoardState, isTenantState } from "../../client/sync/snapshots.ts";
import type { Runtime } from "../../client/sync/sync-engine.ts";
import { isKnownAction } from "../../shared/events.ts";
import { userIdSchema } from "../../shared/ids.ts";
import { isSequenced } from "../../shared/protocol/message.ts";
import type { Position } from "../../shared/protocol/position.ts";
import { boardQuery, boardsQuery, membersQuery } from "../../web/src/app/queries.ts";
import { createQueryClient, runtimeOf } from "../../web/src/app/query-client.ts";
import { keys } from "../../web/src/app/query-keys.ts";
import { type BoardActions, boardActions } from "../../web/src/features/boards/board-actions.ts";
// Loaded here, so that in simulated time it never has to be waited for.
import "../../client/realtime/fallback/load-fallback.ts";
import { joinTeam } from "../../client/react/join-team.ts";
import type { Notice } from "../../client/realtime/notices.ts";
import type { ServerSentEvent, Socket, SocketHandlers } from "../../client/realtime/ports.ts";
import { RealtimeClient } from "../../client/realtime/realtime-client.ts";
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
  readonly realtime: RealtimeClient;
  readonly runtime: Runtime;
  readonly actions: BoardActions;
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
    const queryClient = createQueryClient({ api, clock, random, newId, newEntityId: newId });
    const user = { id: userIdSchema.parse(userId), name: "Somebody", email: "somebody@example.org", image: null };
    queryClient.setQueryData(keys.me, { user, teams: [] });
    this.runtime = runtimeOf(queryClient);
    const openStream = streamByHttp(api);
    this.realtime = new RealtimeClient(
      {
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
      { isKnownAction },
    );
    const { runtime, realtime } = this;
    this.actions = boardActions(runtime, boardId);
    this.#undo = [
      realtime.on((notice) => this.#watch(notice)),
      runtime.attach(realtime, (listener) => realtime.on(listener)),
      new QueryObserver(queryClient, boardQuery(runtime, boardId)).subscribe(() => {}),
    ];
    if (options.hasLists) {
      this.#undo.push(
        new QueryObserver(queryClient, boardsQuery(runtime, teamId)).subscribe(() => {}),
        new QueryObserver(queryClient, membersQuery(runtime, teamId)).subscribe(() => {}),
      );
    }
    realtime.start();
    this.#undo.push(joinTeam(realtime, runtime, teamId));
  }

  get hasLists(): boolean {
    return this.#options.hasLists;
  }

  get view(): BoardState | null {
    return this.runtime.viewBoard(this.#options.boardId);
  }

  /** The board as it is confirmed, without what is on its way. */
  get confirmed(): BoardState | null {
    const state: unknown = this.runtime.queryClient.getQueryData(keys.board(this.#options.boardId));
    return isTenantState(state) && state.kind === "board" ? state : null;
  }

  get position(): Position | null {
    return this.realtime.position(this.#options.teamId);
  }

  get subscription(): string {
    return this.realtime.subscription(this.#options.teamId).kind;
  }

  /** Whether it waits before it tries again what failed often. */
  get isWaiting(): boolean {
    const isSending = this.runtime.outbox.entries.some(({ status }) => status === "waiting");
    return isSending || this.realtime.connection.kind !== "open";
  }

  /** Somebody looks at the tab again. */
  wake(): void {
    this.realtime.wake();
    this.runtime.outbox.wake();
  }

  /** The browser says whether there is a network. */
  setNetwork(up: boolean): void {
    this.realtime.setNetwork(up);
    if (up) this.runtime.outbox.wake();
  }

  /** The tab is closed, or the person signs out. */
  end(): void {
    if (this.isOver) return;
    this.isOver = true;
    for (const undo of this.#undo) undo();
    this.realtime.stop();
    this.runtime.clear();
    this.runtime.queryClient.clear();
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
