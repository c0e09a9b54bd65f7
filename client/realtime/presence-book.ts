import type { PresenceEntry } from "../../shared/protocol/down.ts";

export type PresencePeer = PresenceEntry & {
  /** Whether this is the client's own connection. */
  readonly self: boolean;
};

const NOBODY: readonly PresencePeer[] = [];

/** The presence of each tenant. A list keeps its identity until one of its entries changes. */
export class PresenceBook {
  readonly #entries = new Map<string, Map<string, PresenceEntry>>();
  readonly #lists = new Map<string, readonly PresencePeer[]>();
  #connectionId: string | null = null;

  setConnectionId(connectionId: string): void {
    this.#connectionId = connectionId;
    this.#lists.clear();
  }

  /** `full` replaces all entries of the tenant. An entry with `data: null` is removed. */
  apply(tenantId: string, full: boolean, entries: readonly PresenceEntry[]): void {
    const known = (full ? undefined : this.#entries.get(tenantId)) ?? new Map<string, PresenceEntry>();
    for (const entry of entries) {
      if (entry.data === null) known.delete(entry.connectionId);
      else known.set(entry.connectionId, entry);
    }
    this.#entries.set(tenantId, known);
    this.#lists.delete(tenantId);
  }

  clear(tenantId: string): void {
    this.#entries.delete(tenantId);
    this.#lists.delete(tenantId);
  }

  list(tenantId: string): readonly PresencePeer[] {
    const known = this.#entries.get(tenantId);
    if (known === undefined) return NOBODY;
    const cached = this.#lists.get(tenantId);
    if (cached !== undefined) return cached;
    const list = [...known.values()].map((entry) => ({
      ...entry,
      self: entry.connectionId === this.#connectionId,
    }));
    this.#lists.set(tenantId, list);
    return list;
  }
}
