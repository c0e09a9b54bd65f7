import type { SequencedMessage } from "../../../shared/protocol/message.ts";
import type { Position } from "../../../shared/protocol/position.ts";
import type { Up } from "../../../shared/protocol/up.ts";
import { fullJitter } from "../backoff.ts";
import { type Grant, includesTenant } from "../grant.ts";
import type { TenantStatus } from "../live-status.ts";
import type { Notice } from "../notices.ts";
import type { RealtimePorts } from "../ports.ts";
import { subscriptionStep } from "./machine.ts";
import {
  FIRST,
  holdingOf,
  reaches,
  type Subscription,
  type SubscriptionEffect,
  type SubscriptionEvent,
  sinceOf,
} from "./state.ts";

const LEAVE_AFTER_MS = 2_000;
const RETRY_FLOOR_MS = 1_000;

type Tenant = {
  subscription: Subscription;
  /** How many ask for it. */
  wanted: number;
  /** Somebody holds a state of it that is read. Otherwise the channel itself begins where it was joined. */
  stateful: boolean;
  /** Such a state was held once. */
  held: boolean;
  /** Grows with each cut of the history: reads carry the number under which they began. */
  generation: number;
  inStepAt: number | null;
  cancelRetry: (() => void) | null;
  cancelLeave: (() => void) | null;
};

export type SubscriptionsLink = {
  readonly send: (message: Up) => void;
  readonly notify: (notice: Notice) => void;
  readonly renewToken: () => void;
  /** A tenant was joined, and the presence is to be said again. */
  readonly joined: (tenantId: string) => void;
};

/** The subscriptions of all tenants over whatever delivers now. */
export class Subscriptions {
  readonly #tenants = new Map<string, Tenant>();
  readonly #ports: RealtimePorts;
  readonly #link: SubscriptionsLink;
  #online = false;

  constructor(ports: RealtimePorts, link: SubscriptionsLink) {
    this.#ports = ports;
    this.#link = link;
  }

  /** Wants a tenant; returns the undo. Leaving waits a little, since pages change by leaving and coming. */
  want(tenantId: string, { waiting }: { waiting: boolean }): () => void {
    const tenant = this.#tenant(tenantId);
    tenant.cancelLeave?.();
    tenant.cancelLeave = null;
    tenant.wanted += 1;
    if (waiting) tenant.stateful = true;
    if (tenant.wanted === 1 && tenant.subscription.kind === "unsubscribed") {
      const { holding } = tenant.subscription;
      tenant.subscription = {
        ...tenant.subscription,
        waiting: waiting && holding.kind === "nothing",
        online: false,
      };
      if (this.#online) this.dispatch(tenantId, { kind: "join" });
    } else if (!waiting) this.dispatch(tenantId, { kind: "proceed" });
    let released = false;
    return () => {
      if (released) return;
      released = true;
      tenant.wanted -= 1;
      if (tenant.wanted > 0) return;
      tenant.cancelLeave = this.#ports.clock.after(LEAVE_AFTER_MS, () => this.#leave(tenantId, tenant));
    };
  }

  #leave(tenantId: string, tenant: Tenant): void {
    tenant.cancelLeave = null;
    const wasJoined = this.#online && tenant.subscription.kind !== "unsubscribed";
    if (wasJoined && tenant.subscription.kind !== "denied") this.#link.send({ type: "unsubscribe", tenantId });
    this.dispatch(tenantId, { kind: "lost" });
    // A tenant refused before may be asked for again later.
    if (tenant.subscription.kind === "denied") tenant.subscription = FIRST;
    tenant.inStepAt = null;
  }

  /** Tells whether the event is one to hand on. */
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
    if (subscription.kind === "awaiting-read" && !tenant.stateful)
      this.dispatch(tenantId, { kind: "held", position: subscription.head });
    return step.effects.some(({ kind }) => kind === "deliver");
  }

  #run(tenantId: string, tenant: Tenant, effect: SubscriptionEffect): void {
    switch (effect.kind) {
      case "subscribe":
        this.#link.send({ type: "subscribe", tenantId, ...(effect.since ? { since: effect.since } : {}) });
        return;
      case "deliver":
        return;
      case "reset":
        tenant.generation += 1;
        this.#link.notify({ kind: "reset", tenantId, base: effect.base });
        return;
      case "joined":
        this.#link.joined(tenantId);
        this.#link.notify({ kind: "joined", tenantId, head: effect.head });
        return;
      case "in-step":
        tenant.inStepAt = this.#ports.clock.now();
        return;
      case "renew-token":
        this.#link.renewToken();
        return;
      case "retry-later":
        tenant.cancelRetry?.();
        tenant.cancelRetry = this.#ports.clock.after(
          RETRY_FLOOR_MS + fullJitter(effect.attempt, this.#ports.random),
          () => this.dispatch(tenantId, { kind: "retry" }),
        );
        return;
      case "gave-up":
        this.#link.notify({ kind: "gave-up", tenantId, reason: effect.reason });
        return;
    }
  }

  /** A new token: whoever waited for one goes on. */
  granted(grant: Grant): void {
    const online = this.#online;
    for (const tenantId of this.wanted())
      this.dispatch(tenantId, { kind: "granted", named: includesTenant(grant, tenantId), online });
  }

  /** Polling needs a position: a channel that holds no state begins where its token was made. */
  beginAt(grant: Grant): void {
    for (const tenantId of this.wanted()) {
      const tenant = this.#tenant(tenantId);
      const head = grant.tenants?.get(tenantId) ?? null;
      if (!tenant.stateful && head !== null && holdingOf(tenant.subscription).kind === "nothing")
        this.dispatch(tenantId, { kind: "held", position: head });
    }
  }

  /** Messages are taken from now on: whoever is not joined yet, joins. */
  begin(): void {
    this.#online = true;
    for (const tenantId of this.wanted()) this.rejoin(tenantId);
  }

  rejoin(tenantId: string): void {
    const tenant = this.#tenants.get(tenantId);
    if (this.#online && tenant !== undefined && tenant.wanted > 0 && tenant.subscription.kind === "unsubscribed")
      this.dispatch(tenantId, { kind: "join" });
  }

  lost(): void {
    if (!this.#online) return;
    this.#online = false;
    for (const tenantId of [...this.#tenants.keys()]) this.dispatch(tenantId, { kind: "lost" });
  }

  heartbeat(heads: Readonly<Record<string, Position>>): void {
    for (const tenantId of this.wanted()) {
      const head = Object.hasOwn(heads, tenantId) ? (heads[tenantId] ?? null) : null;
      this.dispatch(tenantId, { kind: "heartbeat", head });
    }
  }

  polled(tenantId: string, events: readonly SequencedMessage[], head: Position): void {
    for (const message of events) {
      const at = { epoch: message.epoch, seq: message.seq };
      if (this.dispatch(tenantId, { kind: "polled", at })) this.#link.notify({ kind: "event", tenantId, message });
    }
    const tenant = this.#tenants.get(tenantId);
    const position = this.position(tenantId);
    if (tenant && position?.epoch === head.epoch && position.seq >= head.seq) tenant.inStepAt = this.#ports.clock.now();
  }

  /** A state was read; `generation` is what `generation()` said when the read began. */
  held(tenantId: string, position: Position, generation: number): void {
    const tenant = this.#tenant(tenantId);
    if (generation !== tenant.generation) return;
    const { subscription } = tenant;
    const isFirst = !tenant.held;
    tenant.stateful = true;
    tenant.held = true;
    if (isFirst && subscription.kind === "live" && !reaches(position, subscription.position)) {
      // The channel began without a state, and this one lacks events that were handed on already.
      tenant.subscription = { ...FIRST, holding: { kind: "at", position } };
      this.rejoin(tenantId);
    } else this.dispatch(tenantId, { kind: "held", position });
  }

  generation(tenantId: string): number {
    return this.#tenant(tenantId).generation;
  }

  /** The last event that every state of the tenant holds; `null` while there is none. */
  position(tenantId: string): Position | null {
    const tenant = this.#tenants.get(tenantId);
    return tenant === undefined ? null : sinceOf(holdingOf(tenant.subscription));
  }

  state(tenantId: string): Subscription {
    return this.#tenants.get(tenantId)?.subscription ?? FIRST;
  }

  wanted(): string[] {
    return [...this.#tenants].filter(([, tenant]) => tenant.wanted > 0).map(([tenantId]) => tenantId);
  }

  facts(): TenantStatus[] {
    return [...this.#tenants.values()].filter(({ wanted }) => wanted > 0);
  }

  clear(): void {
    for (const tenant of this.#tenants.values()) {
      tenant.cancelRetry?.();
      tenant.cancelLeave?.();
    }
    for (const [tenantId, tenant] of this.#tenants) {
      if (tenant.wanted === 0) this.#tenants.delete(tenantId);
      else
        Object.assign(tenant, {
          subscription: FIRST,
          held: false,
          generation: tenant.generation + 1,
          inStepAt: null,
        });
    }
    this.#online = false;
  }

  #tenant(tenantId: string): Tenant {
    const known = this.#tenants.get(tenantId);
    if (known !== undefined) return known;
    const tenant: Tenant = {
      subscription: FIRST,
      wanted: 0,
      stateful: false,
      held: false,
      generation: 0,
      inStepAt: null,
      cancelRetry: null,
      cancelLeave: null,
    };
    this.#tenants.set(tenantId, tenant);
    return tenant;
  }
}
