import type { QueryKey } from "@tanstack/react-query";
import type { Clock } from "../../realtime/ports.ts";
import type { TenantState } from "../snapshots.ts";
import { type DeviceDb, type StateKey, statesOf } from "./indexed-db-schema.ts";
import { packState, sizeOf, unpackState } from "./serialize-snapshot.ts";
import type { KeptState } from "./storage-port.ts";

/** What is kept of all people together; what was used least lately goes first. */
const MOST_STATES = 60;
const MOST_CHARACTERS = 24_000_000;
const WRITE_AFTER_MS = 1_000;
/** A large board is packed less often: at a million characters every 3 s. */
const CHARACTERS_PER_MS = 500;

const keyOf = (userId: string, queryKey: QueryKey): StateKey => [userId, JSON.stringify(queryKey)];

type Pending = { readonly key: StateKey; readonly state: TenantState };

/** The last confirmed states on this device, written a little after they change. */
export class StateStore {
  readonly #db: DeviceDb;
  readonly #clock: Clock;
  readonly #pending = new Map<string, Pending>();
  #cancelFlush: (() => void) | null = null;

  constructor(db: DeviceDb, clock: Clock) {
    this.#db = db;
    this.#clock = clock;
  }

  async read(userId: string, queryKey: QueryKey, begun: number): Promise<KeptState | null> {
    const key = keyOf(userId, queryKey);
    const tx = this.#db.transaction(["states", "uses"], "readwrite");
    const [packed, use] = await Promise.all([tx.objectStore("states").get(key), tx.objectStore("uses").get(key)]);
    if (packed === undefined || use === undefined) return null;
    void tx.objectStore("uses").put({ ...use, usedAt: this.#clock.now() }, key);
    await tx.done;
    const state = unpackState(packed, begun);
    return state && { state, at: use.at };
  }

  keep(userId: string, queryKey: QueryKey, state: TenantState): void {
    const key = keyOf(userId, queryKey);
    this.#pending.set(JSON.stringify(key), { key, state });
    if (this.#cancelFlush !== null) return;
    const wait = WRITE_AFTER_MS + sizeOf(state) / CHARACTERS_PER_MS;
    this.#cancelFlush = this.#clock.after(wait, () => void this.flush().catch(() => undefined));
  }

  /** Writes what waits to be written, now. */
  async flush(): Promise<void> {
    this.#cancelFlush?.();
    this.#cancelFlush = null;
    const pending = [...this.#pending.values()];
    this.#pending.clear();
    if (pending.length === 0) return;
    const now = this.#clock.now();
    const tx = this.#db.transaction(["states", "uses"], "readwrite");
    const [states, uses] = [tx.objectStore("states"), tx.objectStore("uses")];
    for (const { key, state } of pending) {
      if (state.kind === "board" && state.deleted) {
        void states.delete(key);
        void uses.delete(key);
        continue;
      }
      void states.put(packState(state), key);
      void uses.put({ teamId: state.teamId, size: sizeOf(state), usedAt: now, at: now }, key);
    }
    const [keys, all] = await Promise.all([uses.getAllKeys(), uses.getAll()]);
    const shelf = keys.flatMap((key, index) => {
      const use = all[index];
      return use === undefined ? [] : [{ key, ...use }];
    });
    let size = 0;
    let count = 0;
    for (const each of shelf.sort((a, b) => b.usedAt - a.usedAt)) {
      size += each.size;
      count += 1;
      if (size <= MOST_CHARACTERS && count <= MOST_STATES) continue;
      void states.delete(each.key);
      void uses.delete(each.key);
    }
    await tx.done;
  }

  /** Deletes a person's states, of all teams but these. */
  async drop(userId: string, isKept: (teamId: string) => boolean = () => false): Promise<void> {
    for (const [text, { key, state }] of this.#pending)
      if (key[0] === userId && !isKept(state.teamId)) this.#pending.delete(text);
    const tx = this.#db.transaction(["states", "uses"], "readwrite");
    const [states, uses] = [tx.objectStore("states"), tx.objectStore("uses")];
    const range = statesOf(userId);
    const [keys, all] = await Promise.all([uses.getAllKeys(range), uses.getAll(range)]);
    for (const [index, key] of keys.entries()) {
      const teamId = all[index]?.teamId;
      if (teamId !== undefined && isKept(teamId)) continue;
      void states.delete(key);
      void uses.delete(key);
    }
    await tx.done;
  }
}
