import { isOwnTenant } from "../../shared/ids.ts";
import { parseJsonObject } from "../../shared/json.ts";
import { type EventMessage, sequencedMessageSchema, unsequencedMessageSchema } from "../../shared/protocol/message.ts";
import { epochSchema } from "../../shared/protocol/position.ts";

/** In UTF-16 units. A larger message of another backend would overflow the queue of every socket at once. */
export const MAX_UNSEQUENCED_LENGTH = 512 * 1024;

export type RejectReason = "unreadable" | "too-large" | "envelope" | "tenant" | "data" | "sequence";

/** The issues of a message's `data`; none where it is valid, or where the message's action is unknown. */
export type DataValidator = (message: EventMessage) => readonly { readonly message: string }[];

/** The end of one membership, or of all of them with the team. */
export type MembershipEnd = { readonly kind: "member"; readonly userId: string } | { readonly kind: "team" };

export type SequencedEvent = {
  readonly kind: "sequenced";
  readonly epoch: string;
  readonly seq: number;
  readonly payload: string;
  /** Milliseconds since the Unix epoch, `null` when the message does not say. */
  readonly at: number | null;
  readonly ends: MembershipEnd | null;
  /** Why the event is invalid. It is relayed all the same, because a gap would be worse. */
  readonly fault: RejectReason | null;
};
export type UnsequencedEvent = {
  readonly kind: "unsequenced";
  readonly payload: string;
  readonly at: number | null;
};
export type Incoming = SequencedEvent | UnsequencedEvent | { readonly kind: "rejected"; readonly reason: RejectReason };

/** Reads a message from a tenant's channel. */
export const readIncoming = (payload: string, tenantId: string, validateData: DataValidator): Incoming => {
  const value = parseJsonObject(payload);
  if (value === null) return { kind: "rejected", reason: "unreadable" };
  if (value["seq"] !== undefined) {
    const { seq, epoch } = value;
    if (typeof seq !== "number" || !Number.isSafeInteger(seq) || seq < 1 || !epochSchema.safeParse(epoch).success) {
      return { kind: "rejected", reason: "sequence" };
    }
    return sequenced(value, payload, { tenantId, epoch: String(epoch), seq, validateData });
  }
  if (payload.length > MAX_UNSEQUENCED_LENGTH) return { kind: "rejected", reason: "too-large" };
  const message = unsequencedMessageSchema.safeParse(value);
  if (!message.success) return { kind: "rejected", reason: "envelope" };
  const reason = faultOf(message.data, tenantId, validateData);
  if (reason !== null) return { kind: "rejected", reason };
  return { kind: "unsequenced", payload, at: timeOf(message.data.at) };
};

/** Reads an entry of the log. It is never rejected, because its seq is known. */
export const readEntry = (payload: string, context: EntryContext): SequencedEvent => {
  const value = parseJsonObject(payload);
  const { epoch, seq } = context;
  return value === null
    ? { kind: "sequenced", epoch, seq, payload, at: null, ends: null, fault: "unreadable" }
    : sequenced(value, payload, context);
};

/** The end of a membership that an entry of a tenant's log tells of. Parses only the few entries that may. */
export const membershipEndIn = (payload: string, tenantId: string): MembershipEnd | null => {
  if (!payload.includes("MEMBER_DELETED") && !payload.includes("TEAM_DELETED")) return null;
  const value = parseJsonObject(payload);
  return value === null ? null : endOf(value, tenantId);
};

type EntryContext = {
  readonly tenantId: string;
  readonly epoch: string;
  readonly seq: number;
  readonly validateData: DataValidator;
};

const sequenced = (value: Record<string, unknown>, payload: string, context: EntryContext): SequencedEvent => {
  const { tenantId, epoch, seq } = context;
  const message = sequencedMessageSchema.safeParse(value);
  const fault = message.success ? faultOf(message.data, tenantId, context.validateData) : "envelope";
  return { kind: "sequenced", epoch, seq, payload, at: timeOf(value["at"]), ends: endOf(value, tenantId), fault };
};

/** Other backends' tenants give actions a meaning of their own: there `data` need only be an object. */
const faultOf = (message: EventMessage, tenantId: string, validateData: DataValidator): RejectReason | null => {
  if (message.tenantId !== tenantId) return "tenant";
  return isOwnTenant(tenantId) && validateData(message).length > 0 ? "data" : null;
};

/** Reads the raw value: the end of a membership counts even if a newer version's entity does not fit this schema. */
const endOf = (value: Record<string, unknown>, tenantId: string): MembershipEnd | null => {
  if (!isOwnTenant(tenantId)) return null;
  if (value["action"] === "TEAM_DELETED") return { kind: "team" };
  if (value["action"] !== "MEMBER_DELETED") return null;
  const data = value["data"];
  if (typeof data !== "object" || data === null || !("userId" in data)) return null;
  return typeof data.userId === "string" ? { kind: "member", userId: data.userId } : null;
};

const timeOf = (at: unknown): number | null => {
  const time = typeof at === "string" ? Date.parse(at) : Number.NaN;
  return Number.isNaN(time) ? null : time;
};
