import { expect, test } from "bun:test";
import { createManualClock, settle } from "../../tests/support/manual-clock.ts";
import { createTenantRunner } from "./tenant-runner.ts";

const RETRY = { first: 100, most: 800 };

/** A runner whose tasks wait until the test ends them or makes them fail. */
const start = (concurrency?: number) => {
  const clock = createManualClock();
  const begun: string[] = [];
  const open = new Map<string, PromiseWithResolvers<void>>();
  const failures: number[] = [];
  const runner = createTenantRunner({
    clock,
    random: () => 1,
    retry: RETRY,
    ...(concurrency === undefined ? {} : { concurrency }),
    run: (tenantId) => {
      begun.push(tenantId);
      const work = Promise.withResolvers<void>();
      open.set(tenantId, work);
      return work.promise;
    },
    onFailure: (_, __, count) => void failures.push(count),
  });
  const end = async (tenantId: string) => {
    open.get(tenantId)?.resolve();
    await settle();
  };
  const fail = async (tenantId: string) => {
    open.get(tenantId)?.reject(new Error("thrown on purpose"));
    await settle();
  };
  return { clock, runner, begun, failures, end, fail };
};

test("a tenant's task never runs twice at a time, and runs again when it was requested meanwhile", async () => {
  const { runner, begun, end } = start();
  for (let time = 0; time < 3; time += 1) void runner.request("t");
  void runner.request("u");
  expect(begun).toEqual(["t", "u"]);
  await end("t");
  expect(begun).toEqual(["t", "u", "t"]);
  await end("t");
  await end("u");
  expect(begun).toEqual(["t", "u", "t"]);
});

test("a request resolves when the run in progress has ended", async () => {
  const { runner, end } = start();
  let isOver = false;
  void runner.request("t").then(() => {
    isOver = true;
  });
  await settle();
  expect(isOver).toBe(false);
  await end("t");
  expect(isOver).toBe(true);
});

test("no more tenants than allowed run at a time; the others follow in order", async () => {
  const { runner, begun, end } = start(2);
  for (const tenantId of ["a", "b", "c", "d"]) void runner.request(tenantId);
  expect(begun).toEqual(["a", "b"]);
  // Requested again, it goes behind those that wait.
  void runner.request("a");
  await end("a");
  await end("b");
  expect(begun).toEqual(["a", "b", "c", "d"]);
  await end("c");
  expect(begun).toEqual(["a", "b", "c", "d", "a"]);
});

test("a failed task runs again after delays that double up to a bound, and not sooner", async () => {
  const { runner, clock, begun, failures, fail, end } = start();
  void runner.request("t");
  for (const wait of [200, 400, 800, 800]) {
    await fail("t");
    void runner.request("t");
    const before = begun.length;
    await clock.advance(wait - 1);
    expect(begun.length).toBe(before);
    await clock.advance(1);
    expect(begun.length).toBe(before + 1);
  }
  expect(failures).toEqual([1, 2, 3, 4]);
  await end("t");
  void runner.request("t");
  await fail("t");
  expect(failures.at(-1)).toBe(1);
});

test("stopping waits for the running tasks and starts no more", async () => {
  const { runner, clock, begun, fail, end } = start(1);
  void runner.request("a");
  void runner.request("a");
  void runner.request("b");
  let isStopped = false;
  const stopping = runner.stop().then(() => {
    isStopped = true;
  });
  await settle();
  expect(isStopped).toBe(false);
  await fail("a");
  await stopping;
  await runner.request("c");
  await clock.advance(10_000);
  expect(begun).toEqual(["a"]);
  await end("a");
});
