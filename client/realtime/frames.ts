import { decodeDown } from "../../shared/protocol/codec.ts";
import type { Down, SocketErrorCode } from "../../shared/protocol/down.ts";
import { type Position, positionSchema } from "../../shared/protocol/position.ts";
import type { SubscriptionEvent } from "./subscription/state.ts";

/** A decoded frame of the server, or the most that can be said of one that does not decode. */
export type Frame =
  | { readonly kind: "message"; readonly message: Down }
  /** An event whose body does not decode, but whose position does. */
  | { readonly kind: "undecodable-event"; readonly tenantId: string; readonly at: Position }
  /** `tenantId` is `null` when not even the tenant is readable. */
  | { readonly kind: "undecodable"; readonly tenantId: string | null }
  /** A message type of a later version. */
  | { readonly kind: "unknown-type" };

export const decodeFrame = (text: string): Frame => {
  const decoded = decodeDown(text);
  if (decoded.ok) return { kind: "message", message: decoded.message };
  const { failure } = decoded;
  switch (failure.kind) {
    case "unknown-type":
      return { kind: "unknown-type" };
    case "unreadable":
      return { kind: "undecodable", tenantId: null };
    case "invalid": {
      const { tenantId = null, type } = failure;
      if (type !== "message" || tenantId === null) return { kind: "undecodable", tenantId };
      const value: unknown = JSON.parse(text);
      const at = positionSchema.safeParse(value);
      return at.success ? { kind: "undecodable-event", tenantId, at: at.data } : { kind: "undecodable", tenantId };
    }
  }
};

/** The subscription event that a socket error about its tenant stands for; `null` if it changes nothing. */
export const subscriptionEventOf = (code: SocketErrorCode, isJoining: boolean): SubscriptionEvent | null => {
  switch (code) {
    case "FORBIDDEN":
      return { kind: "forbidden" };
    case "UNAVAILABLE":
    case "TOO_MANY_SUBSCRIPTIONS":
      return { kind: "unavailable" };
    case "INVALID":
      return isJoining ? { kind: "unavailable" } : null;
    case "UNKNOWN_TYPE":
    case "NOT_JOINED":
      return null;
  }
};
