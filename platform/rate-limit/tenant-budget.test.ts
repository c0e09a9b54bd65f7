import { afterEach, expect, test } from "bun:test";
import { createManualClock } from "../../tests/support/manual-clock.ts";
import { silentLog } from "../log/log.ts";
import { createTenantBudget } from "./tenant-budget.ts";

const rate = { points: 3, seconds: 10 };
const stops: (() => void)[] = [];
afterEach(() => {
  for (const stop of stops.splice(0)) stop();
});

/** Budgets of several processes over one shared count. */
const start = (processes: number) => {
  const clock = createManualClock();
  let used = 0;
  const gate = { opened: Promise.resolve() };
  const limiter = {
    consume: async (_: string, points = 1) => {
      used += points;
      const left = Math.max(0, rate.points - used);
      await gate.opened;
      return { allowed: used <= rate.points, limit: 3, remaining: left, windowSeconds: 10, resetSeconds: 10 };
    },
  };
  const budgets = Array.from({ length: processes }, () => createTenantBudget({ rate, limiter, clock, log: silentLog }));
  stops.push(...budgets.map((budget) => budget.stop));
  const newWindow = async () => {
    used = 0;
    await clock.advance(10_500);
  };
  const [first, second] = budgets;
  if (first === undefined) throw new Error("one at least");
  return { clock, gate, first, second: second ?? first, newWindow };
};

const takes = (budget: { take(tenantId: string): unknown }, count: number, tenantId = "t") =>
  Array.from({ length: count }, () => budget.take(tenantId) === null);

test("a tenant gets its share and no more, and the next has its own", async () => {
  const { first } = start(1);
  expect(takes(first, 5)).toEqual([true, true, true, false, false]);
  expect(first.take("t")).toEqual({ allowed: false, limit: 3, remaining: 0, windowSeconds: 10, resetSeconds: 10 });
  expect(takes(first, 3, "other")).toEqual([true, true, true]);
});

test("rejected requests are not counted, and the next window is full", async () => {
  const { first, newWindow } = start(1);
  takes(first, 50);
  await newWindow();
  expect(takes(first, 4)).toEqual([true, true, true, false]);
});

test("processes learn of the requests that others have counted", async () => {
  const { clock, first, second } = start(2);
  takes(first, 2);
  await clock.advance(250);
  takes(second, 1);
  await clock.advance(250);
  expect(takes(second, 1)).toEqual([false]);
  takes(first, 1);
  await clock.advance(250);
  expect(takes(first, 1)).toEqual([false]);
});

test("a slow answer of the shared count does not give back requests counted meanwhile", async () => {
  const { clock, gate, first } = start(1);
  const { promise, resolve } = Promise.withResolvers<void>();
  gate.opened = promise;
  takes(first, 1);
  await clock.advance(250);
  takes(first, 2);
  // A second sync beside the first would never be answered.
  gate.opened = new Promise(() => {});
  await clock.advance(250);
  resolve();
  await clock.advance(1);
  expect(takes(first, 1)).toEqual([false]);
});
