import type { EventMessage, UnsequencedMessage } from "../../shared/protocol/message.ts";
import type { Position } from "../../shared/protocol/position.ts";
import type { GiveUpReason } from "./subscription/state.ts";

/** What the client tells its listeners, in the order in which it learned it. */
export type Notice =
  /** Sequenced ones in order, none twice and none missing; others only of a tenant without a log. */
  | { readonly kind: "event"; readonly tenantId: string; readonly message: EventMessage }
  /** An event took this place in the history and can't be read. */
  | { readonly kind: "opaque"; readonly tenantId: string; readonly at: Position }
  /** The tenant's history is over: only reads of `generation` or later count, and only from `base` on. */
  | { readonly kind: "reset"; readonly tenantId: string; readonly base: Position | null; readonly generation: number }
  /** Something may have changed that no event tells: read again at leisure. */
  | { readonly kind: "hint"; readonly tenantId: string; readonly message: UnsequencedMessage | null }
  /** Joined; everything up to `head` follows first. */
  | { readonly kind: "joined"; readonly tenantId: string; readonly head: Position }
  | { readonly kind: "gave-up"; readonly tenantId: string; readonly reason: GiveUpReason }
  | { readonly kind: "presence"; readonly tenantId: string }
  | { readonly kind: "status" };

export type Listener = (notice: Notice) => void;
