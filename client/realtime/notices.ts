import type { EventMessage, UnsequencedMessage } from "../../shared/protocol/message.ts";
import type { Position } from "../../shared/protocol/position.ts";
import type { GiveUpReason } from "./subscription/state.ts";

/** Notifications of the client to its listeners, in the order in which their causes arrived. */
export type Notice =
  /** Sequenced events come in order, each once, with no gap. Unsequenced ones come only from a tenant without a log. */
  | { readonly kind: "event"; readonly tenantId: string; readonly message: EventMessage }
  /** The event at this position does not decode. */
  | { readonly kind: "undecodable-event"; readonly tenantId: string; readonly at: Position }
  /** The tenant's history is over: read every snapshot again. Only reads of `generation` or later that reach `base` count. */
  | { readonly kind: "reset"; readonly tenantId: string; readonly base: Position | null; readonly generation: number }
  /** Something may have changed without an event: read again at leisure. */
  | { readonly kind: "hint"; readonly tenantId: string; readonly message: UnsequencedMessage | null }
  /** The tenant is joined; the events up to `head` come first. */
  | { readonly kind: "joined"; readonly tenantId: string; readonly head: Position }
  | { readonly kind: "gave-up"; readonly tenantId: string; readonly reason: GiveUpReason }
  | { readonly kind: "presence"; readonly tenantId: string }
  | { readonly kind: "status" };

export type Listener = (notice: Notice) => void;
