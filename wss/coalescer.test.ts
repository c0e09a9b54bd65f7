import { describe, expect, test } from "bun:test";
import { createManualClock } from "../tests/support/manual-clock.ts";
import { Coalescer } from "./coalescer.ts";

const start = () => {
  const clock = createManualClock();
  const sent: string[] = [];
  /** The turns in which items were sent: Bun makes one write of each. */
  const turns = new Set<number>();
  const coalescer = new Coalescer<string>(clock, (text) => {
    sent.push(text);
    turns.add(clock.now());
  });
  return { clock, coalescer, sent, turns };
};

describe("Coalescer", () => {
  test("sends an item after a pause at once", async () => {
    const { clock, coalescer, sent } = start();
    coalescer.add("a", 1_000);
    await clock.advance(50);
    coalescer.add("b", 1_000);
    expect(sent).toEqual(["a", "b"]);
  });

  test("joins items in quick succession, in order", async () => {
    const { clock, coalescer, sent, turns } = start();
    for (const text of ["a", "b", "c"]) coalescer.add(text, 10);
    expect(sent).toEqual(["a"]);
    await clock.advance(2);
    expect(sent).toEqual(["a", "b", "c"]);
    expect(turns.size).toBe(2);
  });

  test("buffers nothing for longer than two frames of a screen, for any number of receivers", async () => {
    const { clock, coalescer, sent } = start();
    coalescer.add("a", 1_000_000);
    coalescer.add("b", 1_000_000);
    await clock.advance(33);
    expect(sent).toEqual(["a", "b"]);
  });

  test("flush sends the buffer, once", async () => {
    const { clock, coalescer, sent } = start();
    for (const text of ["a", "b"]) coalescer.add(text, 300);
    coalescer.flush();
    coalescer.add("c", 300);
    expect(sent).toEqual(["a", "b"]);
    await clock.advance(100);
    expect(sent).toEqual(["a", "b", "c"]);
  });
});
