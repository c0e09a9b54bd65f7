import { expect, test } from "bun:test";
import { edgeSpeed } from "./auto-scroll.ts";

test("the speed is zero in the middle and grows towards the edges", () => {
  expect(edgeSpeed(300, 0, 600)).toBe(0);
  expect(edgeSpeed(40, 0, 600)).toBeLessThan(0);
  expect(edgeSpeed(5, 0, 600)).toBeLessThan(edgeSpeed(40, 0, 600));
  expect(edgeSpeed(598, 0, 600)).toBeGreaterThan(edgeSpeed(560, 0, 600));
});

test("the speed beyond an edge is that at the edge", () => {
  expect(edgeSpeed(900, 0, 600)).toBe(edgeSpeed(600, 0, 600));
});
