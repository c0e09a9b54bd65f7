import type { Position } from "../../../shared/protocol/position.ts";
import { ApiProblem, NetworkFailure } from "../../browser/api-client.ts";
import { type Intent, isKnown, type Touches, touchesOf } from "../mutations.ts";
import { isOutdated, later, outcomeOf, toError } from "./classify-response.ts";
import type { Caller, OutboxDeps } from "./outbox-deps.ts";
import type { OutboxPort, PlacedEntry, TabMessage } from "./outbox-port.ts";
import { type Entry, fallingWith, freshEntry, storedEntry, withStored } from "./pending-mutation.ts";
import { type Refusal, Refusals, revivedRefusal, storedRefusal } from "./rejections.ts";
import { OutboxPause } from "./retry-backoff.ts";
import { dueIn, goesAtOnce } from "./scheduler.ts";
import { OutboxLink } from "./tab-coordinator.ts";

type Answer = { readonly reached: Position | null; readonly absent: boolean; readonly data: unknown };

const NO_ANSWER: Answer = { reached: null, absent: false, data: null };
const SIGNED_OUT_MS = 15_000;

/**
 * The changes on their way to the server, in order. What depends on an earlier one waits for its answer; the rest
 * goes side by side. A request is repeated under its key until it is answered, so it acts once.
 * Each is written to the device before it is sent; of a browser's tabs one sends, and the others hear of it.
 */
export class Outbox {
  readonly #deps: OutboxDeps;
  readonly #link: OutboxLink;
  readonly #refused: Refusals;
  readonly #touches = new Map<string, Touches>();
  readonly #callers = new Map<string, Caller>();
  /** What is done with, here or in another tab: a reading of the device that began before may still bring it. */
  readonly #ended = new Set<string>();
  readonly #pause: OutboxPause;
  #entries: readonly Entry[] = [];
  #isAllowed = true;
  #isForgetful = false;
  #turn = 0;

  constructor(deps: OutboxDeps) {
    this.#deps = deps;
    this.#link = new OutboxLink({
      gained: () => this.#load(),
      ready: () => this.#pump(),
      heard: (message) => this.#hear(message),
      failed: () => {
        this.#isForgetful = true;
        deps.changed();
      },
    });
    this.#refused = new Refusals(this.#link, deps.changed);
    this.#pause = new OutboxPause(deps);
  }

  /** In the order of their making. A new array after each change. */
  get entries(): readonly Entry[] {
    return this.#entries;
  }

  get refusals(): readonly Refusal[] {
    return this.#refused.list;
  }

  /** The device took no more: what waits would be lost with the page. */
  get isForgetful(): boolean {
    return this.#isForgetful;
  }

  /** Somebody is here: what is changed from now on is theirs, and waits for their port. */
  expect(): void {
    this.#link.expect();
  }

  /**
   * Takes up what was left unsent when a page ended. Without a port everything stays in this page, which is told to the
   * person where the device should have kept it.
   */
  open(port: OutboxPort | null, isForgetful = false): void {
    this.#isForgetful = isForgetful;
    this.#link.open(port);
    for (const entry of this.#entries) if (entry.status === "unwritten") this.#write(entry);
    void this.#load();
  }

  /** Whether it is certain in whose name is sent. */
  allow(isAllowed: boolean): void {
    this.#isAllowed = isAllowed;
    this.#pump();
  }

  /** What a page saves as its person leaves comes too late: it would be sent in the name of the next. */
  add(intent: Intent, title: string, caller?: Caller): void {
    if (this.#link.isOver) return;
    const key = this.#deps.newId();
    this.#touches.set(key, touchesOf(intent));
    if (caller !== undefined) this.#callers.set(key, caller);
    const entry = this.#begun(freshEntry({ key, intent, title, sentAt: null, awaited: caller !== undefined }));
    this.#set([...this.#entries, entry]);
    this.#write(entry);
  }

  /** What is sent as soon as it is written needs no second writing that says so. */
  #begun(entry: Entry): Entry {
    if (!this.#link.isSender || !this.#maySend || !goesAtOnce(this.#entries, entry, this.#touchesOf)) return entry;
    return { ...entry, intent: this.#deps.prepare(entry.intent), sentAt: this.#deps.clock.now() };
  }

  /** A change that is refused before it is sent. */
  refuse(intent: Intent, title: string, problem: ApiProblem): void {
    if (this.#link.isOver) return;
    const refusal = { id: this.#deps.newId(), intents: [intent], title, problem };
    void this.#link.keep((storage) => storage.refuse([], storedRefusal(refusal)));
    this.#link.post({ kind: "refused", keys: [], refusal: storedRefusal(refusal) });
    this.#refused.show([refusal]);
  }

  /** An event carries our key: the change has acted, whether or not its answer arrives. */
  echo(key: string, position: Position): void {
    const entry = this.#find(key);
    if (entry === undefined) return;
    const known = { ...entry, reached: later(entry.reached, position) };
    this.#replace(key, { reached: known.reached });
    if (entry.status === "waiting" && !entry.awaited) this.#answered(known, NO_ANSWER);
  }

  /** Drops what the confirmed state holds by now. */
  prune(): void {
    let changed = false;
    const gone: string[] = [];
    const kept: Entry[] = [];
    for (const entry of this.#entries) {
      const isHeld = (entry.reached !== null || entry.status === "answered") && this.#deps.isHeld(entry);
      if (isHeld !== entry.held) changed = true;
      if (isHeld && entry.status === "answered") gone.push(entry.key);
      else kept.push(isHeld === entry.held ? entry : { ...entry, held: isHeld });
    }
    if (changed || gone.length > 0) this.#set(kept);
    if (gone.length > 0) {
      this.#forget(gone);
      this.#pump();
    }
  }

  /** The network is back, or somebody has signed in: no more waiting. */
  wake(): void {
    this.#pause.end();
    if (!this.#isAllowed) this.#deps.unverified();
    this.#pump();
  }

  retry(id: string): void {
    const refusal = this.#refused.find(id);
    if (refusal === undefined) return;
    this.#refused.dismiss(id);
    for (const intent of refusal.intents) this.add(intent, refusal.title);
  }

  dismiss(id: string): void {
    this.#refused.dismiss(id);
  }

  /** Forgets all of it in this page, and takes nothing more until somebody is here; what is on the device stays there. */
  clear(): void {
    this.#turn += 1;
    this.#link.close();
    this.#isForgetful = false;
    this.#pause.end();
    this.#pause.answered();
    this.#touches.clear();
    this.#callers.clear();
    this.#ended.clear();
    this.#refused.clear();
    this.#set([]);
  }

  /** Tells the other tabs that the device holds nothing of the person's any more. */
  tellWiped(): void {
    this.#link.post({ kind: "wiped" });
  }

  /** What is not on the device is known to no other tab. */
  #isMine({ order }: Entry): boolean {
    return order === null || this.#link.isSender;
  }

  #set(entries: readonly Entry[]): void {
    this.#entries = entries;
    this.#deps.changed();
  }

  #replace(key: string, change: Partial<Entry>): void {
    this.#set(this.#entries.map((entry) => (entry.key === key ? { ...entry, ...change } : entry)));
  }

  #find(key: string): Entry | undefined {
    return this.#entries.find((each) => each.key === key);
  }

  #forget(keys: readonly string[]): void {
    for (const key of keys) {
      this.#ended.add(key);
      this.#touches.delete(key);
      this.#callers.delete(key);
    }
    void this.#link.keep((storage) => storage.remove(keys));
  }

  #write(entry: Entry): void {
    const turn = this.#turn;
    const { key } = entry;
    this.#link.write(storedEntry(entry), (order) => {
      if (turn !== this.#turn) return;
      this.#replace(key, { status: "waiting", order });
      this.#pump();
    });
  }

  async #load(): Promise<void> {
    const turn = this.#turn;
    const stored = await this.#link.keep((storage) => storage.load());
    if (stored === null || turn !== this.#turn) return;
    this.#take(stored.entries);
    this.#refused.show(stored.refusals.map(revivedRefusal));
    this.#pump();
  }

  /** Entries of other tabs and former pages, put where they belong. What this version can't read stays on the device. */
  #take(stored: readonly PlacedEntry[]): void {
    const left = stored.filter(({ key, intent }) => !this.#ended.has(key) && isKnown(intent));
    const entries = withStored(this.#entries, left);
    for (const { key, intent } of left) this.#touches.set(key, touchesOf(intent));
    if (entries !== this.#entries) this.#set(entries);
  }

  #hear(message: TabMessage): void {
    switch (message.kind) {
      case "added":
        this.#take([message.entry]);
        this.#pump();
        return;
      case "answered": {
        const entry = this.#find(message.key);
        if (entry === undefined) this.#ended.add(message.key);
        else if (entry.status !== "answered") this.#settle(entry, message);
        return;
      }
      case "refused":
        this.#drop(message.keys, revivedRefusal(message.refusal));
        return;
      case "dismissed":
        this.#refused.hide(message.id);
        return;
      case "wiped":
        this.#deps.wiped();
        return;
    }
  }

  get #maySend(): boolean {
    return this.#isAllowed && !this.#pause.isOn;
  }

  readonly #touchesOf = ({ key, intent }: Entry): Touches => this.#touches.get(key) ?? touchesOf(intent);

  #pump(): void {
    if (!this.#maySend) return;
    const due = dueIn(this.#entries, { touchesOf: this.#touchesOf, isMine: (entry) => this.#isMine(entry) });
    for (const entry of due) void this.#send(entry);
  }

  async #send(entry: Entry): Promise<void> {
    const { key, order, tries } = entry;
    const turn = this.#turn;
    const now = this.#deps.clock.now();
    let { intent, sentAt } = entry;
    if (sentAt === null) [intent, sentAt] = [this.#deps.prepare(intent), now];
    this.#replace(key, { status: "sending", tries: tries + 1, intent, sentAt });
    if (entry.sentAt === null && order !== null) {
      const first = { ...storedEntry(entry), intent, sentAt, order };
      // Under one key all tabs send the same: what the first of them has made of it.
      const begun = await this.#link.keep((storage) => storage.begin(first));
      if (turn !== this.#turn) return;
      ({ intent, sentAt } = begun ?? first);
      this.#replace(key, { intent, sentAt });
    }
    // Nothing is settled within the walk through the entries that begins it.
    const result = await (isOutdated(intent, sentAt, now)
      ? Promise.resolve(new ApiProblem("OUTDATED", 0, "too old to be sent again"))
      : this.#deps.send(intent, key).catch((error: unknown) => toError(error)));
    const sent = this.#find(key);
    if (turn !== this.#turn || sent === undefined) return;
    if (result instanceof Error) await this.#failed(sent, result);
    else this.#answered(sent, { reached: result.position, absent: false, data: result.data });
    this.#pump();
  }

  #answered(entry: Entry, answer: Answer): void {
    this.#pause.answered();
    void this.#link.keep((storage) => storage.remove([entry.key]));
    // Another tab may not have heard yet how far it is.
    const whole = { ...answer, reached: later(entry.reached, answer.reached) };
    this.#link.post({ kind: "answered", key: entry.key, ...whole });
    this.#settle(entry, whole);
  }

  #settle(entry: Entry, { reached, absent, data }: Answer): void {
    const settled = { status: "answered", reached: later(entry.reached, reached), absent } as const;
    this.#replace(entry.key, settled);
    this.#callers.get(entry.key)?.answered(data);
    this.#deps.answered({ ...entry, ...settled });
    this.prune();
    this.#pump();
  }

  async #failed(entry: Entry, error: Error): Promise<void> {
    if (entry.reached !== null && !entry.awaited) {
      this.#answered(entry, NO_ANSWER);
      return;
    }
    // Another tab sends it by now, and hears for itself what becomes of it.
    if (!this.#isMine(entry)) {
      this.#replace(entry.key, { status: "waiting" });
      return;
    }
    if (error instanceof NetworkFailure) {
      this.#again(entry, 0);
      return;
    }
    const problem =
      error instanceof ApiProblem ? error : new ApiProblem("UNKNOWN", 0, error.message || "the change failed");
    const outcome = outcomeOf(entry.intent, problem, entry.tries);
    switch (outcome.kind) {
      case "again":
        this.#again(entry, outcome.waitMs);
        return;
      case "signed-out":
        this.#again(entry, SIGNED_OUT_MS);
        this.#deps.signedOut();
        return;
      case "absent":
        this.#answered(entry, { ...NO_ANSWER, absent: true });
        return;
      case "overtaken":
        await this.#rebase(entry, problem);
        return;
      case "refused":
        this.#pause.answered();
        this.#takeBack(entry, problem);
        return;
    }
  }

  /** The request was refused, so it has not acted: its key is still good for another one. */
  async #rebase(entry: Entry, problem: ApiProblem): Promise<void> {
    const { key, order } = entry;
    const turn = this.#turn;
    const rebased = await this.#deps.rebase(entry.intent).catch((error: unknown) => toError(error));
    if (turn !== this.#turn || this.#find(key) === undefined) return;
    if (rebased instanceof Error) await this.#failed(entry, rebased);
    else if (rebased === "done") this.#answered(entry, NO_ANSWER);
    else if (rebased === "conflict") this.#takeBack(entry, problem);
    else {
      if (order !== null) {
        const changed = { ...storedEntry(entry), intent: rebased, order };
        await this.#link.keep((storage) => storage.update(changed));
        if (turn !== this.#turn) return;
        this.#link.post({ kind: "added", entry: changed });
      }
      this.#replace(key, { intent: rebased, status: "waiting" });
    }
  }

  #again(entry: Entry, waitMs: number): void {
    this.#replace(entry.key, { status: "waiting" });
    this.#pause.begin(waitMs, () => this.wake());
  }

  /** Takes a refused change back, and with a creation all that was to be done to what it would have made. */
  #takeBack(entry: Entry, problem: ApiProblem): void {
    const gone = fallingWith(this.#entries, entry);
    const keys = [...gone];
    const intents = this.#entries.filter(({ key }) => gone.has(key)).map(({ intent }) => intent);
    const refusal = { id: entry.key, intents, title: entry.title, problem };
    void this.#link.keep((storage) => storage.refuse(keys, storedRefusal(refusal)));
    this.#link.post({ kind: "refused", keys, refusal: storedRefusal(refusal) });
    this.#drop(keys, refusal);
  }

  /** Whoever waits for the answer is told instead of everybody. */
  #drop(keys: readonly string[], refusal: Refusal): void {
    const callers = keys.flatMap((key) => this.#callers.get(key) ?? []);
    this.#refused.show([refusal]);
    if (callers.length > 0) {
      for (const { refused } of callers) refused(refusal.problem);
      this.#refused.dismiss(refusal.id);
    }
    this.#forget(keys);
    this.#set(this.#entries.filter(({ key }) => !keys.includes(key)));
    this.#pump();
  }
}
