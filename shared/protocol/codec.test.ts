import { expect, test } from "bun:test";
import fc from "fast-check";
import { z } from "zod";
import { decodeDown, decodeUp } from "./codec.ts";
import { downSchema } from "./down.ts";
import { upSchema } from "./up.ts";

const tenantId = "01900000-0000-7000-8000-000000000000";

test("fields that are not known are dropped, not refused", () => {
  const decoded = decodeUp(JSON.stringify({ type: "subscribe", tenantId, future: 1 }));
  expect(decoded).toEqual({ ok: true, message: { type: "subscribe", tenantId } });
});

test("what is no JSON object with a type is unreadable, another type unknown, bad fields invalid", () => {
  for (const text of ["", "{", "[]", "null", '{"type":1}', '"auth"']) {
    expect(decodeUp(text)).toEqual({ ok: false, failure: { kind: "unreadable" } });
  }
  expect(decodeUp('{"type":"dance"}')).toEqual({ ok: false, failure: { kind: "unknown-type", type: "dance" } });
  expect(decodeUp(JSON.stringify({ type: "subscribe", tenantId, since: { epoch: "a" } }))).toMatchObject({
    ok: false,
    failure: { kind: "invalid", type: "subscribe", tenantId },
  });
});

test("an event with a seq needs all that its place in the log has", () => {
  const event = { type: "message" as const, tenantId, initiatorId: "x", action: "THING_DONE", data: {} };
  expect(decodeDown(JSON.stringify(event)).ok).toBeTrue();
  expect(decodeDown(JSON.stringify({ ...event, seq: 1 })).ok).toBeFalse();
  const whole = { ...event, seq: 1, epoch: "e", at: "2026-01-31T09:30:00.000Z" };
  expect(decodeDown(JSON.stringify(whole))).toEqual({ ok: true, message: whole });
});

test("no text makes a decoder throw", () => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
      decodeUp(text);
      decodeDown(text);
    }),
  );
});

test("the wire is as it was: who changes it changes this line, the version of the docs and the CHANGELOG", () => {
  const text = JSON.stringify([z.toJSONSchema(upSchema), z.toJSONSchema(downSchema)]);
  expect(Bun.hash.crc32(text).toString(16)).toMatchInlineSnapshot(`"28f9f439"`);
});
