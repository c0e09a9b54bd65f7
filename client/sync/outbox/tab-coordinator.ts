import { fullJitter } from "../../realtime/backoff.ts";
import type { Clock } from "../../realtime/ports.ts";
import type { OutboxPort, OutboxStorage, StoredMutation, StoredOutbox, TabMessage } from "./outbox-port.ts";

const LOAD_AGAIN_MS = 5_000;

export type TabDeps = { readonly clock: Clock; readonly random: () => number };

export type TabListeners = {
  /** Called when storage has told what it holds, and before this tab leads. */
  readonly loaded: (stored: StoredOutbox) => void;
  /** This tab leads. */
  readonly leads: () => void;
  readonly message: (message: TabMessage) => void;
  /** Storage refused a write; `error` is the first since it was opened. */
  readonly failed: (error: unknown) => void;
};

/** An outbox's side of storage and of the other tabs. A mutation that storage does not take stays in this page. */
export class TabCoordinator {
  readonly #deps: TabDeps;
  readonly #listeners: TabListeners;
  /** `null`: everything stays in this page; `undefined`: it is not known yet. */
  #port: OutboxPort | null | undefined;
  #isClosed = false;
  #undo: (() => void)[] = [];
  #isLeader = false;
  /** Counts the changes of leadership, so that a load that ends after the next one is not taken for it. */
  #term = 0;
  #failedLoads = 0;
  #cancelLoad = () => {};

  constructor(deps: TabDeps, listeners: TabListeners) {
    this.#deps = deps;
    this.#listeners = listeners;
  }

  /** Signed out; no user yet. */
  get isClosed(): boolean {
    return this.#isClosed;
  }

  get isLeader(): boolean {
    return this.#isLeader;
  }

  /** A user is signed in, whose port is still to come. */
  expect(): void {
    this.#isClosed = false;
  }

  open(port: OutboxPort | null): void {
    this.#isClosed = false;
    this.#port = port;
    const lead = () => {
      this.#isLeader = true;
      this.#listeners.leads();
    };
    if (port === null) {
      lead();
      return;
    }
    this.#undo.push(port.tabs.listen(this.#listeners.message));
    const acquired = () => {
      const term = this.#yield();
      void this.#load().then(() => {
        if (term === this.#term) lead();
      });
    };
    const lost = () => void this.#yield();
    this.#undo.push(port.lock.request(acquired, lost));
    void this.#load();
  }

  async #load(): Promise<void> {
    const port = this.#port;
    const stored = await this.store((storage) => storage.load());
    if (port === undefined || port !== this.#port) return;
    if (stored === null) {
      this.#loadLater();
      return;
    }
    this.#failedLoads = 0;
    this.#listeners.loaded(stored);
    // A tab may have ended between storing a mutation and telling the leader of it.
    if (!this.#isLeader) for (const each of stored.pending) this.post({ kind: "added", stored: each });
  }

  /** Storage that does not answer may do so later. Until it has, nobody sends the mutations in it. */
  #loadLater(): void {
    const { clock, random } = this.#deps;
    this.#cancelLoad();
    this.#cancelLoad = clock.after(LOAD_AGAIN_MS + fullJitter(this.#failedLoads, random), () => void this.#load());
    this.#failedLoads += 1;
  }

  close(): void {
    for (const undo of this.#undo) undo();
    this.#undo = [];
    this.#port = undefined;
    this.#cancelLoad();
    this.#isClosed = true;
    this.#yield();
  }

  #yield(): number {
    this.#isLeader = false;
    this.#term += 1;
    return this.#term;
  }

  post(message: TabMessage): void {
    this.#port?.tabs.post(message);
  }

  /** Runs work against storage; `null` where there is none, or where it failed. */
  async store<Value>(work: (storage: OutboxStorage) => Promise<Value>): Promise<Value | null> {
    const port = this.#port;
    if (!port) return null;
    try {
      return await work(port.storage);
    } catch (error) {
      if (port === this.#port) this.#listeners.failed(error);
      return null;
    }
  }

  /** Calls `written` with its order once the mutation is in storage, or with `null` when it stays in this page. */
  write(stored: StoredMutation, written: (order: number | null) => void): void {
    const port = this.#port;
    if (port === null) written(null);
    if (!port) return;
    void this.store((storage) => storage.add(stored)).then((order) => {
      if (order !== null) port.tabs.post({ kind: "added", stored: { ...stored, order } });
      if (port === this.#port) written(order);
    });
  }
}
