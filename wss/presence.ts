import { z } from "zod";
import type { Clock } from "../platform/clock/clock.ts";
import type { Log } from "../platform/log/log.ts";
import { keepSubscribed } from "../platform/pubsub/keep-subscribed.ts";
import { type PubSubProvider, presenceChannel } from "../platform/pubsub/provider.ts";
import { parseJson } from "../shared/json.ts";
import { encodeDown } from "../shared/protocol/codec.ts";
import { type PresenceEntry, presenceEntrySchema } from "../shared/protocol/down.ts";
import { MAX_PRESENCE_BYTES } from "../shared/protocol/limits.ts";
import type { PresenceData } from "../shared/protocol/up.ts";

export type PresenceDeps = {
  readonly nodeId: string;
  readonly pubsub: PubSubProvider;
  readonly clock: Clock;
  readonly log: Log;
  /** Sends a text to every socket of this node that has joined the tenant. */
  publish(tenantId: string, text: string): void;
};

export type Presence = {
  /** Starts when the tenant's first socket joins on this node, and asks the other nodes for their entries. */
  open(tenantId: string): void;
  /** Ends with the tenant's last socket on this node. */
  close(tenantId: string): void;
  set(tenantId: string, entry: PresenceEntry): void;
  /** Returns false when the connection had no entry. */
  remove(tenantId: string, connectionId: string): boolean;
  /** The full list as encoded `presence` messages: the first replaces the client's list, the rest add to it. */
  snapshot(tenantId: string): string[];
  stop(): void;
};

const nodeMessageSchema = z.discriminatedUnion("type", [
  /** Asks all nodes for their own entries. */
  z.object({ type: z.literal("who"), node: z.string() }),
  z.object({ type: z.literal("entries"), node: z.string(), entries: z.array(presenceEntrySchema) }),
]);

/** Batches a tenant's changes: a thousand sockets that reconnect at once would otherwise cause a million messages. */
const BATCH_MS = 50;
const ANNOUNCE_INTERVAL_MS = 20_000;
/** Entries of a node that no longer announces them expire after this. */
const LEASE_MS = 50_000;
const MAX_ENTRIES = 1_000;
const ENTRIES_PER_MESSAGE = 100;

type PresenceRecord = { readonly entry: PresenceEntry; readonly node: string; seenAt: number };
type TenantPresence = {
  readonly records: Map<string, PresenceRecord>;
  /** Changes not sent to this node's sockets yet. */
  readonly unsent: Map<string, PresenceEntry>;
  /** This node's own changes that the other nodes do not know yet. */
  readonly unannounced: Map<string, PresenceEntry>;
  stop(): void;
  isFlushScheduled: boolean;
};

/** Whether a client's presence is within MAX_PRESENCE_BYTES as JSON. */
export const isPresenceSmall = (data: PresenceData): boolean => {
  try {
    return Buffer.byteLength(JSON.stringify(data)) <= MAX_PRESENCE_BYTES;
  } catch {
    // JSON.stringify overflows the stack on deeply nested data.
    return false;
  }
};

/**
 * Presence across nodes. Each node announces its own entries periodically, and keeps another node's until LEASE_MS
 * after their last announcement.
 */
export const createPresence = (deps: PresenceDeps): Presence => {
  const { nodeId, pubsub, clock, log } = deps;
  const tenants = new Map<string, TenantPresence>();

  const broadcast = (tenantId: string, message: z.infer<typeof nodeMessageSchema>) => {
    pubsub
      .publish(presenceChannel(tenantId), JSON.stringify(message))
      .catch((err: unknown) => log.debug({ err, tenantId }, "presence could not be published to the other nodes"));
  };

  const announce = (tenantId: string, entries: readonly PresenceEntry[]) => {
    for (const chunk of chunksOf(entries)) broadcast(tenantId, { type: "entries", node: nodeId, entries: [...chunk] });
  };

  const announceOwn = (tenantId: string, tenant: TenantPresence) => {
    announce(tenantId, [...tenant.unannounced.values()]);
    tenant.unannounced.clear();
  };

  const ownEntries = (tenant: TenantPresence) =>
    [...tenant.records.values()].filter(({ node }) => node === nodeId).map(({ entry }) => entry);

  /** Stores one entry; `data: null` deletes it. Returns whether anything changed. */
  const apply = (tenant: TenantPresence, node: string, entry: PresenceEntry): boolean => {
    const known = tenant.records.get(entry.connectionId);
    if (entry.data === null) return known !== undefined && tenant.records.delete(entry.connectionId);
    if (known === undefined && tenant.records.size >= MAX_ENTRIES) return false;
    tenant.records.set(entry.connectionId, { entry, node, seenAt: clock.now() });
    return known === undefined || JSON.stringify(known.entry) !== JSON.stringify(entry);
  };

  const notify = (tenantId: string, tenant: TenantPresence, entry: PresenceEntry) => {
    tenant.unsent.set(entry.connectionId, entry);
    if (tenant.isFlushScheduled) return;
    tenant.isFlushScheduled = true;
    clock.after(BATCH_MS, () => {
      tenant.isFlushScheduled = false;
      const entries = [...tenant.unsent.values()];
      tenant.unsent.clear();
      announceOwn(tenantId, tenant);
      for (const chunk of chunksOf(entries)) {
        deps.publish(tenantId, encodeDown({ type: "presence", tenantId, full: false, entries: [...chunk] }));
      }
    });
  };

  /** Announces own changes now: the process may exit before the batch timer fires. */
  const stopTenant = (tenantId: string, tenant: TenantPresence) => {
    announceOwn(tenantId, tenant);
    tenant.stop();
  };

  const notifyOwn = (tenantId: string, tenant: TenantPresence, entry: PresenceEntry) => {
    tenant.unannounced.set(entry.connectionId, entry);
    notify(tenantId, tenant, entry);
  };

  const receive = (tenantId: string, payload: string) => {
    const tenant = tenants.get(tenantId);
    const message = nodeMessageSchema.safeParse(parseJson(payload));
    if (tenant === undefined || !message.success || message.data.node === nodeId) return;
    if (message.data.type === "who") return announce(tenantId, ownEntries(tenant));
    for (const entry of message.data.entries) {
      if (apply(tenant, message.data.node, entry)) notify(tenantId, tenant, entry);
    }
  };

  const stopAnnouncing = clock.every(ANNOUNCE_INTERVAL_MS, () => {
    const before = clock.now() - LEASE_MS;
    for (const [tenantId, tenant] of tenants) {
      announce(tenantId, ownEntries(tenant));
      for (const { entry, node, seenAt } of tenant.records.values()) {
        if (node === nodeId || seenAt >= before) continue;
        tenant.records.delete(entry.connectionId);
        notify(tenantId, tenant, { ...entry, data: null });
      }
    }
  });

  return {
    open: (tenantId) => {
      const onSubscribed = () => broadcast(tenantId, { type: "who", node: nodeId });
      const stop = keepSubscribed({ pubsub, clock, log, onSubscribed }, presenceChannel(tenantId), (payload) =>
        receive(tenantId, payload),
      );
      tenants.set(tenantId, {
        records: new Map(),
        unsent: new Map(),
        unannounced: new Map(),
        stop,
        isFlushScheduled: false,
      });
    },
    close: (tenantId) => {
      const tenant = tenants.get(tenantId);
      if (tenant !== undefined) stopTenant(tenantId, tenant);
      tenants.delete(tenantId);
    },
    set: (tenantId, entry) => {
      const tenant = tenants.get(tenantId);
      if (tenant === undefined || !apply(tenant, nodeId, entry)) return;
      notifyOwn(tenantId, tenant, entry);
    },
    remove: (tenantId, connectionId) => {
      const tenant = tenants.get(tenantId);
      const known = tenant?.records.get(connectionId);
      if (tenant === undefined || known === undefined) return false;
      const gone = { ...known.entry, data: null };
      tenant.records.delete(connectionId);
      notifyOwn(tenantId, tenant, gone);
      return true;
    },
    snapshot: (tenantId) => {
      const records = tenants.get(tenantId)?.records.values() ?? [];
      const chunks = chunksOf([...records].map(({ entry }) => entry));
      const messages = chunks.length > 0 ? chunks : [[]];
      return messages.map((entries, index) =>
        encodeDown({ type: "presence", tenantId, full: index === 0, entries: [...entries] }),
      );
    },
    stop: () => {
      stopAnnouncing();
      for (const [tenantId, tenant] of tenants) stopTenant(tenantId, tenant);
      tenants.clear();
    },
  };
};

const chunksOf = (entries: readonly PresenceEntry[]): (readonly PresenceEntry[])[] => {
  const chunks: (readonly PresenceEntry[])[] = [];
  for (let from = 0; from < entries.length; from += ENTRIES_PER_MESSAGE) {
    chunks.push(entries.slice(from, from + ENTRIES_PER_MESSAGE));
  }
  return chunks;
};
