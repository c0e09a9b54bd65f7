import { expect, test } from "bun:test";
import type { Connection } from "./connection/state.ts";
import { problemAfter } from "./connection-problem.ts";

const url = "ws://artel.test/ws";
const grant = { token: "t", url, receivedAt: 0, lifetimeMs: 600_000, tenants: null };
const connecting: Connection = { kind: "connecting", attempt: 0, grant };
const authenticating: Connection = { kind: "authenticating", attempt: 0, grant };

test("a socket that never opened is distinguished from one that closed again", () => {
  expect(problemAfter(null, connecting, { kind: "closed", code: 1006, waitMs: null })).toEqual({
    kind: "not-opened",
    url,
  });
  expect(problemAfter(null, authenticating, { kind: "closed", code: 1006, waitMs: null })).toEqual({
    kind: "cut",
    url,
    code: 1006,
  });
  expect(problemAfter(null, authenticating, { kind: "deadline" })).toEqual({ kind: "silent", url });
});

test("a refused token carries the server's code", () => {
  const failed = { kind: "token-failed", retryAfterMs: 0, code: "UNTRUSTED_ORIGIN" } as const;
  expect(problemAfter(null, { kind: "fetching-token", attempt: 0 }, failed)).toEqual({
    kind: "no-token",
    code: "UNTRUSTED_ORIGIN",
  });
});

test("a problem is known until the server answers on a socket", () => {
  const known = problemAfter(null, connecting, { kind: "closed", code: 1006, waitMs: null });
  expect(problemAfter(known, connecting, { kind: "opened" })).toBe(known);
  expect(
    problemAfter(known, authenticating, { kind: "ready", connectionId: "c", userId: "u", heartbeatMs: 25_000 }),
  ).toBeNull();
});
