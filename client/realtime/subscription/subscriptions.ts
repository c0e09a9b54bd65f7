import type { SequencedMessage } from "../../../shared/protocol/message.ts";
import { isAtLeast, type Position } from "../../../shared/protocol/position.ts";
import type { Up } from "../../../shared/protocol/up.ts";
import { fullJitter } from "../backoff.ts";
import type { GenerationCounter } from "../generation.ts";
import { type Grant, includesTenant } from "../grant.ts";
import type { TenantStatus } from "../live-status.ts";
import type { Notice } from "../notices.ts";
import type { RealtimePorts } from "../ports.ts";
import { subscriptionStep } from "./machine.ts";
import {
  INITIAL_SUBSCRIPTION,
  reaches,
  resumePositionOf,
  type Subscription,
  type SubscriptionEffect,
  type SubscriptionEvent,
  sinceOf,
} from "./state.ts";

const LEAVE_DELAY_MS = 2_000;
const RETRY_FLOOR_MS = 1_000;

type Tenant = {
  subscription: Subscription;
  /** How many callers of `join` have not left. */
  joins: number;
  /** Somebody reads snapshots of the tenant. Without them the channel begins where it was joined. */
  usesSnapshots: boolean;
  /** A snapshot was confirmed since the client started. */
  hasSnapshot: boolean;
  /** The generation that began when its history ended last. Reads of an earlier one do not count. */
  resetAt: number;
  inStepAt: number | null;
  cancelRetry: (() => void) | null;
  cancelLeave: (() => void) | null;
};

export type SubscriptionsHandlers = {
  readonly send: (message: Up) => void;
  readonly notify: (notice: Notice) => void;
  readonly renewToken: () => void;
  /** The server forgot the presence of this connection in the tenant. */
  readonly onJoined: (tenantId: string) => void;
};

/** Runs one subscription machine per tenant over the transport that serves now. */
export class Subscriptions {
  readonly #tenants = new Map<string, Tenant>();
  readonly #ports: RealtimePorts;
  readonly #generation: GenerationCounter;
  readonly #handlers: SubscriptionsHandlers;
  #online = false;

  constructor(ports: RealtimePorts, generation: GenerationCounter, handlers: SubscriptionsHandlers) {
    this.#ports = ports;
    this.#generation = generation;
    this.#handlers = handlers;
  }

  /** Joins a tenant until the returned function is called. Leaving is delayed, since a new screen often joins again. */
  join(tenantId: string, { waitForSnapshot }: { waitForSnapshot: boolean }): () => void {
    const tenant = this.#tenant(tenantId);
    tenant.cancelLeave?.();
    tenant.cancelLeave = null;
    tenant.joins += 1;
    if (waitForSnapshot) tenant.usesSnapshots = true;
    if (tenant.joins === 1 && tenant.subscription.kind === "unsubscribed") {
      const { resumeFrom } = tenant.subscription;
      tenant.subscription = {
        ...tenant.subscription,
        waitsForSnapshot: waitForSnapshot && resumeFrom.kind === "none",
        online: false,
      };
      if (this.#online) this.dispatch(tenantId, { kind: "online" });
    } else if (!waitForSnapshot) this.dispatch(tenantId, { kind: "join-without-snapshot" });
    let hasLeft = false;
    return () => {
      if (hasLeft) return;
      hasLeft = true;
      tenant.joins -= 1;
      if (tenant.joins > 0) return;
      tenant.cancelLeave = this.#ports.clock.after(LEAVE_DELAY_MS, () => this.#leave(tenantId, tenant));
    };
  }

  #leave(tenantId: string, tenant: Tenant): void {
    tenant.cancelLeave = null;
    const wasJoined = this.#online && tenant.subscription.kind !== "unsubscribed";
    if (wasJoined && tenant.subscription.kind !== "denied") this.#handlers.send({ type: "unsubscribe", tenantId });
    this.dispatch(tenantId, { kind: "offline" });
    // A later `join` may ask again for a tenant that was denied.
    if (tenant.subscription.kind === "denied") tenant.subscription = INITIAL_SUBSCRIPTION;
    tenant.inStepAt = null;
  }

  /** Returns whether the event is to be delivered. */
  dispatch(tenantId: string, event: SubscriptionEvent): boolean {
    const tenant = this.#tenants.get(tenantId);
    if (tenant === undefined) return false;
    const step = subscriptionStep(tenant.subscription, event);
    tenant.subscription = step.state;
    if (step.state.kind !== "polling") {
      tenant.cancelRetry?.();
      tenant.cancelRetry = null;
    }
    for (const effect of step.effects) this.#run(tenantId, tenant, effect);
    const { subscription } = tenant;
    if (subscription.kind === "awaiting-snapshot" && !tenant.usesSnapshots)
      this.dispatch(tenantId, { kind: "snapshot", position: subscription.head });
    return step.effects.some(({ kind }) => kind === "deliver");
  }

  #run(tenantId: string, tenant: Tenant, effect: SubscriptionEffect): void {
    switch (effect.kind) {
      case "subscribe":
        this.#handlers.send({ type: "subscribe", tenantId, ...(effect.since ? { since: effect.since } : {}) });
        return;
      case "deliver":
        return;
      case "reset":
        tenant.resetAt = this.#generation.next();
        this.#handlers.notify({ kind: "reset", tenantId, base: effect.base, generation: tenant.resetAt });
        return;
      case "joined":
        this.#handlers.onJoined(tenantId);
        this.#handlers.notify({ kind: "joined", tenantId, head: effect.head });
        return;
      case "in-step":
        tenant.inStepAt = this.#ports.clock.now();
        return;
      case "renew-token":
        this.#handlers.renewToken();
        return;
      case "retry-later":
        tenant.cancelRetry?.();
        tenant.cancelRetry = this.#ports.clock.after(
          RETRY_FLOOR_MS + fullJitter(effect.attempt, this.#ports.random),
          () => this.dispatch(tenantId, { kind: "retry" }),
        );
        return;
      case "gave-up":
        this.#handlers.notify({ kind: "gave-up", tenantId, reason: effect.reason });
        return;
    }
  }

  /** Tenants that wait for a new token go on. */
  onGrant(grant: Grant): void {
    const online = this.#online;
    for (const tenantId of this.joinedTenants())
      this.dispatch(tenantId, { kind: "granted", named: includesTenant(grant, tenantId), online });
  }

  /** Polling needs a position. A channel without snapshots begins at the head in the token. */
  startAtGrant(grant: Grant): void {
    for (const tenantId of this.joinedTenants()) {
      const tenant = this.#tenant(tenantId);
      const head = grant.tenants?.get(tenantId) ?? null;
      if (!tenant.usesSnapshots && head !== null && resumePositionOf(tenant.subscription).kind === "none")
        this.dispatch(tenantId, { kind: "snapshot", position: head });
    }
  }

  /** A transport takes messages from now on. */
  goOnline(): void {
    this.#online = true;
    for (const tenantId of this.joinedTenants()) this.resume(tenantId);
  }

  /** Joins the tenant if it is wanted and not joined. */
  resume(tenantId: string): void {
    const tenant = this.#tenants.get(tenantId);
    if (this.#online && tenant !== undefined && tenant.joins > 0 && tenant.subscription.kind === "unsubscribed")
      this.dispatch(tenantId, { kind: "online" });
  }

  goOffline(): void {
    if (!this.#online) return;
    this.#online = false;
    for (const tenantId of [...this.#tenants.keys()]) this.dispatch(tenantId, { kind: "offline" });
  }

  onHeartbeat(heads: Readonly<Record<string, Position>>): void {
    for (const tenantId of this.joinedTenants()) {
      const head = Object.hasOwn(heads, tenantId) ? (heads[tenantId] ?? null) : null;
      this.dispatch(tenantId, { kind: "heartbeat", head });
    }
  }

  onPoll(tenantId: string, events: readonly SequencedMessage[], head: Position): void {
    for (const message of events) {
      const at = { epoch: message.epoch, seq: message.seq };
      if (this.dispatch(tenantId, { kind: "polled", at })) this.#handlers.notify({ kind: "event", tenantId, message });
    }
    const tenant = this.#tenants.get(tenantId);
    const position = this.position(tenantId);
    if (tenant && position !== null && isAtLeast(position, head)) tenant.inStepAt = this.#ports.clock.now();
  }

  /** A snapshot was read at `position`, by a read that began under `generation`. */
  confirmSnapshot(tenantId: string, position: Position, generation: number): void {
    const tenant = this.#tenant(tenantId);
    if (generation < tenant.resetAt) return;
    const { subscription } = tenant;
    const isFirst = !tenant.hasSnapshot;
    tenant.usesSnapshots = true;
    tenant.hasSnapshot = true;
    if (isFirst && subscription.kind === "live" && !reaches(position, subscription.position)) {
      // The channel began without a snapshot, and this one lacks events that were delivered already.
      tenant.subscription = { ...INITIAL_SUBSCRIPTION, resumeFrom: { kind: "at", position } };
      this.resume(tenantId);
    } else this.dispatch(tenantId, { kind: "snapshot", position });
  }

  /** The last event that every snapshot of the tenant covers; `null` without one. */
  position(tenantId: string): Position | null {
    const tenant = this.#tenants.get(tenantId);
    return tenant === undefined ? null : sinceOf(resumePositionOf(tenant.subscription));
  }

  state(tenantId: string): Subscription {
    return this.#tenants.get(tenantId)?.subscription ?? INITIAL_SUBSCRIPTION;
  }

  /** The tenants that somebody has joined and not left, whatever their state. */
  joinedTenants(): string[] {
    return [...this.#tenants].filter(([, tenant]) => tenant.joins > 0).map(([tenantId]) => tenantId);
  }

  statuses(): TenantStatus[] {
    return [...this.#tenants.values()].filter(({ joins }) => joins > 0);
  }

  clear(): void {
    for (const tenant of this.#tenants.values()) {
      tenant.cancelRetry?.();
      tenant.cancelLeave?.();
    }
    for (const [tenantId, tenant] of this.#tenants) {
      if (tenant.joins === 0) this.#tenants.delete(tenantId);
      else
        Object.assign(tenant, {
          subscription: INITIAL_SUBSCRIPTION,
          hasSnapshot: false,
          resetAt: this.#generation.next(),
          inStepAt: null,
        });
    }
    this.#online = false;
  }

  #tenant(tenantId: string): Tenant {
    const known = this.#tenants.get(tenantId);
    if (known !== undefined) return known;
    const tenant: Tenant = {
      subscription: INITIAL_SUBSCRIPTION,
      joins: 0,
      usesSnapshots: false,
      hasSnapshot: false,
      resetAt: 0,
      inStepAt: null,
      cancelRetry: null,
      cancelLeave: null,
    };
    this.#tenants.set(tenantId, tenant);
    return tenant;
  }
}
