import type { Clock } from "../../client/realtime/ports.ts";
import type { OrderedMutation, OutboxPort, StoredRejection, TabMessage } from "../../client/sync/outbox/outbox-port.ts";
import type { SyncSchema } from "../../client/sync/schema.ts";
import type { SignedIn } from "../../client/sync/signed-in.ts";
import type { Snapshot, SnapshotRef } from "../../client/sync/snapshot.ts";
import {
  deserializeSnapshot,
  type SerializedSnapshot,
  serializeSnapshot,
} from "../../client/sync/storage/serialize-snapshot.ts";
import type { StorageAdapter, StoragePort, StoredSnapshot } from "../../client/sync/storage/storage-port.ts";

type Owned<Value> = Value & { readonly owner: string };
type StoredState = {
  readonly userId: string;
  readonly ref: string;
  readonly tenantId: string;
  readonly serialized: SerializedSnapshot;
  readonly storedAt: number;
};
/** Transactions of one part run in the order in which they were begun, whichever tab began them. */
type Part = "people" | "outbox" | "snapshots";

/** A snapshot is written this long after it changed, as the browser's own storage does. */
const SAVE_AFTER_MS = 1_000;
const SHORTEST_MESSAGE_MS = 1;
/** A write that takes longer never arrives after its page has ended. */
const OUTLIVES_PAGE_MS = 500;

const textOf = ({ kind, scopeId }: SnapshotRef): string => `${kind} ${scopeId}`;

/** One page's side of the browser. */
export type SimTab = {
  readonly port: StoragePort;
  /** The page ends, however it does: nothing reaches it any more. */
  readonly close: () => void;
  /** The person looks at this tab, which steals the leader lock. */
  readonly focus: () => void;
  /** The browser says that the page may be about to end. */
  readonly hide: () => void;
};

type TabState = {
  readonly name: string;
  readonly isInForeground: boolean;
  isOpen: boolean;
  /** The page ended, and one of its writes did not arrive: none after it does. */
  losesWrites: boolean;
  readonly listeners: Set<(message: TabMessage) => void>;
  readonly onHide: Set<() => void>;
  readonly onUserChange: Set<(userId: string | null) => void>;
  readonly unsaved: Map<string, { readonly userId: string; readonly snapshot: Snapshot }>;
  /** When its last message arrives: a channel keeps their order. */
  messageAt: number;
  /** When the last news of the lock arrives. */
  lockAt: number;
};

type LockRequest = { readonly tab: TabState; readonly acquired: () => void; readonly lost: () => void };

/**
 * A browser of one person: its storage, locks and channels for any number of tabs, in simulated time. It stands in for
 * IndexedDB, Web Locks and BroadcastChannel.
 */
export class SimBrowser {
  /** The longest time that a transaction takes, in milliseconds. */
  writeDelay = 5;
  /** The longest time until news of the lock or a message reaches a tab; `0`: the lock is stolen at once. */
  tabDelay = 0;
  /** The share of writes lost that a page began before it ended. */
  lostWrites = 1;
  /** Nothing more can be added. */
  isFull = false;
  /** Every transaction fails. */
  isBroken = false;
  /** A private window: storage does not open. */
  isPrivate = false;
  /** Called with each step worth reading in a trace. */
  note: (step: string) => void = () => {};
  /** The session that the browser's cookie names. */
  sid: string | null = null;
  pending: Owned<OrderedMutation>[] = [];
  rejections: Owned<StoredRejection>[] = [];
  states: StoredState[] = [];
  me: SignedIn | null = null;
  /** Keys of all mutations that were ever stored, with the time at which they were. */
  readonly written = new Map<string, number>();
  /** Keys of the mutations whose rejection was stored, or that their person deleted. */
  readonly dropped = new Set<string>();
  readonly #clock: Clock;
  readonly #random: () => number;
  readonly #tabs = new Set<TabState>();
  readonly #locks = new Map<string, LockRequest[]>();
  readonly #freeAt: Record<Part, number> = { people: 0, outbox: 0, snapshots: 0 };
  /** Beside the database, and readable at once: who is signed in. */
  #storedUserId: string | null = null;
  #order = 0;

  constructor(clock: Clock, random: () => number) {
    this.#clock = clock;
    this.#random = random;
  }

  /** Opens a tab; one in the foreground steals the lock as soon as its page asks for it. */
  openTab({ name = "tab", isInForeground = false } = {}): SimTab {
    const tab: TabState = {
      name,
      isInForeground,
      isOpen: true,
      losesWrites: false,
      listeners: new Set(),
      onHide: new Set(),
      onUserChange: new Set(),
      unsaved: new Map(),
      messageAt: 0,
      lockAt: 0,
    };
    this.#tabs.add(tab);
    const port: StoragePort = {
      hasData: () => this.#storedUserId !== null,
      unsentCount: () => 0,
      onPageHide: (listener) => void tab.onHide.add(listener),
      onUserChange: (listener) => void tab.onUserChange.add(listener),
      open: async ({ schema }) => {
        if (this.isPrivate) throw new DOMException("private", "InvalidStateError");
        return this.#adapter(tab, schema);
      },
    };
    return {
      port,
      close: () => {
        tab.isOpen = false;
        this.#tabs.delete(tab);
        for (const name of this.#locks.keys()) this.#release(name, tab);
      },
      focus: () => {
        for (const name of this.#locks.keys()) this.#steal(name, tab);
      },
      hide: () => {
        for (const listener of tab.onHide) listener();
      },
    };
  }

  #adapter(tab: TabState, schema: SyncSchema): StorageAdapter {
    const save = () => this.#saveAll(tab);
    return {
      me: () => this.#transaction(tab, "people", () => structuredClone(this.me)),
      setMe: (me) => {
        this.#setStoredUser(tab, me?.user.id ?? null);
        return this.#transaction(tab, "people", () => this.#setMe(me));
      },
      outbox: (userId) => this.#outbox(tab, userId),
      restore: (userId, ref, generation) =>
        this.#transaction(tab, "snapshots", () => this.#restore(schema, userId, ref, generation)),
      save: (userId, snapshot) => {
        if (tab.unsaved.size === 0) this.#clock.after(SAVE_AFTER_MS, () => tab.isOpen && void save().catch(() => {}));
        tab.unsaved.set(textOf(snapshot), { userId, snapshot });
      },
      flush: save,
      wipe: (userId) => {
        this.#setStoredUser(tab, null);
        for (const [text, unsaved] of tab.unsaved) if (unsaved.userId === userId) tab.unsaved.delete(text);
        return this.#transaction(tab, "outbox", () => this.#wipe(userId));
      },
    };
  }

  #restore(schema: SyncSchema, userId: string, ref: SnapshotRef, generation: number): StoredSnapshot | null {
    const stored = this.states.find((each) => each.userId === userId && each.ref === textOf(ref));
    const snapshot = stored && deserializeSnapshot(schema, stored.serialized, generation);
    return stored && snapshot ? { snapshot, storedAt: stored.storedAt } : null;
  }

  async #saveAll(tab: TabState): Promise<void> {
    const unsaved = [...tab.unsaved.values()];
    tab.unsaved.clear();
    if (unsaved.length === 0) return;
    const storedAt = this.#clock.now();
    await this.#transaction(tab, "snapshots", () => {
      this.#requireRoom();
      for (const { userId, snapshot } of unsaved) {
        const ref = textOf(snapshot);
        const { tenantId } = snapshot;
        this.states = this.states.filter((each) => each.userId !== userId || each.ref !== ref);
        if (snapshot.isDeleted) continue;
        this.states.push({ userId, ref, tenantId, serialized: serializeSnapshot(snapshot), storedAt });
      }
    });
  }

  #setStoredUser(from: TabState, userId: string | null): void {
    if (userId === this.#storedUserId) return;
    this.#storedUserId = userId;
    for (const tab of this.#tabs) {
      if (tab === from) continue;
      this.#tell(tab, () => {
        for (const listener of tab.onUserChange) listener(userId);
      });
    }
  }

  #setMe(me: SignedIn | null): void {
    const userId = me?.user.id ?? this.me?.user.id;
    const teams = new Set(me?.teams.map(({ id }) => id));
    this.me = structuredClone(me);
    this.states = this.states.filter((each) => each.userId !== userId || teams.has(each.tenantId));
  }

  #wipe(userId: string): void {
    this.me = null;
    for (const { key, owner } of this.pending) if (owner === userId) this.dropped.add(key);
    this.pending = this.pending.filter(({ owner }) => owner !== userId);
    this.rejections = this.rejections.filter(({ owner }) => owner !== userId);
    this.states = this.states.filter((each) => each.userId !== userId);
  }

  #requireRoom(): void {
    if (this.isFull) throw new DOMException("full", "QuotaExceededError");
  }

  #transaction<Value>(tab: TabState, part: Part, work: () => Value): Promise<Value> {
    const { promise, resolve, reject } = Promise.withResolvers<Value>();
    const now = this.#clock.now();
    const at = Math.max(this.#freeAt[part], now + Math.floor(this.#random() * this.writeDelay));
    this.#freeAt[part] = at;
    this.#clock.after(at - now, () => {
      if (!tab.isOpen) tab.losesWrites ||= at - now > OUTLIVES_PAGE_MS || this.#random() < this.lostWrites;
      if (tab.losesWrites) return;
      try {
        if (this.isBroken) throw new DOMException("broken", "UnknownError");
        const value = work();
        if (tab.isOpen) resolve(value);
      } catch (error) {
        if (tab.isOpen) reject(error);
      }
    });
    return promise;
  }

  #outbox(tab: TabState, owner: string): OutboxPort {
    const transaction = <Value>(work: () => Value) => this.#transaction(tab, "outbox", work);
    const without = (keys: readonly string[]) => {
      this.pending = this.pending.filter(({ key }) => !keys.includes(key));
    };
    const indexOf = (key: string) => this.pending.findIndex((each) => each.key === key);
    return {
      storage: {
        load: () =>
          transaction(() =>
            structuredClone({
              pending: this.pending.filter((each) => each.owner === owner).sort((a, b) => a.order - b.order),
              rejections: this.rejections.filter((each) => each.owner === owner),
            }),
          ),
        add: (stored) =>
          transaction(() => {
            this.#requireRoom();
            this.#order += 1;
            this.written.set(stored.key, this.#clock.now());
            this.note(`${tab.name} stores ${stored.key}`);
            this.pending.push({ ...structuredClone(stored), order: this.#order, owner });
            return this.#order;
          }),
        update: (stored) =>
          transaction(() => {
            this.#requireRoom();
            const index = indexOf(stored.key);
            if (index >= 0) this.pending[index] = { ...structuredClone(stored), owner };
          }),
        begin: (stored) =>
          transaction(() => {
            const index = indexOf(stored.key);
            const known = this.pending[index];
            if (known !== undefined && known.sentAt !== null) return structuredClone(known);
            this.#requireRoom();
            if (known !== undefined) this.pending[index] = { ...structuredClone(stored), owner };
            return stored;
          }),
        remove: (keys) => transaction(() => without(keys)),
        reject: (keys, rejection) =>
          transaction(() => {
            if (keys.length === 0) this.#requireRoom();
            without(keys);
            for (const key of keys) this.dropped.add(key);
            this.rejections.push({ ...structuredClone(rejection), owner });
          }),
        dismiss: (id) =>
          transaction(() => {
            this.rejections = this.rejections.filter((each) => each.id !== id);
          }),
      },
      tabs: {
        post: (message) => {
          const copy = structuredClone(message);
          for (const other of this.#tabs) {
            if (other === tab) continue;
            for (const listener of other.listeners) this.#tell(other, () => listener(copy));
          }
        },
        listen: (listener) => {
          tab.listeners.add(listener);
          return () => tab.listeners.delete(listener);
        },
      },
      lock: {
        request: (acquired, lost) => {
          const queue = this.#locks.get(owner) ?? [];
          this.#locks.set(owner, queue);
          const request = { tab, acquired, lost };
          queue.push(request);
          if (queue.length === 1) this.#grant(request);
          else if (tab.isInForeground) this.#steal(owner, tab);
          return () => this.#release(owner, tab);
        },
      },
    };
  }

  #delay(): number {
    return Math.floor(this.#random() * this.tabDelay);
  }

  #tell(tab: TabState, run: () => void): void {
    const now = this.#clock.now();
    tab.messageAt = Math.max(tab.messageAt, now + SHORTEST_MESSAGE_MS + this.#delay());
    this.#clock.after(tab.messageAt - now, () => tab.isOpen && run());
  }

  #grant({ tab, acquired }: LockRequest): void {
    this.#notify(tab, () => {
      this.note(`${tab.name} leads`);
      acquired();
    });
  }

  #notify(tab: TabState, run: () => void): void {
    const now = this.#clock.now();
    tab.lockAt = Math.max(tab.lockAt, now + this.#delay());
    this.#clock.after(tab.lockAt - now, () => tab.isOpen && run());
  }

  #release(name: string, tab: TabState): void {
    const queue = this.#locks.get(name) ?? [];
    const rest = queue.filter((each) => each.tab !== tab);
    this.#locks.set(name, rest);
    const [first] = rest;
    if (queue[0]?.tab === tab && first !== undefined) this.#grant(first);
  }

  #steal(name: string, tab: TabState): void {
    const queue = this.#locks.get(name) ?? [];
    const [holder] = queue;
    const mine = queue.find((each) => each.tab === tab);
    if (holder === undefined || mine === undefined || holder === mine) return;
    this.#locks.set(name, [mine, ...queue.filter((each) => each !== mine)]);
    if (this.tabDelay === 0) {
      holder.lost();
      mine.acquired();
      return;
    }
    this.#notify(holder.tab, () => {
      this.note(`${holder.tab.name} leads no more`);
      holder.lost();
    });
    this.#grant(mine);
  }
}
