import { expect, test } from "bun:test";
import { addressGroup } from "./address-group.ts";

test("addresses of one IPv6 network share a group, each IPv4 address has its own", () => {
  expect(addressGroup("2001:db8:1:2::1")).toBe(addressGroup("2001:db8:1:2:ffff::9"));
  expect(addressGroup("2001:db8:1:2::1")).not.toBe(addressGroup("2001:db8:1:3::1"));
  expect(addressGroup("10.0.0.1")).not.toBe(addressGroup("10.0.0.2"));
  expect(addressGroup("::ffff:10.0.0.1")).toBe("10.0.0.1");
  expect(addressGroup("nonsense")).toBe("nonsense");
});
