import type { Position } from "../../../shared/protocol/position.ts";
import { ApiProblem, NetworkFailure } from "../../browser/api-client.ts";
import { type Dependencies, dependenciesOf, isKnown, type Mutation } from "../mutation.ts";
import { classifyProblem, isOutdated, latest, toError } from "./classify-response.ts";
import type { Caller, OutboxDeps } from "./outbox-deps.ts";
import type { OrderedMutation, OutboxPort, TabMessage } from "./outbox-port.ts";
import { fallingWith, freshMutation, type PendingMutation, storedMutation, withStored } from "./pending-mutation.ts";
import { type Rejection, Rejections, revivedRejection, storedRejection } from "./rejections.ts";
import { RetryBackoff } from "./retry-backoff.ts";
import { dueIn, followsUnstored, goesAtOnce } from "./scheduler.ts";
import { TabCoordinator } from "./tab-coordinator.ts";

type Answer = { readonly committedAt: Position | null; readonly notFound: boolean; readonly data: unknown };

const NO_ANSWER: Answer = { committedAt: null, notFound: false, data: null };
const SIGNED_OUT_MS = 15_000;

/**
 * The unconfirmed mutations of this person, in order. One that depends on an earlier one waits for its answer; the rest
 * go side by side. A request is repeated under its key until it is answered, so it acts once.
 * Each is written to storage before it is sent. One tab of a browser leads and sends; it tells the others.
 */
export class Outbox {
  readonly #deps: OutboxDeps;
  readonly #tabs: TabCoordinator;
  readonly #rejections: Rejections;
  readonly #dependencies = new Map<string, Dependencies>();
  readonly #callers = new Map<string, Caller>();
  /** Keys already settled in any tab; a storage read that began earlier may still return them. */
  readonly #settled = new Set<string>();
  readonly #backoff: RetryBackoff;
  #pending: readonly PendingMutation[] = [];
  #isAllowed = true;
  #storageError: Error | null = null;
  /** Counts the persons, so that an answer for one who left is dropped. */
  #session = 0;

  constructor(deps: OutboxDeps) {
    this.#deps = deps;
    this.#tabs = new TabCoordinator(deps, {
      loaded: ({ pending, rejections }) => {
        this.#take(pending);
        this.#rejections.show(rejections.map(revivedRejection));
        this.#pump();
      },
      leads: () => this.#pump(),
      message: (message) => this.#handle(message),
      failed: (error) => {
        this.#storageError ??= toError(error);
        deps.changed();
      },
    });
    this.#rejections = new Rejections(deps.schema, this.#tabs, deps.changed);
    this.#backoff = new RetryBackoff(deps);
  }

  /** In the order of their making. A new array after each change. */
  get pending(): readonly PendingMutation[] {
    return this.#pending;
  }

  get rejections(): readonly Rejection[] {
    return this.#rejections.list;
  }

  /** The first error of storage, from which on mutations that wait would be lost with the page. */
  get storageError(): Error | null {
    return this.#storageError;
  }

  /** A user is signed in: mutations from now on are theirs, and wait for their port. */
  expect(): void {
    this.#tabs.expect();
  }

  /** Takes up the mutations that former pages left unsent. Without a port everything stays in this page. */
  open(port: OutboxPort | null, storageError: Error | null = null): void {
    this.#storageError = storageError;
    this.#tabs.open(port);
    for (const each of this.#pending) if (each.status === "unwritten") this.#write(each);
  }

  /** Whether it is certain in whose name is sent. */
  allow(isAllowed: boolean): void {
    this.#isAllowed = isAllowed;
    this.#pump();
  }

  /** Ignored after sign-out: it would be sent as the next user. */
  add(mutation: Mutation, title: string, caller?: Caller): void {
    if (this.#tabs.isClosed) return;
    const key = this.#deps.newId();
    this.#dependencies.set(key, dependenciesOf(this.#deps.schema, mutation));
    if (caller !== undefined) this.#callers.set(key, caller);
    const next = this.#begun(freshMutation({ key, mutation, title, sentAt: null, awaited: caller !== undefined }));
    this.#set([...this.#pending, next]);
    this.#write(next);
  }

  /** If it can be sent at once, it is stored with `sentAt` set, which saves a second write. */
  #begun(next: PendingMutation): PendingMutation {
    if (!this.#tabs.isLeader || !this.#maySend || !goesAtOnce(this.#pending, next, this.#dependenciesOf)) return next;
    return { ...next, mutation: this.#deps.prepare(next.mutation), sentAt: this.#deps.clock.now() };
  }

  /** Shows a mutation as refused that no server needs to refuse. */
  reject(mutation: Mutation, title: string, problem: ApiProblem): void {
    if (this.#tabs.isClosed) return;
    const rejection = { id: this.#deps.newId(), mutations: [mutation], title, problem };
    void this.#tabs.store((storage) => storage.reject([], storedRejection(rejection)));
    this.#tabs.post({ kind: "rejected", keys: [], rejection: storedRejection(rejection) });
    this.#rejections.show([rejection]);
  }

  /** An event carries the mutation's key: it has acted, whether or not its answer arrives. */
  confirmByEvent(key: string, position: Position): void {
    const found = this.#find(key);
    if (found === undefined) return;
    const known = { ...found, committedAt: latest(found.committedAt, position) };
    this.#replace(key, { committedAt: known.committedAt });
    if (found.status === "waiting" && !found.awaited) this.#answered(known, NO_ANSWER);
  }

  /** Drops the answered mutations that the snapshots hold by now. */
  dropConfirmed(): void {
    let changed = false;
    const gone: string[] = [];
    const kept: PendingMutation[] = [];
    for (const each of this.#pending) {
      const mayBe = each.committedAt !== null || each.status === "answered";
      const isConfirmed = mayBe && this.#deps.isConfirmed(each);
      if (isConfirmed !== each.isConfirmed) changed = true;
      if (isConfirmed && each.status === "answered") gone.push(each.key);
      else kept.push(isConfirmed === each.isConfirmed ? each : { ...each, isConfirmed });
    }
    if (changed || gone.length > 0) this.#set(kept);
    if (gone.length > 0) {
      this.#forget(gone);
      this.#pump();
    }
  }

  /** Ends the wait: the network is back, or a user has signed in. */
  wake(): void {
    this.#backoff.end();
    if (!this.#isAllowed) this.#deps.unverified();
    this.#pump();
  }

  retry(id: string): void {
    const rejection = this.#rejections.find(id);
    if (rejection === undefined) return;
    this.#rejections.dismiss(id);
    for (const mutation of rejection.mutations) this.add(mutation, rejection.title);
  }

  dismiss(id: string): void {
    this.#rejections.dismiss(id);
  }

  /** Forgets everything in this page, and takes nothing more until a user is signed in. Storage keeps what it has. */
  clear(): void {
    this.#session += 1;
    this.#tabs.close();
    this.#storageError = null;
    this.#backoff.end();
    this.#backoff.answered();
    this.#dependencies.clear();
    this.#callers.clear();
    this.#settled.clear();
    this.#rejections.clear();
    this.#set([]);
  }

  /** Tells the other tabs that everything of the person's was deleted from storage. */
  announceWipe(): void {
    this.#tabs.post({ kind: "wiped" });
  }

  /** A mutation outside of storage is known to no other tab. */
  #isMine({ order }: PendingMutation): boolean {
    return order === null || this.#tabs.isLeader;
  }

  #set(pending: readonly PendingMutation[]): void {
    this.#pending = pending;
    this.#deps.changed();
  }

  #replace(key: string, change: Partial<PendingMutation>): void {
    this.#set(this.#pending.map((each) => (each.key === key ? { ...each, ...change } : each)));
  }

  #find(key: string): PendingMutation | undefined {
    return this.#pending.find((each) => each.key === key);
  }

  #forget(keys: readonly string[]): void {
    for (const key of keys) {
      this.#settled.add(key);
      this.#dependencies.delete(key);
      this.#callers.delete(key);
    }
    void this.#tabs.store((storage) => storage.remove(keys));
  }

  #write(next: PendingMutation): void {
    const session = this.#session;
    const written = (order: number | null) => {
      if (session !== this.#session) return;
      this.#replace(next.key, { status: "waiting", order });
      this.#pump();
    };
    if (followsUnstored(this.#pending, next, this.#dependenciesOf)) written(null);
    else this.#tabs.write(storedMutation(next), written);
  }

  /** Takes the mutations of other tabs and former pages. One that this version cannot read stays in storage. */
  #take(stored: readonly OrderedMutation[]): void {
    const { schema } = this.#deps;
    const left = stored.filter(({ key, mutation }) => !this.#settled.has(key) && isKnown(schema, mutation));
    const pending = withStored(this.#pending, left);
    for (const { key, mutation } of left) this.#dependencies.set(key, dependenciesOf(schema, mutation));
    if (pending !== this.#pending) this.#set(pending);
  }

  #handle(message: TabMessage): void {
    switch (message.kind) {
      case "added": {
        const { key } = message.stored;
        // A tab that opened meanwhile has read it from storage: its removal was lost, or came later.
        if (this.#settled.has(key)) this.#tabs.post({ kind: "answered", key, ...NO_ANSWER });
        this.#take([message.stored]);
        this.#pump();
        return;
      }
      case "answered": {
        const found = this.#find(message.key);
        if (found === undefined) this.#settled.add(message.key);
        else if (found.status !== "answered") this.#settle(found, message);
        return;
      }
      case "rejected":
        this.#drop(message.keys, revivedRejection(message.rejection));
        return;
      case "dismissed":
        this.#rejections.hide(message.id);
        return;
      case "wiped":
        this.#deps.wiped();
        return;
    }
  }

  get #maySend(): boolean {
    return this.#isAllowed && !this.#backoff.isWaiting;
  }

  readonly #dependenciesOf = ({ key, mutation }: PendingMutation): Dependencies =>
    this.#dependencies.get(key) ?? dependenciesOf(this.#deps.schema, mutation);

  #pump(): void {
    if (!this.#maySend) return;
    const sender = { dependenciesOf: this.#dependenciesOf, isMine: (each: PendingMutation) => this.#isMine(each) };
    for (const each of dueIn(this.#pending, sender)) void this.#send(each);
  }

  async #send(due: PendingMutation): Promise<void> {
    const { key, order, tries } = due;
    const session = this.#session;
    const now = this.#deps.clock.now();
    let { mutation, sentAt } = due;
    if (sentAt === null) [mutation, sentAt] = [this.#deps.prepare(mutation), now];
    this.#replace(key, { status: "sending", tries: tries + 1, mutation, sentAt });
    if (due.sentAt === null && order !== null) {
      const first = { ...storedMutation(due), mutation, sentAt, order };
      // Under one key all tabs send the same request: the one that the first of them stored.
      const begun = await this.#tabs.store((storage) => storage.begin(first));
      if (session !== this.#session) return;
      ({ mutation, sentAt } = begun ?? first);
      this.#replace(key, { mutation, sentAt });
    }
    // Not settled within `#pump`, which walks through the pending mutations.
    const result = await (isOutdated(mutation, sentAt, now)
      ? Promise.resolve(new ApiProblem("OUTDATED", 0, "too old to be sent again"))
      : this.#deps.send(mutation, key).catch((error: unknown) => toError(error)));
    const sent = this.#find(key);
    if (session !== this.#session || sent === undefined) return;
    if (result instanceof Error) await this.#failed(sent, result);
    else this.#answered(sent, { committedAt: result.position, notFound: false, data: result.data });
    this.#pump();
  }

  #answered(each: PendingMutation, answer: Answer): void {
    this.#backoff.answered();
    void this.#tabs.store((storage) => storage.remove([each.key]));
    // Another tab may not have received the event that confirms it.
    const whole = { ...answer, committedAt: latest(each.committedAt, answer.committedAt) };
    this.#tabs.post({ kind: "answered", key: each.key, ...whole });
    this.#settle(each, whole);
  }

  #settle(each: PendingMutation, { committedAt, notFound, data }: Answer): void {
    const settled = { status: "answered", committedAt: latest(each.committedAt, committedAt), notFound } as const;
    this.#replace(each.key, settled);
    this.#callers.get(each.key)?.answered(data);
    this.#deps.answered({ ...each, ...settled });
    this.dropConfirmed();
    this.#pump();
  }

  async #failed(each: PendingMutation, error: Error): Promise<void> {
    if (each.committedAt !== null && !each.awaited) {
      this.#answered(each, NO_ANSWER);
      return;
    }
    // The tab that leads by now sends it, and gets the answer.
    if (!this.#isMine(each)) {
      this.#replace(each.key, { status: "waiting" });
      return;
    }
    if (error instanceof NetworkFailure) {
      this.#retryLater(each, 0);
      return;
    }
    const problem =
      error instanceof ApiProblem ? error : new ApiProblem("UNKNOWN", 0, error.message || "the change failed");
    const classified = classifyProblem(each.mutation, problem, each.tries);
    switch (classified.kind) {
      case "retry":
        this.#retryLater(each, classified.waitMs);
        return;
      case "signed-out":
        this.#retryLater(each, SIGNED_OUT_MS);
        this.#deps.signedOut();
        return;
      case "not-found":
        this.#answered(each, { ...NO_ANSWER, notFound: true });
        return;
      case "overtaken":
        await this.#rebase(each, problem);
        return;
      case "refused":
        this.#backoff.answered();
        this.#takeBack(each, problem);
        return;
    }
  }

  /** The request was refused, so it has not acted: its key is still good for another one. */
  async #rebase(each: PendingMutation, problem: ApiProblem): Promise<void> {
    const { key, order } = each;
    const session = this.#session;
    const rebased = await this.#deps.rebase(each.mutation).catch((error: unknown) => toError(error));
    if (session !== this.#session || this.#find(key) === undefined) return;
    if (rebased instanceof Error) await this.#failed(each, rebased);
    else if (rebased === "done") this.#answered(each, NO_ANSWER);
    else if (rebased === "conflict") this.#takeBack(each, problem);
    else {
      if (order !== null) {
        const changed = { ...storedMutation(each), mutation: rebased, order };
        await this.#tabs.store((storage) => storage.update(changed));
        if (session !== this.#session) return;
        this.#tabs.post({ kind: "added", stored: changed });
      }
      this.#replace(key, { mutation: rebased, status: "waiting" });
    }
  }

  #retryLater(each: PendingMutation, waitMs: number): void {
    this.#replace(each.key, { status: "waiting" });
    this.#backoff.begin(waitMs, () => this.wake());
  }

  /** Takes a refused mutation back, with all that cannot be done without it. */
  #takeBack(each: PendingMutation, problem: ApiProblem): void {
    const gone = fallingWith(this.#deps.schema, this.#pending, each);
    const keys = [...gone];
    const mutations = this.#pending.filter(({ key }) => gone.has(key)).map(({ mutation }) => mutation);
    const rejection = { id: each.key, mutations, title: each.title, problem };
    void this.#tabs.store((storage) => storage.reject(keys, storedRejection(rejection)));
    this.#tabs.post({ kind: "rejected", keys, rejection: storedRejection(rejection) });
    this.#drop(keys, rejection);
  }

  /** A caller that waits for the answer is told of the refusal in the place of everybody. */
  #drop(keys: readonly string[], rejection: Rejection): void {
    const callers = keys.flatMap((key) => this.#callers.get(key) ?? []);
    this.#rejections.show([rejection]);
    if (callers.length > 0) {
      for (const { refused } of callers) refused(rejection.problem);
      this.#rejections.dismiss(rejection.id);
    }
    this.#forget(keys);
    this.#set(this.#pending.filter(({ key }) => !keys.includes(key)));
    this.#pump();
  }
}
