import type { QueryKey } from "@tanstack/react-query";
import type { Me } from "../../../shared/users.ts";
import type { Clock } from "../../realtime/ports.ts";
import type { OutboxPort, PlacedEntry, StoredRefusal, TabMessage } from "../outbox/outbox-port.ts";
import { type PackedState, packState, unpackState } from "../storage/serialize-snapshot.ts";
import type { DevicePort } from "../storage/storage-port.ts";

type Kept = { readonly userId: string; readonly queryKey: string; readonly packed: PackedState; readonly at: number };
type Owned<Value> = Value & { readonly owner: string };

/** One page of a browser. */
type SimTab = {
  isOpen: boolean;
  readonly listeners: Set<(message: TabMessage) => void>;
};

type Waiting = { readonly tab: SimTab; readonly gained: () => void; readonly lost: () => void };

/** A browser's storage, locks and channels, for any number of its tabs, in simulated time. */
export class SimBrowser {
  /** What a write takes at most; one that a tab has begun as it ends may be lost. */
  writeDelay = 5;
  /** Nothing more can be written. */
  isFull = false;
  /** What is sent is kept no longer, as if it were answered already. */
  forgetsWhenSent = false;
  entries: Owned<PlacedEntry>[] = [];
  refusals: Owned<StoredRefusal>[] = [];
  states: Kept[] = [];
  me: Me | null = null;
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
  openTab(): { readonly port: DevicePort; readonly end: () => void; readonly look: () => void } {
    const tab: SimTab = { isOpen: true, listeners: new Set() };
    this.#tabs.add(tab);
    const port: DevicePort = {
      holds: () => this.me !== null,
      unsent: () => 0,
      onLeave: () => {},
      onPerson: () => {},
      open: async () => ({
        person: async () => structuredClone(this.me),
        setPerson: async (me) => {
          const left = this.me?.user.id;
          this.me = structuredClone(me);
          if (me === null) this.states = this.states.filter(({ userId }) => userId !== left);
        },
        outbox: (userId) => this.#outbox(tab, userId),
        restore: async (userId, queryKey, begun) => {
          await this.#wait();
          const kept = this.states.find((each) => each.userId === userId && each.queryKey === textOf(queryKey));
          const state = kept && unpackState(kept.packed, begun);
          return kept && state ? { state, at: kept.at } : null;
        },
        keep: (userId, queryKey, state) => {
          const packed = packState(state);
          const at = this.#clock.now();
          const text = textOf(queryKey);
          this.#clock.after(this.writeDelay, () => {
            if (!tab.isOpen || this.isFull) return;
            const others = this.states.filter((each) => each.userId !== userId || each.queryKey !== text);
            this.states = [...others, { userId, queryKey: text, packed: structuredClone(packed), at }];
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
    this.entries = this.entries.filter(({ owner }) => owner !== userId);
    this.refusals = this.refusals.filter(({ owner }) => owner !== userId);
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
      this.entries = this.entries.filter(({ key }) => !keys.includes(key));
    };
    return {
      storage: {
        load: async () => {
          await this.#wait();
          return structuredClone({
            entries: this.entries.filter((each) => each.owner === owner).sort((a, b) => a.order - b.order),
            refusals: this.refusals.filter((each) => each.owner === owner),
          });
        },
        add: (entry) =>
          write(() => {
            this.#order += 1;
            this.written.add(entry.key);
            if (!this.forgetsWhenSent || entry.sentAt === null)
              this.entries.push({ ...structuredClone(entry), order: this.#order, owner });
            return this.#order;
          }),
        update: (entry) =>
          write(() => {
            const place = this.entries.findIndex(({ key }) => key === entry.key);
            if (this.forgetsWhenSent && entry.sentAt !== null) without([entry.key]);
            else if (place >= 0) this.entries[place] = { ...structuredClone(entry), owner };
          }),
        begin: (entry) =>
          write(() => {
            const place = this.entries.findIndex(({ key }) => key === entry.key);
            const known = this.entries[place];
            if (this.forgetsWhenSent) without([entry.key]);
            else if (known?.sentAt === null) this.entries[place] = { ...structuredClone(entry), owner };
            return structuredClone(known === undefined || known.sentAt === null ? entry : known);
          }),
        remove: (keys) => write(() => without(keys)),
        refuse: (keys, refusal) =>
          write(() => {
            without(keys);
            for (const key of keys) this.told.add(key);
            this.refusals.push({ ...structuredClone(refusal), owner });
          }),
        dismiss: (id) =>
          write(() => {
            this.refusals = this.refusals.filter((each) => each.id !== id);
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
        hold: (gained, lost) => {
          const queue = this.#locks.get(owner) ?? [];
          this.#locks.set(owner, queue);
          queue.push({ tab, gained, lost });
          if (queue.length === 1) this.#clock.after(0, () => this.#locks.get(owner)?.[0]?.tab === tab && gained());
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
    if (wasFirst) this.#clock.after(0, () => rest[0]?.gained());
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
      mine.gained();
    }
  }
}

const textOf = (queryKey: QueryKey): string => JSON.stringify(queryKey);
