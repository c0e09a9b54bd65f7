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
  /** Sends a text to all who have joined the tenant on this node. */
  publish(tenantId: string, text: string): void;
};

export type Presence = {
  /** The tenant's first came to this node: the other nodes are asked who is there. */
  open(tenantId: string): void;
  /** Its last went. */
  close(tenantId: string): void;
  say(tenantId: string, entry: PresenceEntry): void;
  /** Answers false when there was nothing to take back. */
  leave(tenantId: string, connectionId: string): boolean;
  /** The messages that make up the full list: the first replaces, the rest add. */
  full(tenantId: string): string[];
  stop(): void;
};

const nodeMessageSchema = z.discriminatedUnion("type", [
  /** Tell me all that you have. */
  z.object({ type: z.literal("who"), node: z.string() }),
  z.object({ type: z.literal("entries"), node: z.string(), entries: z.array(presenceEntrySchema) }),
]);

/** Changes of one tenant are gathered this long: when a thousand come back at once, each is not told a thousand times. */
const GATHER_MS = 50;
const ANNOUNCE_EVERY_MS = 20_000;
/** A node that died takes its entries with it after this. */
const LEASE_MS = 50_000;
const MAX_ENTRIES = 1_000;
const ENTRIES_PER_MESSAGE = 100;

type Held = { readonly entry: PresenceEntry; readonly node: string; heardAt: number };
type Place = {
  readonly held: Map<string, Held>;
  readonly changed: Map<string, PresenceEntry>;
  /** Of these the ones of this node, which the others are to be told. */
  readonly unannounced: Map<string, PresenceEntry>;
  stop(): void;
  gathering: boolean;
};

/** Whether what a client says about itself is small enough to be passed on. */
export const isPresenceSmall = (data: PresenceData): boolean => {
  try {
    return Buffer.byteLength(JSON.stringify(data)) <= MAX_PRESENCE_BYTES;
  } catch {
    // Nested so deeply that it cannot be written.
    return false;
  }
};

/** Who looks at what, across nodes: each announces its own and believes the others' until their lease is over. */
export const createPresence = (deps: PresenceDeps): Presence => {
  const { nodeId, pubsub, clock, log } = deps;
  const places = new Map<string, Place>();

  const tell = (tenantId: string, message: z.infer<typeof nodeMessageSchema>) => {
    pubsub
      .publish(presenceChannel(tenantId), JSON.stringify(message))
      .catch((err: unknown) => log.debug({ err, tenantId }, "presence could not be told to other nodes"));
  };

  const announce = (tenantId: string, entries: readonly PresenceEntry[]) => {
    for (const part of inParts(entries)) tell(tenantId, { type: "entries", node: nodeId, entries: [...part] });
  };

  const announceOwn = (tenantId: string, place: Place) => {
    announce(tenantId, [...place.unannounced.values()]);
    place.unannounced.clear();
  };

  const ownEntries = (place: Place) =>
    [...place.held.values()].filter(({ node }) => node === nodeId).map(({ entry }) => entry);

  /** Takes in one entry; answers whether it changes anything. */
  const take = (place: Place, node: string, entry: PresenceEntry): boolean => {
    const known = place.held.get(entry.connectionId);
    if (entry.data === null) return known !== undefined && place.held.delete(entry.connectionId);
    if (known === undefined && place.held.size >= MAX_ENTRIES) return false;
    place.held.set(entry.connectionId, { entry, node, heardAt: clock.now() });
    return known === undefined || JSON.stringify(known.entry) !== JSON.stringify(entry);
  };

  const change = (tenantId: string, place: Place, entry: PresenceEntry) => {
    place.changed.set(entry.connectionId, entry);
    if (place.gathering) return;
    place.gathering = true;
    clock.after(GATHER_MS, () => {
      place.gathering = false;
      const entries = [...place.changed.values()];
      place.changed.clear();
      announceOwn(tenantId, place);
      for (const part of inParts(entries)) {
        deps.publish(tenantId, encodeDown({ type: "presence", tenantId, full: false, entries: [...part] }));
      }
    });
  };

  /** The other nodes learn at once who has left: nothing may come of waiting. */
  const end = (tenantId: string, place: Place) => {
    announceOwn(tenantId, place);
    place.stop();
  };

  const changeOwn = (tenantId: string, place: Place, entry: PresenceEntry) => {
    place.unannounced.set(entry.connectionId, entry);
    change(tenantId, place, entry);
  };

  const hear = (tenantId: string, payload: string) => {
    const place = places.get(tenantId);
    const message = nodeMessageSchema.safeParse(parseJson(payload));
    if (place === undefined || !message.success || message.data.node === nodeId) return;
    if (message.data.type === "who") return announce(tenantId, ownEntries(place));
    for (const entry of message.data.entries) {
      if (take(place, message.data.node, entry)) change(tenantId, place, entry);
    }
  };

  const stopRounds = clock.every(ANNOUNCE_EVERY_MS, () => {
    const before = clock.now() - LEASE_MS;
    for (const [tenantId, place] of places) {
      announce(tenantId, ownEntries(place));
      for (const { entry, node, heardAt } of place.held.values()) {
        if (node === nodeId || heardAt >= before) continue;
        place.held.delete(entry.connectionId);
        change(tenantId, place, { ...entry, data: null });
      }
    }
  });

  return {
    open: (tenantId) => {
      const onHeld = () => tell(tenantId, { type: "who", node: nodeId });
      const stop = keepSubscribed({ pubsub, clock, log, onHeld }, presenceChannel(tenantId), (payload) =>
        hear(tenantId, payload),
      );
      places.set(tenantId, { held: new Map(), changed: new Map(), unannounced: new Map(), stop, gathering: false });
    },
    close: (tenantId) => {
      const place = places.get(tenantId);
      if (place !== undefined) end(tenantId, place);
      places.delete(tenantId);
    },
    say: (tenantId, entry) => {
      const place = places.get(tenantId);
      if (place === undefined || !take(place, nodeId, entry)) return;
      changeOwn(tenantId, place, entry);
    },
    leave: (tenantId, connectionId) => {
      const place = places.get(tenantId);
      const known = place?.held.get(connectionId);
      if (place === undefined || known === undefined) return false;
      const gone = { ...known.entry, data: null };
      place.held.delete(connectionId);
      changeOwn(tenantId, place, gone);
      return true;
    },
    full: (tenantId) => {
      const held = places.get(tenantId)?.held.values() ?? [];
      const parts = inParts([...held].map(({ entry }) => entry));
      const messages = parts.length > 0 ? parts : [[]];
      return messages.map((entries, index) =>
        encodeDown({ type: "presence", tenantId, full: index === 0, entries: [...entries] }),
      );
    },
    stop: () => {
      stopRounds();
      for (const [tenantId, place] of places) end(tenantId, place);
      places.clear();
    },
  };
};

const inParts = (entries: readonly PresenceEntry[]): (readonly PresenceEntry[])[] => {
  const parts: (readonly PresenceEntry[])[] = [];
  for (let from = 0; from < entries.length; from += ENTRIES_PER_MESSAGE) {
    parts.push(entries.slice(from, from + ENTRIES_PER_MESSAGE));
  }
  return parts;
};
