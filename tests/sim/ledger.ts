import type { Mutation } from "../../client/sync/mutation.ts";
import type { Position } from "../../shared/protocol/position.ts";
import type { SimBrowser } from "./browser.ts";
import { SCHEMA } from "./history.ts";
import type { Page } from "./page.ts";

/** An event as it stands in the log. */
export type LoggedEvent = {
  readonly action: string;
  readonly seq: number;
  readonly epoch: string;
  readonly mutationId?: string;
};

type Made = {
  readonly key: string;
  readonly index: number;
  /** Virtual time. */
  readonly at: number;
  readonly page: Page;
  readonly browser: SimBrowser;
  readonly mutation: Mutation;
};

/** Another tab knows of a stored mutation after this long, in milliseconds. */
const KNOWN_EVERYWHERE_AFTER_MS = 200;

/** Whether the same request is sent again after this answer. */
const isPassing = (status: number, code: string | null): boolean =>
  status >= 500 || status === 401 || status === 408 || status === 429 || code === "IDEMPOTENCY_KEY_IN_USE";

/**
 * All mutations that people made, and what became of each at the database: none acts twice, none acts before an earlier
 * one that it must wait for, and none that was stored is lost.
 */
export class MutationLedger {
  readonly #report: (violation: string) => void;
  readonly #made = new Map<string, Made>();
  readonly #acted = new Map<string, Position>();
  /** Keys that the server answered, or that acted and were undone by a restore. */
  readonly #answered = new Set<string>();

  constructor(report: (violation: string) => void) {
    this.#report = report;
  }

  /** Enters what a person has just done on a page. Returns the mutations that are new. */
  register(page: Page, at: number): readonly Mutation[] {
    const fresh: Mutation[] = [];
    for (const { key, mutation } of page.engine.outbox.pending) {
      if (this.#made.has(key)) continue;
      this.#made.set(key, { key, index: this.#made.size, at, page, browser: page.browser, mutation });
      fresh.push(mutation);
    }
    return fresh;
  }

  /** The server answered a request; `code` of a refusal. */
  answered(key: string, status: number, code: string | null): void {
    if (isPassing(status, code)) return;
    if (code === "IDEMPOTENCY_KEY_REUSED") this.#report(`another request than before was sent under ${key}`);
    if (code !== null) this.#refused(key, code);
    this.#answered.add(key);
  }

  /** A mutation must not be refused for want of what an earlier one is still to create. */
  #refused(key: string, code: string): void {
    const made = this.#made.get(key);
    if (made === undefined) return;
    const input = JSON.stringify(made.mutation);
    for (const earlier of this.#made.values()) {
      if (earlier.index >= made.index) return;
      const { mutation, page } = earlier;
      const isNeeded = mutation.op === "create" && page === made.page && input.includes(mutation.id);
      if (isNeeded && !this.#isSettled(earlier.key) && !page.browser.dropped.has(earlier.key))
        this.#report(`${key} was refused with ${code} before ${earlier.key} created what it needs`);
    }
  }

  /** One transaction's events; `isGone` tells which entities it deleted without an event of their own. */
  committed(events: readonly LoggedEvent[], isGone: (kind: string, id: string) => boolean): void {
    const [first] = events;
    const key = first?.mutationId;
    if (first === undefined || key === undefined) return;
    const made = this.#made.get(key);
    if (made === undefined) {
      this.#report(`${first.action} acted under ${key}, which nobody made`);
      return;
    }
    const before = this.#acted.get(key);
    if (before !== undefined)
      this.#report(`${key} acted twice, at ${before.epoch}:${before.seq} and at ${first.epoch}:${first.seq}`);
    this.#acted.set(key, { epoch: first.epoch, seq: first.seq });
    for (const earlier of this.#made.values()) {
      if (earlier.index >= made.index) break;
      if (!this.#mustComeFirst(earlier, made, isGone)) continue;
      const { mutation } = earlier;
      this.#report(`${first.action} of ${key} overtook ${mutation.entity} ${mutation.op} of ${earlier.key}`);
    }
  }

  /** An older database took the place of the one before: nothing after `seq` has acted. */
  restored(seq: number): void {
    for (const [key, at] of this.#acted) {
      if (at.seq <= seq) continue;
      this.#acted.delete(key);
      this.#answered.add(key);
    }
  }

  /** The keys of requests were forgotten with the log: a page without an answer sends its request as a new one. */
  forgotten(): void {
    for (const key of this.#acted.keys()) this.#answered.add(key);
    this.#acted.clear();
  }

  /** Keys that a browser stored and that neither acted nor were answered, rejected or kept. */
  lostBy({ written, dropped, pending }: SimBrowser): string[] {
    const kept = new Set(pending.map(({ key }) => key));
    return [...written.keys()].filter((key) => !this.#isSettled(key) && !dropped.has(key) && !kept.has(key));
  }

  #isSettled(key: string): boolean {
    return this.#acted.has(key) || this.#answered.has(key);
  }

  #mustComeFirst(earlier: Made, later: Made, isGone: (kind: string, id: string) => boolean): boolean {
    const { key, mutation, browser, page } = earlier;
    if (browser !== later.browser || this.#isSettled(key) || browser.dropped.has(key)) return false;
    const { entity, id, op } = mutation;
    const isSame = entity === later.mutation.entity && id === later.mutation.id;
    // A container that is deleted takes nothing with it that was moved out of it before.
    const container = SCHEMA.containerOf(SCHEMA.entity(entity));
    const isSwept =
      op === "move" &&
      later.mutation.op === "delete" &&
      container?.kind === later.mutation.entity &&
      isGone(entity, id);
    if (!isSame && !isSwept) return false;
    const held = page.isOver ? undefined : page.engine.outbox.pending.find((each) => each.key === key);
    if (page === later.page && !page.isOver) return held !== undefined;
    // Storage was so slow that the page took the mutation for one that it keeps alone.
    if (held?.order === null) return false;
    const writtenAt = browser.written.get(key) ?? Number.POSITIVE_INFINITY;
    return writtenAt + KNOWN_EVERYWHERE_AFTER_MS < later.at && browser.pending.some((each) => each.key === key);
  }
}
