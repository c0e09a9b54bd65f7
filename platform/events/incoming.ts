import { eventDataIssues } from "../../shared/events.ts";
import { parseJsonObject } from "../../shared/json.ts";
import { type EventMessage, sequencedMessageSchema, unsequencedMessageSchema } from "../../shared/protocol/message.ts";
import { epochSchema } from "../../shared/protocol/position.ts";

/** In UTF-16 units. A larger message of another backend would overflow the queue of every socket at once. */
export const MAX_UNSEQUENCED_LENGTH = 512 * 1024;

export type RejectReason = "unreadable" | "too-large" | "envelope" | "tenant" | "data" | "sequence";

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
export const readIncoming = (payload: string, tenantId: string): Incoming => {
  const value = parseJsonObject(payload);
  if (value === null) return { kind: "rejected", reason: "unreadable" };
  if (value["seq"] !== undefined) {
    const { seq, epoch } = value;
    if (typeof seq !== "number" || !Number.isSafeInteger(seq) || seq < 1 || !epochSchema.safeParse(epoch).success) {
      return { kind: "rejected", reason: "sequence" };
    }
    return sequenced(value, payload, tenantId, String(epoch), seq);
  }
  if (payload.length > MAX_UNSEQUENCED_LENGTH) return { kind: "rejected", reason: "too-large" };
  const message = unsequencedMessageSchema.safeParse(value);
  if (!message.success) return { kind: "rejected", reason: "envelope" };
  const reason = faultOf(message.data, tenantId);
  if (reason !== null) return { kind: "rejected", reason };
  return { kind: "unsequenced", payload, at: timeOf(message.data.at) };
};

/** Reads an entry of the log. It is never rejected, because its seq is known. */
export const readEntry = (payload: string, tenantId: string, epoch: string, seq: number): SequencedEvent => {
  const value = parseJsonObject(payload);
  return value === null
    ? { kind: "sequenced", epoch, seq, payload, at: null, ends: null, fault: "unreadable" }
    : sequenced(value, payload, tenantId, epoch, seq);
};

/** Whether an entry may end a membership: a cheap test that saves parsing the whole log. */
export const mayEndMembership = (payload: string): boolean =>
  payload.includes("MEMBER_DELETED") || payload.includes("TEAM_DELETED");

const sequenced = (
  value: Record<string, unknown>,
  payload: string,
  tenantId: string,
  epoch: string,
  seq: number,
): SequencedEvent => {
  const message = sequencedMessageSchema.safeParse(value);
  const fault = message.success ? faultOf(message.data, tenantId) : "envelope";
  return { kind: "sequenced", epoch, seq, payload, at: timeOf(value["at"]), ends: endOf(value), fault };
};

const faultOf = (message: EventMessage, tenantId: string): RejectReason | null => {
  if (message.tenantId !== tenantId) return "tenant";
  return eventDataIssues(message).length > 0 ? "data" : null;
};

/** Reads the raw value: the end of a membership counts even if a newer version's entity does not fit this schema. */
const endOf = (value: Record<string, unknown>): MembershipEnd | null => {
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
