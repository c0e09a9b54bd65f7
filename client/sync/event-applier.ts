import { isSequenced } from "../../shared/protocol/message.ts";
import type { Position } from "../../shared/protocol/position.ts";
import type { GenerationCounter } from "../realtime/generation.ts";
import type { LiveStatus } from "../realtime/live-status.ts";
import type { Notice } from "../realtime/notices.ts";
import type { Clock } from "../realtime/ports.ts";
import type { GiveUpReason } from "../realtime/subscription/state.ts";
import { throttled } from "../realtime/throttled.ts";
import { applyEvent } from "./apply-event.ts";
import { type DecodedEvent, decodeEvent, undecodableEvent } from "./decode-event.ts";
import { EventBuffer } from "./event-buffer.ts";
import type { SyncSchema } from "./schema.ts";
import { queryKeyOf, type Snapshot } from "./snapshot.ts";
import type { SnapshotCache } from "./snapshot-cache.ts";

/** The part of the realtime client that snapshots need. */
export type Channel = {
  confirmSnapshot(tenantId: string, position: Position, generation: number): void;
  historyEnded(tenantId: string): void;
  subscription(tenantId: string): { readonly kind: string };
  status(): LiveStatus;
};

/** While a longer absence is made up for, its events show together at its end, or after this long. */
const CATCH_UP_MS = 100;
const REFETCH_EVERY_MS = 3_000;

type Tenant = {
  readonly buffer: EventBuffer;
  pending: DecodedEvent[];
  catchUpTo: number;
  cancelFlush: (() => void) | null;
  /** The flush comes at the next tick; events that keep coming do not put it off. */
  flushesSoon: boolean;
  readonly refetches: ReturnType<typeof throttled>;
  gaveUp: GiveUpReason | null;
};

export type EventApplierDeps = {
  readonly schema: SyncSchema;
  readonly cache: SnapshotCache;
  readonly generation: GenerationCounter;
  readonly clock: Clock;
  /** Called once a flush, after the snapshots are written. */
  readonly flushed: (events: readonly DecodedEvent[], written: readonly Snapshot[]) => void;
  readonly accessChanged: () => void;
};

/** Applies the events of all tenants to the snapshots: gathered for a tick, decoded once, written once a snapshot. */
export class EventApplier {
  readonly #deps: EventApplierDeps;
  readonly #tenants = new Map<string, Tenant>();
  #channel: Channel | null = null;

  constructor(deps: EventApplierDeps) {
    this.#deps = deps;
  }

  attach(channel: Channel | null): void {
    this.#channel = channel;
    this.confirmAll();
  }

  /** Tells a channel that has just begun the positions of all tenants: their snapshots hold good as of now. */
  confirmAll(): void {
    const { current } = this.#deps.generation;
    for (const tenantId of this.#tenants.keys()) this.#confirm(tenantId, current);
  }

  buffer(tenantId: string): EventBuffer {
    return this.#tenant(tenantId).buffer;
  }

  gaveUp(tenantId: string): GiveUpReason | null {
    return this.#tenants.get(tenantId)?.gaveUp ?? null;
  }

  /** Whether events keep the tenant's snapshots current, so that they need no reading. */
  isSubscribed(tenantId: string): boolean {
    const kind = this.#channel?.subscription(tenantId).kind;
    return kind === "live" || kind === "polling";
  }

  handle(notice: Notice): void {
    switch (notice.kind) {
      case "event":
        if (isSequenced(notice.message)) this.#take(notice.tenantId, decodeEvent(this.#deps.schema, notice.message));
        return;
      case "undecodable-event":
        this.#take(notice.tenantId, undecodableEvent(notice.at));
        return;
      case "reset":
        this.#reset(notice.tenantId, notice.base, notice.generation);
        return;
      case "hint":
        this.refetch(notice.tenantId);
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

  /** A read, or storage, brought a snapshot. */
  committed(snapshot: Snapshot): void {
    const { tenantId, position, generation } = snapshot;
    const { buffer } = this.#tenant(tenantId);
    if (!buffer.isCurrent(snapshot)) return;
    buffer.start(position);
    this.#confirm(tenantId, generation);
  }

  /** A read shows another history than the known one. One of an earlier history is old, and the next will not be. */
  otherEpoch(tenantId: string, epoch: string): void {
    const kind = this.#channel?.subscription(tenantId).kind;
    const known = this.buffer(tenantId).head;
    if (kind === undefined) this.#reset(tenantId, null, this.#deps.generation.next());
    else if (kind === "unsubscribed" || known === null || epoch > known.epoch) this.#channel?.historyEnded(tenantId);
  }

  /** Reads the tenant's shown snapshots again, at most once in a few seconds. */
  refetch(tenantId: string): void {
    this.#tenant(tenantId).refetches.ask();
  }

  clear(): void {
    for (const tenant of this.#tenants.values()) {
      tenant.cancelFlush?.();
      tenant.refetches.cancel();
    }
    this.#tenants.clear();
    this.#deps.generation.next();
  }

  #confirm(tenantId: string, generation: number): void {
    const { head } = this.#tenant(tenantId).buffer;
    if (head !== null) this.#channel?.confirmSnapshot(tenantId, head, generation);
  }

  #reset(tenantId: string, base: Position | null, generation: number): void {
    const tenant = this.#tenant(tenantId);
    tenant.pending = [];
    tenant.cancelFlush?.();
    tenant.cancelFlush = null;
    tenant.flushesSoon = false;
    tenant.buffer.reset(base, generation);
    this.#deps.cache.refetch(tenantId);
  }

  #joined(tenantId: string, head: Position): void {
    const tenant = this.#tenant(tenantId);
    const { gaveUp } = tenant;
    tenant.gaveUp = null;
    tenant.catchUpTo = head.seq;
    if (gaveUp !== null) this.#deps.accessChanged();
    this.#deps.cache.refetchFailed();
  }

  #take(tenantId: string, event: DecodedEvent): void {
    const tenant = this.#tenant(tenantId);
    tenant.pending.push(event);
    const isBehind = event.at.seq < tenant.catchUpTo;
    if (tenant.cancelFlush !== null && (isBehind || tenant.flushesSoon)) return;
    tenant.cancelFlush?.();
    tenant.flushesSoon = !isBehind;
    tenant.cancelFlush = this.#deps.clock.after(isBehind ? CATCH_UP_MS : 0, () => this.#flush(tenantId));
  }

  #flush(tenantId: string): void {
    const { schema, cache, flushed } = this.#deps;
    const tenant = this.#tenant(tenantId);
    const events = tenant.pending;
    tenant.pending = [];
    tenant.cancelFlush = null;
    tenant.flushesSoon = false;
    tenant.buffer.push(events);
    const position = tenant.buffer.head;
    if (position === null) return;
    const written: Snapshot[] = [];
    for (const snapshot of cache.ofTenant(tenantId)) {
      if (!tenant.buffer.isCurrent(snapshot)) continue;
      let next = snapshot;
      for (const event of events) next = applyEvent(schema, next, event);
      if (next === snapshot) continue;
      next = { ...next, position };
      cache.write(queryKeyOf(next), next, "events");
      written.push(next);
    }
    flushed(events, written);
  }

  #tenant(tenantId: string): Tenant {
    const known = this.#tenants.get(tenantId);
    if (known !== undefined) return known;
    const tenant: Tenant = {
      buffer: new EventBuffer(this.#deps.schema),
      pending: [],
      catchUpTo: 0,
      cancelFlush: null,
      flushesSoon: false,
      refetches: throttled(this.#deps.clock, REFETCH_EVERY_MS, () => this.#deps.cache.refetch(tenantId)),
      gaveUp: null,
    };
    this.#tenants.set(tenantId, tenant);
    return tenant;
  }
}
