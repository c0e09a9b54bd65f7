import type { QueryClient, QueryKey } from "@tanstack/react-query";
import { isSequenced } from "../../shared/protocol/message.ts";
import type { Position } from "../../shared/protocol/position.ts";
import type { LiveStatus } from "../realtime/live-status.ts";
import type { Notice } from "../realtime/notices.ts";
import type { Clock } from "../realtime/ports.ts";
import type { GiveUpReason } from "../realtime/subscription/state.ts";
import { throttled } from "../realtime/throttled.ts";
import { applyFact } from "./apply-event.ts";
import { type Fact, factOf, unreadableFact } from "./decode-event.ts";
import { TenantLog } from "./event-buffer.ts";
import { isTenantState, type TenantState } from "./snapshots.ts";

/** What the cache needs of the realtime client. */
export type Channel = {
  confirmSnapshot(tenantId: string, position: Position, generation: number): void;
  generation(tenantId: string): number;
  historyEnded(tenantId: string): void;
  subscription(tenantId: string): { readonly kind: string };
  status(): LiveStatus;
};

/** While a longer absence is made up for, what came is shown at once at its end, or after this long. */
const CATCH_UP_MS = 100;
const HINT_MS = 3_000;

type Tenant = {
  readonly log: TenantLog;
  pending: Fact[];
  catchUpTo: number;
  cancelFlush: (() => void) | null;
  /** The flush comes at the next tick; events that keep coming do not put it off. */
  flushesSoon: boolean;
  readonly hints: ReturnType<typeof throttled>;
  gaveUp: GiveUpReason | null;
};

export type TenantsDeps = {
  readonly queryClient: QueryClient;
  readonly clock: Clock;
  /** Events were folded in; comes after the states are committed. */
  readonly flushed: (facts: readonly Fact[]) => void;
  readonly accessChanged: () => void;
};

/**
 * Brings the events of all tenants into the query cache: gathered for a tick, folded onto every state of the tenant,
 * committed once.
 */
export class Tenants {
  readonly #deps: TenantsDeps;
  readonly #tenants = new Map<string, Tenant>();
  #channel: Channel | null = null;
  #cuts = 0;

  constructor(deps: TenantsDeps) {
    this.#deps = deps;
  }

  /** How many histories were cut off until now; taken when a read begins. */
  get cuts(): number {
    return this.#cuts;
  }

  /** Counts on without a cut: reads that begin from now on can be told from those before. */
  mark(): number {
    this.#cuts += 1;
    return this.#cuts;
  }

  attach(channel: Channel | null): void {
    this.#channel = channel;
    this.tellHeld();
  }

  /** Tells a client that has just begun what is held already. */
  tellHeld(): void {
    for (const tenantId of this.#tenants.keys()) this.#tellHeld(tenantId);
  }

  log(tenantId: string): TenantLog {
    return this.#tenant(tenantId).log;
  }

  gaveUp(tenantId: string): GiveUpReason | null {
    return this.#tenants.get(tenantId)?.gaveUp ?? null;
  }

  /** Whether events keep the tenant's states in step, so that they need no reading. */
  isKept(tenantId: string): boolean {
    const kind = this.#channel?.subscription(tenantId).kind;
    return kind === "live" || kind === "polling";
  }

  hear(notice: Notice): void {
    switch (notice.kind) {
      case "event":
        if (isSequenced(notice.message)) this.#take(notice.tenantId, factOf(notice.message));
        return;
      case "undecodable-event":
        this.#take(notice.tenantId, unreadableFact(notice.at));
        return;
      case "reset":
        this.cut(notice.tenantId, notice.base);
        return;
      case "hint":
        this.hint(notice.tenantId);
        return;
      case "joined":
        this.#joined(notice.tenantId, notice.head);
        return;
      case "gave-up":
        this.#tenant(notice.tenantId).gaveUp = notice.reason;
        this.#deps.accessChanged();
        return;
      case "presence":
      case "status":
        return;
    }
  }

  /** A state of the tenant was committed by a read. */
  committed(state: TenantState): void {
    const { log } = this.#tenant(state.teamId);
    if (!log.isCurrent(state)) return;
    log.start(state.position);
    this.#tellHeld(state.teamId);
  }

  /** An answer shows another history than the one known. One that shows an earlier is old, and the next will not. */
  otherEpoch(tenantId: string, epoch: string): void {
    const kind = this.#channel?.subscription(tenantId).kind;
    const known = this.log(tenantId).head;
    if (kind === undefined) this.cut(tenantId, null);
    else if (kind === "unsubscribed" || known === null || epoch > known.epoch) this.#channel?.historyEnded(tenantId);
  }

  cut(tenantId: string, base: Position | null): void {
    const tenant = this.#tenant(tenantId);
    this.#cuts += 1;
    tenant.pending = [];
    tenant.cancelFlush?.();
    tenant.cancelFlush = null;
    tenant.flushesSoon = false;
    tenant.log.cut(base, this.#cuts);
    this.#readAgain(tenantId);
  }

  /** Reads the tenant's shown states again, but not for every reason given within a few seconds. */
  hint(tenantId: string): void {
    this.#tenant(tenantId).hints.ask();
  }

  clear(): void {
    for (const tenant of this.#tenants.values()) {
      tenant.cancelFlush?.();
      tenant.hints.cancel();
    }
    this.#tenants.clear();
    this.#cuts += 1;
  }

  #tellHeld(tenantId: string): void {
    const head = this.#tenant(tenantId).log.head;
    const channel = this.#channel;
    if (head !== null) channel?.confirmSnapshot(tenantId, head, channel.generation(tenantId));
  }

  #joined(tenantId: string, head: Position): void {
    const tenant = this.#tenant(tenantId);
    const { gaveUp } = tenant;
    tenant.gaveUp = null;
    tenant.catchUpTo = head.seq;
    if (gaveUp !== null) this.#deps.accessChanged();
    // Whatever could not be read while nothing was reachable.
    void this.#deps.queryClient.refetchQueries({
      type: "active",
      predicate: (query) => query.state.status === "error" && query.state.fetchStatus === "idle",
    });
  }

  #take(tenantId: string, fact: Fact): void {
    const tenant = this.#tenant(tenantId);
    tenant.pending.push(fact);
    const isBehind = fact.at.seq < tenant.catchUpTo;
    if (tenant.cancelFlush !== null && (isBehind || tenant.flushesSoon)) return;
    tenant.cancelFlush?.();
    tenant.flushesSoon = !isBehind;
    tenant.cancelFlush = this.#deps.clock.after(isBehind ? CATCH_UP_MS : 0, () => this.#flush(tenantId));
  }

  #flush(tenantId: string): void {
    const tenant = this.#tenant(tenantId);
    const facts = tenant.pending;
    tenant.pending = [];
    tenant.cancelFlush = null;
    tenant.flushesSoon = false;
    tenant.log.push(facts);
    const head = tenant.log.head;
    if (head === null) return;
    for (const [queryKey, state] of this.#states(tenantId)) {
      if (!tenant.log.isCurrent(state)) continue;
      let next = state;
      for (const fact of facts) next = applyFact(next, fact);
      if (next !== state) this.#deps.queryClient.setQueryData(queryKey, { ...next, position: head });
    }
    this.#deps.flushed(facts);
  }

  #states(tenantId: string): [QueryKey, TenantState][] {
    const found: [QueryKey, TenantState][] = [];
    for (const { queryKey, state } of this.#deps.queryClient.getQueryCache().getAll()) {
      if (isTenantState(state.data) && state.data.teamId === tenantId) found.push([queryKey, state.data]);
    }
    return found;
  }

  /** Reads that are under way began too early: they are given up for new ones. */
  #readAgain(tenantId: string): void {
    void this.#deps.queryClient.invalidateQueries({
      predicate: ({ state }) => isTenantState(state.data) && state.data.teamId === tenantId,
    });
  }

  #tenant(tenantId: string): Tenant {
    const known = this.#tenants.get(tenantId);
    if (known !== undefined) return known;
    const tenant: Tenant = {
      log: new TenantLog(),
      pending: [],
      catchUpTo: 0,
      cancelFlush: null,
      flushesSoon: false,
      hints: throttled(this.#deps.clock, HINT_MS, () => this.#readAgain(tenantId)),
      gaveUp: null,
    };
    this.#tenants.set(tenantId, tenant);
    return tenant;
  }
}
