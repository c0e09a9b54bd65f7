import { expect, test } from "bun:test";
import fc from "fast-check";
import { SmallMap } from "./small-map.ts";

const step = fc.record({
  what: fc.constantFrom("set", "delete"),
  key: fc.constantFrom("a", "b", "c", "__proto__"),
  value: fc.oneof(fc.integer(), fc.constant(null)),
});

test("a SmallMap behaves as a Map", () => {
  fc.assert(
    fc.property(fc.array(step), (steps) => {
      const small = new SmallMap<number | null>();
      const map = new Map<string, number | null>();
      for (const { what, key, value } of steps) {
        if (what === "set") {
          small.set(key, value);
          map.set(key, value);
        } else {
          small.delete(key);
          map.delete(key);
        }
        expect(small.size).toBe(map.size);
        expect(new Map(small)).toEqual(map);
        expect(new Set(small.keys())).toEqual(new Set(map.keys()));
        expect(small.has(key)).toBe(map.has(key));
        expect(small.get(key)).toBe(map.get(key));
      }
    }),
  );
});
