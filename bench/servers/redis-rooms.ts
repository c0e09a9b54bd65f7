import { Redis } from "ioredis";

/** The fields of an event that a fan-out server needs. */
export type PeerEvent = { readonly type: string; readonly tenantId: string };

const isEvent = (value: unknown): value is PeerEvent =>
  typeof value === "object" &&
  value !== null &&
  "type" in value &&
  typeof value.type === "string" &&
  "tenantId" in value &&
  typeof value.tenantId === "string";

/**
 * Subscribes to the channels of tenants and delivers each parsed event. Unlike Artel, the peers have no tokens, schema
 * validation, sequence numbers, history, heartbeats with heads or metrics.
 */
export const createRedisRooms = (url: string, deliver: (event: PeerEvent, text: string) => void) => {
  const redis = new Redis(url);
  const subscriptions = new Map<string, Promise<unknown>>();
  redis.on("message", (_channel: string, text: string) => {
    const event: unknown = JSON.parse(text);
    if (isEvent(event)) deliver(event, text);
  });
  return {
    /** Resolves when the tenant's channel is subscribed. */
    join: async (tenantId: string): Promise<void> => {
      let subscription = subscriptions.get(tenantId);
      if (subscription === undefined) {
        subscription = redis.subscribe(`artel:{${tenantId}}:channel`);
        subscriptions.set(tenantId, subscription);
      }
      await subscription;
    },
  };
};

/** Parses the tenant id of a `subscribe` message; `null` for any other message. */
export const readSubscribe = (text: string): string | null => {
  const value: unknown = JSON.parse(text);
  if (typeof value !== "object" || value === null || !("tenantId" in value)) return null;
  return typeof value.tenantId === "string" ? value.tenantId : null;
};

export const SUBSCRIBED = JSON.stringify({ type: "subscribed" });
