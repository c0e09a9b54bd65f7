import { expect, test } from "bun:test";
import { createSigner } from "fast-jwt";
import { TOKEN_AUDIENCE } from "../../shared/protocol/limits.ts";
import { createManualClock } from "../../tests/support/manual-clock.ts";
import { createRealtimeTokens } from "./realtime-token.ts";

const SECRET = "a secret of at least 32 characters";
const clock = createManualClock();
const tokens = createRealtimeTokens(SECRET, clock);
const position = { epoch: "0190", seq: 7 };
const mine = { sub: "u", sid: "s", name: "Ann", tenants: { t: position, elsewhere: null } };
const base64url = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url");
const now = () => Math.floor(clock.now() / 1_000);
const claims = () => ({ ...mine, aud: TOKEN_AUDIENCE, iat: now(), exp: now() + 600 }) as const;

test("a signed token verifies for ten minutes by this process's clock", async () => {
  const { token, expiresAt } = await tokens.sign(mine);
  expect(expiresAt.getTime()).toBe((now() + 600) * 1_000);
  expect(await tokens.verify(token)).toEqual({ kind: "valid", claims: claims() });
  await clock.advance(599_000);
  expect((await tokens.verify(token)).kind).toBe("valid");
  await clock.advance(1_000);
  expect(await tokens.verify(token)).toEqual({ kind: "expired" });
});

test("a token of another program verifies, and additional claims are ignored", async () => {
  const token = createSigner({ key: SECRET, algorithm: "HS256" })({ ...claims(), more: true });
  expect(await tokens.verify(token)).toEqual({ kind: "valid", claims: claims() });
});

const signedWith = (key: string, algorithm: "HS256" | "HS512" = "HS256", more: Record<string, unknown> = {}) =>
  createSigner({ key, algorithm })({ ...claims(), ...more });

const FORGED: readonly [name: string, make: () => string | Promise<string>][] = [
  ["by another secret", () => signedWith("another secret of 32 characters or more")],
  ["by another algorithm", () => signedWith(SECRET, "HS512")],
  ["not at all", () => `${base64url({ alg: "none", typ: "JWT" })}.${base64url(claims())}.`],
  [
    "for other claims",
    async () => {
      const [head, , signature] = (await tokens.sign(mine)).token.split(".");
      return `${head}.${base64url({ ...claims(), sub: "somebody else" })}.${signature}`;
    },
  ],
  ["for another audience", () => signedWith(SECRET, "HS256", { aud: "another" })],
  ["without an end", () => signedWith(SECRET, "HS256", { exp: undefined })],
  ["with an end that is no number", () => base64url({ exp: "soon" })],
  ["with tenants that are no positions", () => signedWith(SECRET, "HS256", { tenants: { t: "7" } })],
  ["as nothing", () => ""],
  ["as dots", () => "..."],
  ["as a long text", () => "x".repeat(60_000)],
];

test.each(FORGED)("a token signed %s is forged", async (_, make) => {
  expect(await tokens.verify(await make())).toEqual({ kind: "forged" });
});
