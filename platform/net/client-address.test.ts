import { expect, test } from "bun:test";
import { createAddressResolver } from "./client-address.ts";

const resolve = (proxies: string[], peer: string, forwarded?: string) =>
  createAddressResolver(proxies)(new Headers(forwarded === undefined ? {} : { "X-Forwarded-For": forwarded }), peer);

test("no forwarding header is trusted by default", () => {
  expect(resolve([], "203.0.113.9", "198.51.100.1").address).toBe("203.0.113.9");
});

test("behind trusted proxies the client is the first address from the right that is no trusted proxy", () => {
  const proxies = ["10.0.0.0/8", "::1"];
  expect(resolve(proxies, "10.0.0.2", "1.1.1.1, 198.51.100.1, 10.0.0.7").address).toBe("198.51.100.1");
  expect(resolve(proxies, "::1", "198.51.100.1").address).toBe("198.51.100.1");
  expect(resolve(proxies, "::ffff:10.0.0.2", "198.51.100.1").address).toBe("198.51.100.1");
  expect(resolve(proxies, "10.0.0.2", "nonsense").address).toBe("10.0.0.2");
});

test("a loopback peer counts as local only without forwarding headers", () => {
  expect(resolve([], "127.0.0.1").loopback).toBeTrue();
  expect(resolve([], "::1").loopback).toBeTrue();
  expect(resolve([], "127.0.0.1", "198.51.100.1").loopback).toBeFalse();
  expect(resolve([], "192.0.2.1").loopback).toBeFalse();
});

test("an invalid network is rejected", () => {
  expect(() => createAddressResolver(["somewhere"])).toThrow("TRUSTED_PROXIES");
});
