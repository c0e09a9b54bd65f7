import type { QueryClient, QueryKey } from "@tanstack/react-query";
import type { Me } from "../../../shared/users.ts";
import { keys } from "../../../web/src/session/query-keys.ts";
import type { Clock } from "../../realtime/ports.ts";
import type { OutboxPort } from "../outbox/outbox-port.ts";
import { isTenantState, type TenantState } from "../snapshots.ts";
import { mayBeSignedIn } from "./session-hint.ts";
import type { Device, DevicePort } from "./storage-port.ts";

/** A browser that has kept nothing yet has nothing to show: what was asked for comes first. */
const OPEN_AFTER_MS = 3_000;

export type KeeperDeps = {
  readonly port: DevicePort | null;
  readonly queryClient: QueryClient;
  readonly clock: Clock;
  /** How many histories were cut off until now. */
  readonly cuts: () => number;
  /** Whether events keep the team's states in step. */
  readonly isInStep: (teamId: string) => boolean;
  /** Whether a state misses nothing up to its position. */
  readonly isWhole: (state: TenantState) => boolean;
  /** What the device tells of unsent changes may have changed. */
  readonly changed: () => void;
  /** Whether a kept state is worth showing before it is read anew. */
  readonly isWelcome: (state: TenantState) => boolean;
};

/** Brings what the device keeps into the query cache, and what the cache confirms onto the device. */
export class Keeper {
  readonly #deps: KeeperDeps;
  #device: Promise<Device | null> | null = null;
  #opened: Device | null = null;
  #hurry: (() => void) | null = null;
  #userId: string | null = null;
  #isRestoring = false;
  #keptAt: number | null = null;
  #wiping: Promise<void> | null = null;

  constructor(deps: KeeperDeps) {
    this.#deps = deps;
  }

  /** Whether what is being committed to the cache comes from the device. */
  get isRestoring(): boolean {
    return this.#isRestoring;
  }

  /** When the oldest state that was restored was last in step, epoch milliseconds. */
  get keptAt(): number | null {
    return this.#keptAt;
  }

  /** What the person's outbox needs of the device; `null` where there is none. */
  async outbox(userId: string): Promise<OutboxPort | null> {
    this.#userId = userId;
    const device = await this.#open();
    return device === null ? null : device.outbox(userId);
  }

  /** There is something to be written now. */
  hurry(): void {
    this.#hurry?.();
  }

  /** The server has said who is signed in. */
  async signedIn(me: Me): Promise<void> {
    // A session that ended by itself took with it what was kept.
    const isFirst = this.#opened === null || this.#userId === null;
    this.#userId = me.user.id;
    const device = await this.#open();
    if (device === null || this.#userId !== me.user.id) return;
    void device.setPerson(me);
    if (!isFirst) return;
    for (const [queryKey, state] of heldStates(this.#deps.queryClient)) this.keep(queryKey, state);
  }

  /** The server has said that nobody is signed in. */
  signedOut(): void {
    this.#userId = null;
    if (this.#opened !== null || this.#deps.port?.holds()) void this.#forgetPerson();
  }

  /** How many changes wait on the device for somebody to sign in. */
  get unsent(): number {
    return this.#deps.port?.unsent() ?? 0;
  }

  async #forgetPerson(): Promise<void> {
    const device = await this.#now();
    // What is being deleted is not left.
    await this.#wiping?.catch(() => {});
    await device?.setPerson(null);
    this.#deps.changed();
  }

  /** Shows who was here last until the server says who is. */
  async restoreMe(): Promise<void> {
    if (!this.#deps.port?.holds()) return;
    const me = await (await this.#now())?.person();
    if (me) this.#commit(keys.me, me);
  }

  /** Shows a state as it was kept, while it is being read. */
  async restore(queryKey: QueryKey): Promise<void> {
    const { port, cuts, isWelcome } = this.#deps;
    if (!port?.holds() || !mayBeSignedIn()) return;
    const device = await this.#now();
    const userId = this.#userId ?? (await device?.person())?.user.id;
    const begun = cuts();
    const kept = userId === undefined ? null : await device?.restore(userId, queryKey, begun);
    if (!kept || (this.#userId !== null && this.#userId !== userId) || !isWelcome(kept.state)) return;
    if (this.#commit(queryKey, kept.state)) this.#keptAt = Math.min(this.#keptAt ?? kept.at, kept.at);
  }

  keep(queryKey: QueryKey, state: TenantState): void {
    if (this.#userId !== null && !this.#isRestoring && this.#deps.isWhole(state))
      this.#opened?.keep(this.#userId, queryKey, state);
  }

  /** Deletes everything of the person's from the device. */
  async wipe(userId: string): Promise<void> {
    this.#userId = null;
    this.#wiping = this.#now().then((device) => device?.wipe(userId));
    await this.#wiping;
  }

  /** What was in step until now is kept as such, though nothing of it has changed for long. */
  #leave(): void {
    for (const [queryKey, state] of heldStates(this.#deps.queryClient))
      if (this.#deps.isInStep(state.teamId)) this.keep(queryKey, state);
    void this.#opened?.flush();
  }

  #commit(queryKey: QueryKey, data: Me | TenantState): boolean {
    const { queryClient } = this.#deps;
    if (queryClient.getQueryData(queryKey) !== undefined) return false;
    this.#isRestoring = true;
    queryClient.setQueryData(queryKey, data, { updatedAt: 0 });
    this.#isRestoring = false;
    return true;
  }

  #open(): Promise<Device | null> {
    const { port, clock } = this.#deps;
    if (this.#device !== null) return this.#device;
    if (port === null || port.holds()) return this.#now();
    const { promise, resolve } = Promise.withResolvers<Device | null>();
    this.#device = promise;
    const cancel = clock.after(OPEN_AFTER_MS, () => this.#hurry?.());
    this.#hurry = () => {
      this.#hurry = null;
      cancel();
      resolve(this.#really());
    };
    return promise;
  }

  #now(): Promise<Device | null> {
    this.#hurry?.();
    this.#device ??= this.#really();
    return this.#device;
  }

  async #really(): Promise<Device | null> {
    const { port, clock } = this.#deps;
    try {
      this.#opened = port === null ? null : await port.open(clock);
      port?.onLeave(() => this.#leave());
    } catch {
      this.#opened = null;
    }
    return this.#opened;
  }
}

/** The tenant states that a query client holds. */
const heldStates = (queryClient: QueryClient): [QueryKey, TenantState][] =>
  queryClient
    .getQueryCache()
    .getAll()
    .flatMap(({ queryKey, state }) =>
      isTenantState(state.data) ? [[queryKey, state.data] as [QueryKey, TenantState]] : [],
    );
