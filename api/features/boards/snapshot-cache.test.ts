import { expect, test } from "bun:test";
import { createSnapshotCache } from "./snapshot-cache.ts";

test("many who ask for one snapshot at once get one computation", async () => {
  const cache = createSnapshotCache();
  let computed = 0;
  const compute = async () => {
    computed += 1;
    return "text";
  };
  const answers = await Promise.all(Array.from({ length: 50 }, () => cache.get("b", "e:1", compute)));
  expect([new Set(answers), computed]).toEqual([new Set(["text"]), 1]);
  await cache.get("b", "e:1", compute);
  expect(computed).toBe(1);
});

test("another position or another board is another snapshot", async () => {
  const cache = createSnapshotCache();
  const ask = (board: string, position: string) => cache.get(board, position, async () => `${board} ${position}`);
  expect([await ask("a", "e:1"), await ask("a", "e:2"), await ask("b", "e:1"), await ask("a", "e:1")]).toEqual([
    "a e:1",
    "a e:2",
    "b e:1",
    "a e:1",
  ]);
});

test("a computation that failed is tried anew", async () => {
  const cache = createSnapshotCache();
  await expect(cache.get("b", "e:1", () => Promise.reject(new Error("away")))).rejects.toThrow("away");
  expect(await cache.get("b", "e:1", async () => "text")).toBe("text");
});
