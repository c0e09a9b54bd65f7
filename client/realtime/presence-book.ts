import type { PresenceEntry } from "../../shared/protocol/down.ts";

export type PresencePeer = PresenceEntry & {
  /** This very connection. */
  readonly self: boolean;
};

const NOBODY: readonly PresencePeer[] = [];

/** Who is in each tenant and what they look at. Its lists keep their identity while nothing in them changes. */
export class PresenceBook {
  readonly #entries = new Map<string, Map<string, PresenceEntry>>();
  readonly #lists = new Map<string, readonly PresencePeer[]>();
  #connectionId: string | null = null;

  identify(connectionId: string): void {
    this.#connectionId = connectionId;
    this.#lists.clear();
  }

  take(tenantId: string, full: boolean, entries: readonly PresenceEntry[]): void {
    const known = (full ? undefined : this.#entries.get(tenantId)) ?? new Map<string, PresenceEntry>();
    for (const entry of entries) {
      if (entry.data === null) known.delete(entry.connectionId);
      else known.set(entry.connectionId, entry);
    }
    this.#entries.set(tenantId, known);
    this.#lists.delete(tenantId);
  }

  forget(tenantId: string): void {
    this.#entries.delete(tenantId);
    this.#lists.delete(tenantId);
  }

  list(tenantId: string): readonly PresencePeer[] {
    const known = this.#entries.get(tenantId);
    if (known === undefined) return NOBODY;
    const ready = this.#lists.get(tenantId);
    if (ready !== undefined) return ready;
    const list = [...known.values()].map((entry) => ({
      ...entry,
      self: entry.connectionId === this.#connectionId,
    }));
    this.#lists.set(tenantId, list);
    return list;
  }
}
