import { decodeDown } from "../../shared/protocol/codec.ts";
import type { Down, SocketErrorCode } from "../../shared/protocol/down.ts";
import { type Position, positionSchema } from "../../shared/protocol/position.ts";
import type { SubscriptionEvent } from "./subscription/state.ts";

/** What a frame turns out to be. */
export type Frame =
  | { readonly kind: "message"; readonly message: Down }
  /** An event that can't be read, but its place in the history can. */
  | { readonly kind: "opaque"; readonly tenantId: string; readonly at: Position }
  /** Something that can't be read; `null` when it does not even say which tenant it concerns. */
  | { readonly kind: "misheard"; readonly tenantId: string | null }
  /** A later version's message, nothing of ours. */
  | { readonly kind: "foreign" };

export const readFrame = (text: string): Frame => {
  const decoded = decodeDown(text);
  if (decoded.ok) return { kind: "message", message: decoded.message };
  const { failure } = decoded;
  switch (failure.kind) {
    case "unknown-type":
      return { kind: "foreign" };
    case "unreadable":
      return { kind: "misheard", tenantId: null };
    case "invalid": {
      const { tenantId = null, type } = failure;
      if (type !== "message" || tenantId === null) return { kind: "misheard", tenantId };
      const value: unknown = JSON.parse(text);
      const at = positionSchema.safeParse(value);
      return at.success ? { kind: "opaque", tenantId, at: at.data } : { kind: "misheard", tenantId };
    }
  }
};

/** What an error about a tenant means to its subscription. */
export const eventOfError = (code: SocketErrorCode, isJoining: boolean): SubscriptionEvent | null => {
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
