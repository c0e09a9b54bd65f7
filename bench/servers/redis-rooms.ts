import { Redis } from "ioredis";

/** The part of an event that a server which fans out must know. */
export type PeerEvent = { readonly type: string; readonly tenantId: string };

const isEvent = (value: unknown): value is PeerEvent =>
  typeof value === "object" &&
  value !== null &&
  "type" in value &&
  typeof value.type === "string" &&
  "tenantId" in value &&
  typeof value.tenantId === "string";

/**
 * Hears the channels of tenants and hands on each event, parsed. What the peers leave out, and Artel does not: tokens,
 * validation against a schema, sequence numbers, history, heartbeats with heads, metrics.
 */
export const createRedisRooms = (url: string, deliver: (event: PeerEvent, text: string) => void) => {
  const redis = new Redis(url);
  const asked = new Map<string, Promise<unknown>>();
  redis.on("message", (_channel: string, text: string) => {
    const event: unknown = JSON.parse(text);
    if (isEvent(event)) deliver(event, text);
  });
  return {
    /** Resolves when the tenant is heard. */
    join: async (tenantId: string): Promise<void> => {
      let subscription = asked.get(tenantId);
      if (subscription === undefined) {
        subscription = redis.subscribe(`artel:{${tenantId}}:channel`);
        asked.set(tenantId, subscription);
      }
      await subscription;
    },
  };
};

/** Reads what a plain client says; `null` when it is nothing known. */
export const readSubscribe = (text: string): string | null => {
  const value: unknown = JSON.parse(text);
  if (typeof value !== "object" || value === null || !("tenantId" in value)) return null;
  return typeof value.tenantId === "string" ? value.tenantId : null;
};

export const SUBSCRIBED = JSON.stringify({ type: "subscribed" });
