import type { QueryClient, QueryKey } from "@tanstack/react-query";
import type { Position } from "../../shared/protocol/position.ts";
import { type Task, taskSchema } from "../../shared/tasks.ts";
import type { Me } from "../../shared/users.ts";
import { preparedText, rebasedText } from "../../web/src/entities/task-text.ts";
import { keys } from "../../web/src/session/query-keys.ts";
import type { ApiClient } from "../browser/api-client.ts";
import { fullJitter } from "../realtime/backoff.ts";
import type { LiveStatus } from "../realtime/live-status.ts";
import type { Notice } from "../realtime/notices.ts";
import type { Clock } from "../realtime/ports.ts";
import type { Fact } from "./decode-event.ts";
import { type Channel, Tenants } from "./event-applier.ts";
import { type ReadStart, readBoard, readBoards, readMembers } from "./fetch-snapshot.ts";
import { type Intent, subjectOf } from "./mutations.ts";
import { Outbox } from "./outbox/outbox.ts";
import type { Rebased } from "./outbox/outbox-deps.ts";
import type { Entry } from "./outbox/pending-mutation.ts";
import { sendChange } from "./send-mutation.ts";
import {
  type BoardState,
  type BoardsState,
  hasIn,
  isTenantState,
  type MembersState,
  type TenantState,
} from "./snapshots.ts";
import { Keeper } from "./storage/persister.ts";
import type { DevicePort } from "./storage/storage-port.ts";
import { taskIn } from "./task-table.ts";
import { createBoardViews } from "./views.ts";

export type RuntimeDeps = {
  readonly queryClient: QueryClient;
  readonly api: ApiClient;
  readonly clock: Clock;
  readonly random: () => number;
  /** For idempotency keys. */
  readonly newId: () => string;
  /** For entities: UUIDv7, so that they sort by the time of their making. */
  readonly newEntityId: () => string;
  /** Where unsent changes and confirmed states outlive the page; `null`: nowhere. */
  readonly device: DevicePort | null;
};

const READ_TRIES = 6;
const READ_AGAIN_BASE_MS = 50;

/** The page's cache with its writer: reads, events and unsent changes meet here. */
export class Runtime {
  readonly queryClient: QueryClient;
  readonly api: ApiClient;
  readonly newId: () => string;
  readonly newEntityId: () => string;
  readonly clock: Clock;
  readonly outbox: Outbox;
  readonly tenants: Tenants;
  readonly keeper: Keeper;
  readonly #deps: RuntimeDeps;
  readonly #views = createBoardViews();
  readonly #listeners = new Set<() => void>();
  readonly #rereads = new Map<string, number>();
  /** From which count of cuts on a read tells whether what was to be deleted was gone, by the change's key. */
  readonly #absentFrom = new Map<string, number>();
  #userId: string | null = null;
  #isLineUp = false;

  constructor(deps: RuntimeDeps) {
    this.#deps = deps;
    this.queryClient = deps.queryClient;
    this.api = deps.api;
    this.newId = deps.newId;
    this.newEntityId = deps.newEntityId;
    this.clock = deps.clock;
    this.tenants = new Tenants({
      queryClient: deps.queryClient,
      clock: deps.clock,
      flushed: (facts) => this.#flushed(facts),
      accessChanged: () => {
        this.refreshAccess();
        this.#emit();
      },
    });
    this.keeper = new Keeper({
      ...deps,
      port: deps.device,
      cuts: () => this.tenants.cuts,
      changed: () => this.#emit(),
      isWhole: (state) => state.unreadFrom === null && this.#isCurrent(state),
      isInStep: (teamId) => this.tenants.isKept(teamId),
      // Beside states that are in step an older one that can't be brought up would look like one of them.
      isWelcome: (state) =>
        !this.tenants.isKept(state.teamId) || this.tenants.log(state.teamId).judge(undefined, state).kind === "taken",
    });
    this.outbox = new Outbox({
      ...deps,
      prepare: (intent) => preparedText(intent, this.#confirmedTask(intent)),
      rebase: (intent) => this.#rebase(intent),
      send: (intent, key) => sendChange(deps.api, intent, key),
      isHeld: (entry) => this.#isHeld(entry),
      changed: () => this.#outboxChanged(),
      unverified: () => void (this.me() && this.queryClient.invalidateQueries({ queryKey: keys.me })),
      wiped: () => this.#wiped(),
      answered: (entry) => this.#answered(entry),
      signedOut: () => void this.queryClient.invalidateQueries({ queryKey: keys.me }),
    });
    deps.queryClient.getQueryCache().subscribe((event) => {
      if (event.type === "removed") this.#emit();
      if (event.type !== "updated" || event.action.type !== "success") return;
      const { data } = event.query.state;
      if (event.query.queryKey[0] === keys.me[0]) this.#noteMe();
      if (isTenantState(data)) this.#committed(event.query.queryKey, data);
    });
    if (deps.device === null) this.outbox.open(null);
    deps.device?.onPerson((userId) => {
      if (this.#userId === null || userId === this.#userId) return;
      // All tabs share the session: what is sent from now on would be sent in another name.
      this.outbox.allow(false);
      this.refreshAccess();
    });
  }

  /** Connects the cache with the realtime client; returns the undo. */
  attach(channel: Channel, listen: (listener: (notice: Notice) => void) => () => void): () => void {
    this.tenants.attach(channel);
    const deafen = listen((notice) => {
      this.tenants.hear(notice);
      if (notice.kind === "status") this.#lineChanged(channel.status());
    });
    return () => {
      deafen();
      this.#isLineUp = false;
      this.tenants.attach(null);
    };
  }

  /** Tells when a view may have changed. */
  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /** At every commit of the query cache: a read is brought up to what is known, or refused. */
  readonly share = (held: unknown, incoming: unknown): unknown => {
    if (!isTenantState(incoming)) return incoming;
    const old = isTenantState(held) ? held : undefined;
    const verdict = this.tenants.log(incoming.teamId).judge(old, incoming);
    if (verdict.kind === "taken") return verdict.state;
    // With nothing better to show it is shown, but no event is folded onto it.
    return old ?? { ...incoming, begun: Number.NEGATIVE_INFINITY };
  };

  /** Kept in step by events, a state is never stale; otherwise it is when it is looked at anew. */
  readonly staleTime = (query: { readonly state: { readonly data: unknown } }): number => {
    const { data } = query.state;
    const isFresh = isTenantState(data) && data.unreadFrom === null && this.#isCurrent(data);
    return isFresh && this.tenants.isKept(data.teamId) ? Number.POSITIVE_INFINITY : 0;
  };

  board(boardId: string, signal: AbortSignal): Promise<BoardState> {
    return this.#read(
      signal,
      keys.board(boardId),
      (start: ReadStart<BoardState>) => readBoard(this.api, boardId, start),
      (data) => (data.kind === "board" ? data : undefined),
    );
  }

  boards(teamId: string, signal: AbortSignal): Promise<BoardsState> {
    return this.#read(
      signal,
      keys.boards(teamId),
      (start: ReadStart<BoardsState>) => readBoards(this.api, teamId, start),
      (data) => (data.kind === "boards" ? data : undefined),
    );
  }

  members(teamId: string, signal: AbortSignal): Promise<MembersState> {
    return this.#read(
      signal,
      keys.members(teamId),
      (start: ReadStart<MembersState>) => readMembers(this.api, teamId, start),
      (data) => (data.kind === "members" ? data : undefined),
    );
  }

  /** The board with what is on its way; `null` while nothing is known of it. */
  viewBoard(boardId: string): BoardState | null {
    const data = this.#held(keys.board(boardId));
    return data?.kind === "board" ? this.#views.board(boardId, data, this.outbox.entries) : null;
  }

  viewBoards(teamId: string): BoardsState | null {
    const data = this.#held(keys.boards(teamId));
    return data?.kind === "boards" ? this.#views.list(teamId, data, this.outbox.entries) : null;
  }

  viewMembers(teamId: string): MembersState | null {
    const data = this.#held(keys.members(teamId));
    return data?.kind === "members" ? data : null;
  }

  me(): Me | null {
    return this.queryClient.getQueryData<Me | null>(keys.me) ?? null;
  }

  /** Who I am to which team may have changed. */
  refreshAccess(): void {
    void this.queryClient.invalidateQueries({ queryKey: keys.me });
    void this.queryClient.invalidateQueries({ queryKey: keys.teams });
  }

  /** Forgets everything of the person who was signed in, but not that nobody is. The device keeps what it holds. */
  clear(): void {
    this.#userId = null;
    this.outbox.clear();
    this.tenants.clear();
    this.queryClient.removeQueries({ predicate: ({ queryKey }) => queryKey[0] !== keys.me[0] });
    this.#views.clear();
    this.#rereads.clear();
    this.#absentFrom.clear();
    this.#emit();
  }

  /** Signed out on purpose: nothing of the person's stays, here or on the device. */
  async wipe(): Promise<void> {
    const userId = this.#userId;
    this.outbox.tellWiped();
    this.clear();
    if (userId !== null) await this.keeper.wipe(userId);
  }

  #wiped(): void {
    this.clear();
    this.refreshAccess();
  }

  /** Somebody else's cache and unsent changes are nothing for who has come now. */
  #noteMe(): void {
    const me = this.queryClient.getQueryData<Me | null>(keys.me);
    if (me === undefined) return;
    if (me === null) {
      this.outbox.allow(false);
      this.keeper.signedOut();
      return;
    }
    const userId = me.user.id;
    if (this.#userId !== null && this.#userId !== userId) this.clear();
    if (this.#userId === null) {
      this.#userId = userId;
      void this.#openOutbox(userId);
    }
    // Who was here last is shown, but nothing is sent in that name before the server has confirmed it.
    this.outbox.allow(!this.keeper.isRestoring);
    if (!this.keeper.isRestoring) void this.keeper.signedIn(me);
  }

  async #openOutbox(userId: string): Promise<void> {
    this.outbox.expect();
    if (this.#deps.device === null) {
      this.outbox.open(null);
      return;
    }
    const port = await this.keeper.outbox(userId);
    if (this.#userId === userId) this.outbox.open(port, port === null);
  }

  #lineChanged({ status, reason }: LiveStatus): void {
    if (reason === "signed-out") this.refreshAccess();
    // What failed meanwhile will hardly fail now. While it stays so, the wait that a server asks for is kept.
    const isUp = status === "live" || status === "streaming";
    if (isUp && !this.#isLineUp) this.outbox.wake();
    this.#isLineUp = isUp;
  }

  #outboxChanged(): void {
    if (this.outbox.entries.length > 0) this.keeper.hurry();
    this.#emit();
  }

  #confirmedTask({ boardId, ...intent }: Intent): Task | undefined {
    const board = this.#held(keys.board(boardId));
    return board?.kind === "board" && "id" in intent ? taskIn(board.tasks, intent.id) : undefined;
  }

  async #rebase(intent: Intent): Promise<Rebased> {
    const path = `/tasks/${subjectOf(intent)}`;
    return rebasedText(intent, (await this.api.request({ method: "GET", path, schema: taskSchema })).data);
  }

  async #read<State extends TenantState>(
    signal: AbortSignal,
    queryKey: QueryKey,
    read: (start: ReadStart<State>) => Promise<State>,
    narrow: (data: TenantState) => State | undefined,
  ): Promise<State> {
    if (this.#held(queryKey) === undefined) void this.keeper.restore(queryKey);
    for (let tries = 1; ; tries += 1) {
      const held = this.#held(queryKey);
      const state = await read({
        begun: this.tenants.cuts,
        previous: held && this.#isCurrent(held) ? narrow(held) : undefined,
        signal,
      });
      const verdict = this.tenants.log(state.teamId).judge(held, state);
      if (verdict.kind !== "refused" || tries >= READ_TRIES) return state;
      if (verdict.why === "other-epoch") this.tenants.otherEpoch(state.teamId, state.position.epoch);
      await this.#pause(tries, signal);
    }
  }

  #pause(tries: number, signal: AbortSignal): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const wait = READ_AGAIN_BASE_MS + fullJitter(tries, this.#deps.random, { base: READ_AGAIN_BASE_MS });
    const cancel = this.clock.after(wait, resolve);
    signal.addEventListener("abort", () => {
      cancel();
      reject(signal.reason);
    });
    return promise;
  }

  #held(queryKey: QueryKey): TenantState | undefined {
    const data = this.queryClient.getQueryData(queryKey);
    return isTenantState(data) ? data : undefined;
  }

  #isCurrent(state: TenantState): boolean {
    return this.tenants.log(state.teamId).isCurrent(state);
  }

  #committed(queryKey: QueryKey, state: TenantState): void {
    this.tenants.committed(state);
    const key = JSON.stringify(queryKey);
    if (state.unreadFrom !== null || !this.#isCurrent(state)) this.#readAgain(key, queryKey);
    else {
      this.#rereads.delete(key);
      this.keeper.keep(queryKey, state);
    }
    this.outbox.prune();
    this.#emit();
  }

  /** Not within the commit that showed the need: the query is in the middle of it. */
  #readAgain(key: string, queryKey: QueryKey): void {
    const tries = this.#rereads.get(key) ?? 0;
    this.#rereads.set(key, tries + 1);
    const wait = tries === 0 ? 0 : fullJitter(tries, this.#deps.random, { base: READ_AGAIN_BASE_MS });
    this.clock.after(wait, () => void this.queryClient.invalidateQueries({ queryKey, exact: true }));
  }

  #flushed(facts: readonly Fact[]): void {
    const mine = this.me()?.user.id;
    for (const { change, mutationId, at } of facts) {
      if (mutationId !== null) this.outbox.echo(mutationId, at);
      const isMine = change.type === "member" && change.entity.userId === mine;
      if (change.type === "team" || isMine) this.refreshAccess();
      // To who was no member for a while nothing was there: neither was what they asked for meanwhile. Who is a member no
      // more would only be told so in other words.
      if (isMine && change.op === "put") this.tenants.hint(change.entity.teamId);
      if (change.type === "member")
        void this.queryClient.invalidateQueries({ queryKey: keys.invitations(change.entity.teamId) });
    }
    this.outbox.prune();
    this.#emit();
  }

  #statesOf(entry: Entry): TenantState[] {
    const board = this.#held(keys.board(entry.intent.boardId));
    if (!entry.intent.kind.startsWith("board.")) return board === undefined ? [] : [board];
    const lists = this.queryClient.getQueriesData({ queryKey: ["boards"] }).map(([, data]) => data);
    return [board, ...lists].filter(isTenantState).filter(({ teamId }) => this.#isTeamOf(entry, teamId));
  }

  #isTeamOf({ intent }: Entry, teamId: string): boolean {
    if (intent.kind === "board.create") return intent.teamId === teamId;
    const state = this.#held(keys.boards(teamId));
    return state?.kind !== "boards" || state.items.has(intent.boardId);
  }

  #isHeld(entry: Entry): boolean {
    const { absent, reached, intent } = entry;
    if (absent) {
      const from = this.#absentFrom.get(entry.key) ?? 0;
      return this.#statesOf(entry).every((state) => !hasIn(state, subjectOf(intent)) || state.begun >= from);
    }
    if (reached === null) return true;
    return this.#statesOf(entry).every((state) => this.#isPast(state, reached));
  }

  /** What was reached in another history than the one shown can't be waited for. */
  #isPast(state: TenantState, reached: Position): boolean {
    return state.position.epoch !== reached.epoch || this.tenants.log(state.teamId).holds(state, reached);
  }

  /**
   * Where no event will tell of it, a read must. That something is not there may also mean that whoever asked was no
   * member just then: a read tells.
   */
  #answered(entry: Entry): void {
    if (entry.absent) this.#absentFrom.set(entry.key, this.tenants.mark());
    for (const { teamId } of this.#statesOf(entry)) {
      if (entry.absent || !this.tenants.isKept(teamId)) this.tenants.hint(teamId);
    }
  }

  #emit(): void {
    for (const listener of [...this.#listeners]) listener();
  }
}
