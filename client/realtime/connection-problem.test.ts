import { expect, test } from "bun:test";
import type { Connection } from "./connection/state.ts";
import { troubleAfter } from "./connection-problem.ts";

const url = "ws://artel.test/ws";
const grant = { token: "t", url, receivedAt: 0, lifetimeMs: 600_000, tenants: null };
const connecting: Connection = { kind: "connecting", attempt: 0, grant };
const authenticating: Connection = { kind: "authenticating", attempt: 0, grant };

test("a socket that never opened is told from one that was closed again", () => {
  expect(troubleAfter(null, connecting, { kind: "closed", code: 1006, waitMs: null })).toEqual({
    kind: "not-opened",
    url,
  });
  expect(troubleAfter(null, authenticating, { kind: "closed", code: 1006, waitMs: null })).toEqual({
    kind: "cut",
    url,
    code: 1006,
  });
  expect(troubleAfter(null, authenticating, { kind: "deadline" })).toEqual({ kind: "silent", url });
});

test("a token that is refused says with which code", () => {
  const failed = { kind: "token-failed", retryAfterMs: 0, code: "UNTRUSTED_ORIGIN" } as const;
  expect(troubleAfter(null, { kind: "fetching-token", attempt: 0 }, failed)).toEqual({
    kind: "no-token",
    code: "UNTRUSTED_ORIGIN",
  });
});

test("the trouble is known until the server answers on a socket", () => {
  const known = troubleAfter(null, connecting, { kind: "closed", code: 1006, waitMs: null });
  expect(troubleAfter(known, connecting, { kind: "opened" })).toBe(known);
  expect(
    troubleAfter(known, authenticating, { kind: "ready", connectionId: "c", userId: "u", heartbeatMs: 25_000 }),
  ).toBeNull();
});
