import { expect, test } from "bun:test";
import { ConfigError, loadConfig } from "./config.ts";
import { resolveOrigins } from "./origins.ts";

test("without settings every variable has its default", () => {
  expect(loadConfig("all", {})).toMatchObject({
    port: 3000,
    host: "127.0.0.1",
    wssPort: 3001,
    database: { kind: "sqlite", path: "./data/artel.db" },
    redisUrls: null,
    rateLimit: { points: 1000, seconds: 10 },
    socketRateLimit: { points: 100, seconds: 10 },
    signUp: "open",
  });
});

test("a stand-alone process uses Redis, by default on this machine", () => {
  expect(loadConfig("wss", {}).redisUrls).toEqual(["redis://127.0.0.1:6379"]);
});

test("every invalid value is named with its expected format", () => {
  const bad = {
    PORT: "70000",
    RATE_LIMIT: "many",
    REDIS_URL: "localhost",
    TRUSTED_ORIGINS: "example.com",
    WSS_URL: "http://x",
  };
  expect(() => loadConfig("all", bad)).toThrow(ConfigError);
  try {
    loadConfig("all", bad);
  } catch (error) {
    for (const name of Object.keys(bad)) expect(String(error)).toContain(`${name}: expected`);
  }
});

test("an empty value counts as not set", () => {
  expect(loadConfig("all", { PORT: "", ARTEL_SECRET: "" })).toMatchObject({ port: 3000, secret: null });
});

test("with a loopback host the three names of this machine are trusted, else the base address alone", () => {
  const local = resolveOrigins(loadConfig("all", {}), 3100);
  expect([...local.trusted]).toEqual(["http://localhost:3100", "http://127.0.0.1:3100", "http://[::1]:3100"]);
  const open = resolveOrigins(loadConfig("all", { HOST: "0.0.0.0", BASE_URL: "https://board.example/" }), 3000);
  expect([open.baseUrl, ...open.trusted]).toEqual(["https://board.example", "https://board.example"]);
});
