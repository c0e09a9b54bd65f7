import type { Position } from "../../../shared/position.ts";
import { type ApiAnswer, ApiProblem, NetworkFailure } from "../lib/api-client.ts";
import { fullJitter } from "../realtime/backoff.ts";
import type { Clock } from "../realtime/ports.ts";
import { type Intent, isCreation, isDeletion, mustFollow, subjectOf, type Touches, touchesOf } from "./intents.ts";
import type { OutboxStorage } from "./outbox-storage.ts";

/** A change of ours that the confirmed state does not hold yet. */
export type Entry = {
  /** Its idempotency key, the same at every try; events carry it as `mutationId`. */
  readonly key: string;
  readonly intent: Intent;
  readonly title: string;
  readonly status: "waiting" | "sending" | "answered";
  readonly tries: number;
  /** Where in the history it took effect, once that is known. */
  readonly reached: Position | null;
  /** What was to be deleted was gone before. */
  readonly absent: boolean;
  /** The confirmed state holds it: it is not shown over it any more. */
  readonly held: boolean;
};

export type Refusal = {
  readonly id: string;
  readonly intents: readonly Intent[];
  readonly title: string;
  readonly problem: ApiProblem;
};

/** Who waits for the answer itself, and then hears of a refusal too. */
export type Caller = {
  readonly answered: (data: unknown) => void;
  readonly refused: (error: Error) => void;
};

export type OutboxDeps = {
  readonly send: (intent: Intent, key: string) => Promise<ApiAnswer<unknown>>;
  /** Whether every state that shows the entry's effect holds it. */
  readonly isHeld: (entry: Entry) => boolean;
  readonly changed: () => void;
  readonly answered: (entry: Entry) => void;
  readonly signedOut: () => void;
  readonly clock: Clock;
  readonly random: () => number;
  readonly newId: () => string;
  readonly storage: OutboxStorage;
};

const AT_ONCE = 4;
const RETRY_FLOOR_MS = 300;
const SIGNED_OUT_MS = 15_000;
/** The server says 500 about one request for ever; it must not hold up the others for ever. */
const TRIES_OF_A_BROKEN_REQUEST = 5;

type Outcome =
  | { readonly kind: "again"; readonly waitMs: number }
  | { readonly kind: "absent" | "refused" | "signed-out" };

const outcomeOf = (entry: Entry, problem: ApiProblem): Outcome => {
  const { status, code } = problem;
  const waitMs = (problem.retryAfterSeconds ?? 0) * 1_000;
  if (status === 401) return { kind: "signed-out" };
  if (status === 408 || status === 429 || status === 503 || code === "IDEMPOTENCY_KEY_IN_USE")
    return { kind: "again", waitMs };
  if (status >= 500 && entry.tries < TRIES_OF_A_BROKEN_REQUEST) return { kind: "again", waitMs };
  return { kind: isDeletion(entry.intent) && (status === 404 || status === 410) ? "absent" : "refused" };
};

/**
 * The changes on their way to the server, in order. What depends on an earlier one waits for its answer; the rest
 * goes side by side. A request is repeated under its key until it is answered, so it acts once.
 */
export class Outbox {
  readonly #deps: OutboxDeps;
  readonly #touches = new Map<string, Touches>();
  readonly #callers = new Map<string, Caller>();
  #entries: readonly Entry[] = [];
  #refusals: readonly Refusal[] = [];
  #failures = 0;
  #cancelPause: (() => void) | null = null;
  #turn = 0;

  constructor(deps: OutboxDeps) {
    this.#deps = deps;
  }

  /** In the order of their making. A new array after each change. */
  get entries(): readonly Entry[] {
    return this.#entries;
  }

  get refusals(): readonly Refusal[] {
    return this.#refusals;
  }

  /** Takes up what was left unsent when the page ended. */
  async restore(): Promise<void> {
    const turn = this.#turn;
    const stored = await this.#deps.storage.load();
    if (turn !== this.#turn) return;
    const known = new Set(this.#entries.map(({ key }) => key));
    const left = stored.filter(({ key }) => !known.has(key));
    for (const { key, intent } of left) this.#touches.set(key, touchesOf(intent));
    this.#set([...left.map((each) => this.#fresh(each)), ...this.#entries]);
    this.#pump();
  }

  add(intent: Intent, title: string, caller?: Caller): void {
    const key = this.#deps.newId();
    this.#touches.set(key, touchesOf(intent));
    if (caller !== undefined) this.#callers.set(key, caller);
    this.#deps.storage.put({ key, intent, title });
    this.#set([...this.#entries, this.#fresh({ key, intent, title })]);
    this.#pump();
  }

  /** A change that is refused before it is sent. */
  refuse(intent: Intent, title: string, problem: ApiProblem): void {
    this.#refusals = [...this.#refusals, { id: this.#deps.newId(), intents: [intent], title, problem }];
    this.#deps.changed();
  }

  /** An event carries our key: the change has acted, whether or not its answer arrives. */
  echo(key: string, position: Position): void {
    const entry = this.#entries.find((each) => each.key === key);
    if (entry === undefined) return;
    const isSettled = entry.status === "answered" || (entry.status === "waiting" && !this.#callers.has(key));
    this.#replace(key, { reached: later(entry.reached, position), ...(isSettled ? { status: "answered" } : {}) });
    if (entry.status === "waiting" && isSettled) this.#pump();
  }

  /** Drops what the confirmed state holds by now. */
  prune(): void {
    let changed = false;
    const kept: Entry[] = [];
    for (const entry of this.#entries) {
      const isHeld = (entry.reached !== null || entry.status === "answered") && this.#deps.isHeld(entry);
      if (isHeld && entry.status === "answered") {
        changed = true;
        this.#forget(entry.key);
        continue;
      }
      if (isHeld !== entry.held) changed = true;
      kept.push(isHeld === entry.held ? entry : { ...entry, held: isHeld });
    }
    if (changed) this.#set(kept);
  }

  /** The network is back, or somebody has signed in: no more waiting. */
  wake(): void {
    this.#cancelPause?.();
    this.#cancelPause = null;
    this.#pump();
  }

  retry(id: string): void {
    const refusal = this.#refusals.find((each) => each.id === id);
    if (refusal === undefined) return;
    this.dismiss(id);
    for (const intent of refusal.intents) this.add(intent, refusal.title);
  }

  dismiss(id: string): void {
    this.#refusals = this.#refusals.filter((each) => each.id !== id);
    this.#deps.changed();
  }

  clear(): void {
    this.#turn += 1;
    this.#cancelPause?.();
    this.#cancelPause = null;
    this.#failures = 0;
    for (const { key } of this.#entries) this.#forget(key);
    this.#refusals = [];
    this.#set([]);
  }

  #fresh({ key, intent, title }: Pick<Entry, "key" | "intent" | "title">): Entry {
    return { key, intent, title, status: "waiting", tries: 0, reached: null, absent: false, held: false };
  }

  #set(entries: readonly Entry[]): void {
    this.#entries = entries;
    this.#deps.changed();
  }

  #replace(key: string, change: Partial<Entry>): void {
    this.#set(this.#entries.map((entry) => (entry.key === key ? { ...entry, ...change } : entry)));
  }

  #forget(key: string): void {
    this.#touches.delete(key);
    this.#callers.delete(key);
    this.#deps.storage.remove(key);
  }

  #pump(): void {
    if (this.#cancelPause !== null) return;
    const ahead: Touches[] = [];
    let sending = this.#entries.filter(({ status }) => status === "sending").length;
    for (const entry of this.#entries) {
      if (entry.status === "answered") continue;
      const touches = this.#touches.get(entry.key) ?? touchesOf(entry.intent);
      const isFree = !ahead.some((earlier) => mustFollow(earlier, touches));
      ahead.push(touches);
      if (entry.status === "sending" || !isFree || sending >= AT_ONCE) continue;
      sending += 1;
      void this.#send(entry);
    }
  }

  async #send({ key, intent, tries }: Entry): Promise<void> {
    const turn = this.#turn;
    this.#replace(key, { status: "sending", tries: tries + 1 });
    const result = await this.#deps.send(intent, key).catch((error: unknown) => toError(error));
    const entry = this.#entries.find((each) => each.key === key);
    if (turn !== this.#turn || entry === undefined) return;
    if (result instanceof Error) this.#failed(entry, result);
    else {
      this.#failures = 0;
      this.#answered(entry, result.position, result.data);
    }
    this.#pump();
  }

  #answered(entry: Entry, position: Position | null, data: unknown): void {
    const reached = later(entry.reached, position);
    this.#replace(entry.key, { status: "answered", reached });
    this.#deps.storage.remove(entry.key);
    this.#callers.get(entry.key)?.answered(data);
    this.#deps.answered({ ...entry, status: "answered", reached });
    this.prune();
  }

  #failed(entry: Entry, error: Error): void {
    const isEchoed = entry.reached !== null && !this.#callers.has(entry.key);
    if (isEchoed) {
      this.#replace(entry.key, { status: "answered" });
      this.prune();
      return;
    }
    if (error instanceof NetworkFailure) {
      this.#again(entry, 0);
      return;
    }
    const problem =
      error instanceof ApiProblem ? error : new ApiProblem("UNKNOWN", 0, error.message || "the change failed");
    const outcome = outcomeOf(entry, problem);
    switch (outcome.kind) {
      case "again":
        this.#again(entry, outcome.waitMs);
        return;
      case "signed-out":
        this.#again(entry, SIGNED_OUT_MS);
        this.#deps.signedOut();
        return;
      case "absent":
        this.#failures = 0;
        this.#replace(entry.key, { status: "answered", absent: true });
        this.#deps.answered({ ...entry, status: "answered", absent: true });
        this.prune();
        return;
      case "refused":
        this.#failures = 0;
        this.#takeBack(entry, problem);
        return;
    }
  }

  #again(entry: Entry, waitMs: number): void {
    this.#replace(entry.key, { status: "waiting" });
    this.#failures += 1;
    const wait = Math.max(waitMs, RETRY_FLOOR_MS) + fullJitter(this.#failures - 1, this.#deps.random);
    this.#cancelPause?.();
    this.#cancelPause = this.#deps.clock.after(wait, () => this.wake());
  }

  /** Takes a refused change back, and with a creation all that was to be done to what it would have made. */
  #takeBack(entry: Entry, problem: ApiProblem): void {
    const gone = new Set([entry.key]);
    if (isCreation(entry.intent)) {
      const ids = new Set([subjectOf(entry.intent)]);
      for (const later of this.#entries.slice(this.#entries.indexOf(entry) + 1)) {
        const { reads, writes } = this.#touches.get(later.key) ?? touchesOf(later.intent);
        if (later.status !== "waiting" || ![...reads, ...writes].some((id) => ids.has(id))) continue;
        gone.add(later.key);
        if (isCreation(later.intent)) ids.add(subjectOf(later.intent));
      }
    }
    const taken = this.#entries.filter(({ key }) => gone.has(key));
    const caller = this.#callers.get(entry.key);
    for (const { key } of taken) {
      this.#callers.get(key)?.refused(problem);
      this.#forget(key);
    }
    if (caller === undefined) {
      const intents = taken.map(({ intent }) => intent);
      this.#refusals = [...this.#refusals, { id: entry.key, intents, title: entry.title, problem }];
    }
    this.#set(this.#entries.filter(({ key }) => !gone.has(key)));
  }
}

/** One change may make several events; its effect is whole with the last. */
const later = (known: Position | null, position: Position | null): Position | null =>
  known !== null && position !== null && known.epoch === position.epoch && known.seq > position.seq
    ? known
    : (position ?? known);

const toError = (error: unknown): Error => (error instanceof Error ? error : new Error(String(error)));
