import { describe, expect, test } from "bun:test";
import { MAX_UNSEQUENCED_LENGTH, type RejectReason, readEntry, readIncoming } from "./incoming.ts";

const TENANT = "01900000-0000-7000-8000-0000000000aa";
const EPOCH = "01900000-0000-7000-8000-000000000001";
const message = (more: Record<string, unknown> = {}) =>
  JSON.stringify({ type: "message", tenantId: TENANT, initiatorId: "x", action: "NOTE_ADDED", data: {}, ...more });
const outcome = (payload: string): string => {
  const incoming = readIncoming(payload, TENANT);
  return incoming.kind === "rejected" ? incoming.reason : incoming.kind;
};

describe("a message of another backend", () => {
  test("is taken when its envelope is right, with the very text that came", () => {
    const payload = ` ${message({ more: 1 })}\n`;
    expect(readIncoming(payload, TENANT)).toEqual({ kind: "unsequenced", payload, at: null });
  });

  const refused: [name: string, payload: string, reason: RejectReason][] = [
    ["no JSON", "{", "unreadable"],
    ["no object", "[1]", "unreadable"],
    ["null", "null", "unreadable"],
    ["another type", message({ type: "heartbeat" }), "envelope"],
    ["no initiator", message({ initiatorId: undefined }), "envelope"],
    ["an action in lower case", message({ action: "note" }), "envelope"],
    ["an action with a prototype's name", message({ action: "__PROTO__" }), "envelope"],
    ["an action that is too long", message({ action: "A".repeat(65) }), "envelope"],
    ["data that is no object", message({ data: [] }), "envelope"],
    ["another tenant", message({ tenantId: "other" }), "tenant"],
    ["a known action with data that does not fit it", message({ action: "TASK_CREATED", data: { id: 1 } }), "data"],
    ["too much", message({ data: { text: "x".repeat(MAX_UNSEQUENCED_LENGTH) } }), "too-large"],
    ["a seq that is none", message({ seq: "5", epoch: EPOCH }), "sequence"],
    ["a seq without an epoch", message({ seq: 5 }), "sequence"],
    ["a seq of null", message({ seq: null, epoch: EPOCH }), "sequence"],
  ];
  test.each(refused)("is refused with %s", (_, payload, reason) => {
    expect(outcome(payload)).toBe(reason);
  });
});

describe("an event of the log", () => {
  test("is passed on although it is not valid, and says why", () => {
    const payload = message({
      seq: 5,
      epoch: EPOCH,
      action: "TASK_CREATED",
      data: { id: 1 },
      at: "2026-01-31T09:30:00.000Z",
    });
    expect(readIncoming(payload, TENANT)).toMatchObject({ kind: "sequenced", seq: 5, epoch: EPOCH, fault: "data" });
    expect(readEntry("no JSON", TENANT, EPOCH, 7)).toMatchObject({ seq: 7, payload: "no JSON", fault: "unreadable" });
  });

  test("ends a membership even if this version cannot read the rest of it", () => {
    const payload = message({ seq: 5, epoch: EPOCH, action: "MEMBER_DELETED", data: { userId: "u1", newer: true } });
    expect(readIncoming(payload, TENANT)).toMatchObject({ ends: { kind: "member", userId: "u1" } });
    const team = message({ seq: 6, epoch: EPOCH, action: "TEAM_DELETED", data: {} });
    expect(readIncoming(team, TENANT)).toMatchObject({ ends: { kind: "team" } });
  });
});
