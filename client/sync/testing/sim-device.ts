import type { Clock } from "../../realtime/ports.ts";
import type { OrderedMutation, OutboxPort, StoredRejection, TabMessage } from "../outbox/outbox-port.ts";
import type { SignedIn } from "../signed-in.ts";
import type { SnapshotRef } from "../snapshot.ts";
import { deserializeSnapshot, type SerializedSnapshot, serializeSnapshot } from "../storage/serialize-snapshot.ts";
import type { StoragePort } from "../storage/storage-port.ts";

type Kept = {
  readonly userId: string;
  readonly ref: string;
  readonly serialized: SerializedSnapshot;
  readonly at: number;
};
type Owned<Value> = Value & { readonly owner: string };

/** One page of a browser. */
type SimTab = {
  isOpen: boolean;
  readonly listeners: Set<(message: TabMessage) => void>;
};

type Waiting = { readonly tab: SimTab; readonly acquired: () => void; readonly lost: () => void };

/** A browser's storage, locks and channels, for any number of its tabs, in simulated time. */
export class SimBrowser {
  /** What a write takes at most; one that a tab has begun as it ends may be lost. */
  writeDelay = 5;
  /** Nothing more can be written. */
  isFull = false;
  /** What is sent is kept no longer, as if it were answered already. */
  forgetsWhenSent = false;
  pending: Owned<OrderedMutation>[] = [];
  rejections: Owned<StoredRejection>[] = [];
  states: Kept[] = [];
  me: SignedIn | null = null;
  /** Keys of all changes that were ever written, and of those that were taken back and told. */
  readonly written = new Set<string>();
  readonly told = new Set<string>();
  readonly #clock: Clock;
  readonly #random: () => number;
  readonly #tabs = new Set<SimTab>();
  readonly #locks = new Map<string, Waiting[]>();
  #order = 0;

  constructor(clock: Clock, random: () => number) {
    this.#clock = clock;
    this.#random = random;
  }

  /** Opens a tab; `end` is what becomes of it when it is closed, or dies. */
  openTab(): { readonly port: StoragePort; readonly end: () => void; readonly look: () => void } {
    const tab: SimTab = { isOpen: true, listeners: new Set() };
    this.#tabs.add(tab);
    const port: StoragePort = {
      hasData: () => this.me !== null,
      unsentCount: () => 0,
      onPageHide: () => {},
      onUserChange: () => {},
      open: async ({ schema }) => ({
        me: async () => structuredClone(this.me),
        setMe: async (me) => {
          const left = this.me?.user.id;
          this.me = structuredClone(me);
          if (me === null) this.states = this.states.filter(({ userId }) => userId !== left);
        },
        outbox: (userId) => this.#outbox(tab, userId),
        restore: async (userId, ref, generation) => {
          await this.#wait();
          const kept = this.states.find((each) => each.userId === userId && each.ref === textOf(ref));
          const snapshot = kept && deserializeSnapshot(schema, kept.serialized, generation);
          return kept && snapshot ? { snapshot, storedAt: kept.at } : null;
        },
        save: (userId, snapshot) => {
          const serialized = serializeSnapshot(snapshot);
          const at = this.#clock.now();
          const text = textOf(snapshot);
          this.#clock.after(this.writeDelay, () => {
            if (!tab.isOpen || this.isFull) return;
            const others = this.states.filter((each) => each.userId !== userId || each.ref !== text);
            this.states = [...others, { userId, ref: text, serialized: structuredClone(serialized), at }];
          });
        },
        flush: async () => {},
        wipe: async (userId) => this.#wipe(userId),
      }),
    };
    const end = () => {
      tab.isOpen = false;
      this.#tabs.delete(tab);
      tab.listeners.clear();
      for (const name of this.#locks.keys()) this.#leave(name, tab);
    };
    return { port, end, look: () => this.#look(tab) };
  }

  #wipe(userId: string): void {
    this.me = null;
    this.pending = this.pending.filter(({ owner }) => owner !== userId);
    this.rejections = this.rejections.filter(({ owner }) => owner !== userId);
    this.states = this.states.filter((each) => each.userId !== userId);
  }

  #wait(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#clock.after(Math.floor(this.#random() * this.writeDelay), resolve);
    return promise;
  }

  #outbox(tab: SimTab, owner: string): OutboxPort {
    const write = async <Value>(work: () => Value): Promise<Value> => {
      await this.#wait();
      // A page that has ended hears of nothing, whether or not its write arrived.
      if (!tab.isOpen) return new Promise<Value>(() => {});
      if (this.isFull) throw new DOMException("full", "QuotaExceededError");
      return work();
    };
    const without = (keys: readonly string[]) => {
      this.pending = this.pending.filter(({ key }) => !keys.includes(key));
    };
    return {
      storage: {
        load: async () => {
          await this.#wait();
          return structuredClone({
            pending: this.pending.filter((each) => each.owner === owner).sort((a, b) => a.order - b.order),
            rejections: this.rejections.filter((each) => each.owner === owner),
          });
        },
        add: (entry) =>
          write(() => {
            this.#order += 1;
            this.written.add(entry.key);
            if (!this.forgetsWhenSent || entry.sentAt === null)
              this.pending.push({ ...structuredClone(entry), order: this.#order, owner });
            return this.#order;
          }),
        update: (entry) =>
          write(() => {
            const place = this.pending.findIndex(({ key }) => key === entry.key);
            if (this.forgetsWhenSent && entry.sentAt !== null) without([entry.key]);
            else if (place >= 0) this.pending[place] = { ...structuredClone(entry), owner };
          }),
        begin: (entry) =>
          write(() => {
            const place = this.pending.findIndex(({ key }) => key === entry.key);
            const known = this.pending[place];
            if (this.forgetsWhenSent) without([entry.key]);
            else if (known?.sentAt === null) this.pending[place] = { ...structuredClone(entry), owner };
            return structuredClone(known === undefined || known.sentAt === null ? entry : known);
          }),
        remove: (keys) => write(() => without(keys)),
        reject: (keys, rejection) =>
          write(() => {
            without(keys);
            for (const key of keys) this.told.add(key);
            this.rejections.push({ ...structuredClone(rejection), owner });
          }),
        dismiss: (id) =>
          write(() => {
            this.rejections = this.rejections.filter((each) => each.id !== id);
          }),
      },
      tabs: {
        post: (message) => {
          const told = structuredClone(message);
          for (const other of this.#tabs) {
            if (other === tab) continue;
            for (const listener of other.listeners) this.#clock.after(1, () => other.isOpen && listener(told));
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
          queue.push({ tab, acquired, lost });
          if (queue.length === 1) this.#clock.after(0, () => this.#locks.get(owner)?.[0]?.tab === tab && acquired());
          return () => this.#leave(owner, tab);
        },
      },
    };
  }

  #leave(name: string, tab: SimTab): void {
    const queue = this.#locks.get(name) ?? [];
    const wasFirst = queue[0]?.tab === tab;
    const rest = queue.filter((each) => each.tab !== tab);
    this.#locks.set(name, rest);
    if (wasFirst) this.#clock.after(0, () => rest[0]?.acquired());
  }

  /** The person looks at another tab, which takes the lock. */
  #look(tab: SimTab): void {
    for (const [name, queue] of this.#locks) {
      const [first] = queue;
      const mine = queue.find((each) => each.tab === tab);
      if (first === undefined || mine === undefined || first === mine) continue;
      const rest = queue.filter((each) => each !== mine);
      this.#locks.set(name, [mine, ...rest]);
      first.lost();
      mine.acquired();
    }
  }
}

const textOf = ({ kind, scopeId }: SnapshotRef): string => `${kind} ${scopeId}`;
