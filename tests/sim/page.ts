import { QueryObserver } from "@tanstack/react-query";
// Loaded here, so that in simulated time nothing waits for it.
import "../../client/realtime/fallback/load-fallback.ts";
import { joinTeam } from "../../client/react/join-team.ts";
import { snapshotQuery } from "../../client/react/use-snapshot.ts";
import type { Notice } from "../../client/realtime/notices.ts";
import { ME_KEY } from "../../client/sync/signed-in.ts";
import type { Snapshot, SnapshotRef } from "../../client/sync/snapshot.ts";
import { connect, type SyncClient, type SyncClientOptions } from "../../client/sync-client.ts";
import { isSequenced } from "../../shared/protocol/message.ts";
import type { Position } from "../../shared/protocol/position.ts";
import { type BoardActions, boardActions } from "../../web/src/board/board-actions.ts";
import { boardRef } from "../../web/src/entities/snapshots.ts";
import { meQuery } from "../../web/src/session/me-query.ts";
import { createPageClient } from "../../web/src/session/page-client.ts";
import type { SimBrowser, SimTab } from "./browser.ts";
import type { SimProcess } from "./process.ts";

export type PageOptions = {
  readonly process: SimProcess;
  readonly browser: SimBrowser;
  readonly tab: SimTab;
  readonly userId: string;
  readonly teamId: string;
  readonly boardId: string;
  /** The snapshots that it shows; the board is one of them. */
  readonly refs: readonly SnapshotRef[];
  readonly client: Partial<SyncClientOptions>;
  /** An event came twice, or out of order. */
  readonly onDisorder: (what: string) => void;
  readonly onNotice: (notice: Notice) => void;
};

/** A browser's tab without its screen: the real client, cache, outbox and storage. */
export class Page {
  readonly process: SimProcess;
  readonly browser: SimBrowser;
  readonly tab: SimTab;
  readonly userId: string;
  readonly teamId: string;
  readonly refs: readonly SnapshotRef[];
  readonly realtime: SyncClient["realtime"];
  readonly engine: SyncClient["engine"];
  readonly actions: BoardActions;
  readonly #client: SyncClient;
  readonly #options: PageOptions;
  readonly #undo: (() => void)[];
  #signedInAs: string | null = null;
  #disconnect: (() => void)[] = [];
  #last: Position | null = null;
  #isFollowing = false;
  /** Nobody uses it any more. */
  isOver = false;

  constructor(options: PageOptions) {
    this.#options = options;
    this.process = options.process;
    this.browser = options.browser;
    this.tab = options.tab;
    this.userId = options.userId;
    this.teamId = options.teamId;
    this.refs = options.refs;
    this.#client = createPageClient(options.client);
    const { engine, realtime, queryClient } = this.#client;
    this.engine = engine;
    this.realtime = realtime;
    this.actions = boardActions(engine, options.boardId);
    this.#undo = [
      realtime.on((notice) => this.#watch(notice)),
      engine.subscribe(() => this.#followSoon()),
      new QueryObserver(queryClient, meQuery(engine)).subscribe(() => {}),
    ];
  }

  get view(): Snapshot | null {
    return this.engine.view(boardRef(this.#options.boardId));
  }

  get position(): Position | null {
    return this.realtime.position(this.teamId);
  }

  get subscription(): string {
    return this.realtime.subscription(this.teamId).kind;
  }

  /** Whether it waits before it tries again what failed often. */
  get isWaiting(): boolean {
    const isSending = this.engine.outbox.pending.some(({ status }) => status === "waiting");
    return isSending || this.realtime.connection.kind !== "open" || this.#signedInAs === null;
  }

  /** The person looks at the tab again. */
  wake(): void {
    this.tab.focus();
    this.realtime.wake();
    this.engine.outbox.wake();
  }

  /** The browser says whether there is a network. */
  setNetwork(up: boolean): void {
    this.realtime.setNetwork(up);
    if (up) this.engine.outbox.wake();
  }

  /** The person has signed in, on this page or in another tab. */
  signedIn(): void {
    const { queryClient, outbox } = this.engine;
    // An answer that is still under way is about the session before.
    void queryClient.cancelQueries({ queryKey: ME_KEY }).then(() => {
      void queryClient.invalidateQueries({ queryKey: ME_KEY });
      outbox.wake();
    });
  }

  /** The person signs out on this page. */
  signOut(): void {
    this.engine.queryClient.setQueryData(ME_KEY, null);
    this.engine.wipe().catch(() => {});
  }

  /** The page ends at once. */
  kill(): void {
    if (this.isOver) return;
    this.isOver = true;
    this.tab.close();
    this.process.kill();
    // From here on nothing of it reaches the world: this only frees what the query library holds.
    for (const undo of [...this.#disconnect, ...this.#undo]) undo();
    this.engine.clear();
    this.engine.queryClient.clear();
  }

  /** As the page's components do when who is signed in has changed: not within the commit that showed it. */
  #followSoon(): void {
    if (this.#isFollowing || this.#signedInAs === this.#userIdNow) return;
    this.#isFollowing = true;
    this.process.clock.after(0, () => {
      this.#isFollowing = false;
      this.#follow();
    });
  }

  get #userIdNow(): string | null {
    return this.engine.me()?.user.id ?? null;
  }

  #follow(): void {
    const userId = this.#userIdNow;
    if (this.#signedInAs === userId) return;
    this.#signedInAs = userId;
    for (const undo of this.#disconnect) undo();
    this.#disconnect = [];
    this.#last = null;
    if (userId === null) return;
    const { engine, realtime, queryClient } = this.#client;
    this.#disconnect = [
      ...this.refs.map((ref) => new QueryObserver(queryClient, snapshotQuery(engine, ref)).subscribe(() => {})),
      connect(this.#client),
      joinTeam(realtime, engine, this.teamId),
    ];
  }

  #watch(notice: Notice): void {
    this.#options.onNotice(notice);
    if (notice.kind === "reset" && notice.tenantId === this.teamId) this.#last = null;
    if (notice.kind !== "event" || !isSequenced(notice.message)) return;
    const { epoch, seq } = notice.message;
    const last = this.#last;
    if (last !== null && (last.epoch !== epoch || seq !== last.seq + 1)) {
      this.#options.onDisorder(`${epoch}:${seq} after ${last.epoch}:${last.seq}`);
    }
    this.#last = { epoch, seq };
  }
}
