import { expect, test } from "bun:test";
import { edgeSpeed } from "./auto-scroll.ts";

test("nothing scrolls in the middle, and more the nearer the edge", () => {
  expect(edgeSpeed(300, 0, 600)).toBe(0);
  expect(edgeSpeed(40, 0, 600)).toBeLessThan(0);
  expect(edgeSpeed(5, 0, 600)).toBeLessThan(edgeSpeed(40, 0, 600));
  expect(edgeSpeed(598, 0, 600)).toBeGreaterThan(edgeSpeed(560, 0, 600));
});

test("beyond the edge it is as fast as at it", () => {
  expect(edgeSpeed(900, 0, 600)).toBe(edgeSpeed(600, 0, 600));
});
