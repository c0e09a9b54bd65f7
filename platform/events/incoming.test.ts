import { describe, expect, test } from "bun:test";
import { eventDataIssues } from "../../shared/events.ts";
import { MAX_UNSEQUENCED_LENGTH, membershipEndIn, type RejectReason, readEntry, readIncoming } from "./incoming.ts";

const TENANT = "01900000-0000-7000-8000-0000000000aa";
const EPOCH = "01900000-0000-7000-8000-000000000001";
const message = (more: Record<string, unknown> = {}) =>
  JSON.stringify({ type: "message", tenantId: TENANT, initiatorId: "x", action: "NOTE_ADDED", data: {}, ...more });
/** A tenant whose id another backend chose. */
const FOREIGN = "shop-7/orders";
const read = (payload: string, tenantId = TENANT) => readIncoming(payload, tenantId, eventDataIssues);
const readAt = (seq: number, payload: string, tenantId = TENANT) =>
  readEntry(payload, { tenantId, epoch: EPOCH, seq, validateData: eventDataIssues });
const outcome = (payload: string, tenantId = TENANT): string => {
  const incoming = read(payload, tenantId);
  return incoming.kind === "rejected" ? incoming.reason : incoming.kind;
};

describe("a message of another backend", () => {
  test("is taken when its envelope is right, with the very text that came", () => {
    const payload = ` ${message({ more: 1 })}\n`;
    expect(read(payload)).toEqual({ kind: "unsequenced", payload, at: null });
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
    expect(read(payload)).toMatchObject({ kind: "sequenced", seq: 5, epoch: EPOCH, fault: "data" });
    expect(readAt(7, "no JSON")).toMatchObject({ seq: 7, payload: "no JSON", fault: "unreadable" });
  });

  test("ends a membership even if this version cannot read the rest of it", () => {
    const payload = message({ seq: 5, epoch: EPOCH, action: "MEMBER_DELETED", data: { userId: "u1", newer: true } });
    expect(read(payload)).toMatchObject({ ends: { kind: "member", userId: "u1" } });
    const team = message({ seq: 6, epoch: EPOCH, action: "TEAM_DELETED", data: {} });
    expect(read(team)).toMatchObject({ ends: { kind: "team" } });
  });
});

describe("an action means what the tenant's owner says", () => {
  const misfit = { action: "TASK_CREATED", data: { id: 1 } };

  test("the data of a known action is judged for Artel's own teams alone", () => {
    expect(outcome(message(misfit))).toBe("data");
    expect(outcome(message({ tenantId: FOREIGN, ...misfit }), FOREIGN)).toBe("unsequenced");
    const sequenced = { seq: 5, epoch: EPOCH, at: "2026-01-31T09:30:00.000Z", ...misfit };
    expect(readAt(5, message(sequenced))).toMatchObject({ fault: "data" });
    expect(readAt(5, message({ tenantId: FOREIGN, ...sequenced }), FOREIGN)).toMatchObject({ fault: null });
  });

  test("an id in upper case or of another UUID version is not one of Artel's own", () => {
    for (const tenantId of [TENANT.toUpperCase(), TENANT.replace("-7000-", "-4000-")]) {
      expect([tenantId, outcome(message({ tenantId, ...misfit }), tenantId)]).toEqual([tenantId, "unsequenced"]);
    }
  });

  test("the data of another owner's event is still an object", () => {
    expect(outcome(message({ tenantId: FOREIGN, action: "TASK_CREATED", data: [] }), FOREIGN)).toBe("envelope");
  });

  test("MEMBER_DELETED and TEAM_DELETED end memberships in the log of Artel's own teams alone", () => {
    const ended = (tenantId: string) => [
      message({ tenantId, seq: 5, epoch: EPOCH, action: "MEMBER_DELETED", data: { userId: "u1" } }),
      message({ tenantId, seq: 6, epoch: EPOCH, action: "TEAM_DELETED", data: {} }),
    ];
    const ends = (tenantId: string) =>
      ended(tenantId).map((payload) => [readAt(5, payload, tenantId).ends, membershipEndIn(payload, tenantId)]);
    const member = { kind: "member", userId: "u1" } as const;
    expect(ends(TENANT)).toEqual([
      [member, member],
      [{ kind: "team" }, { kind: "team" }],
    ]);
    expect(ends(FOREIGN)).toEqual([
      [null, null],
      [null, null],
    ]);
  });
});
