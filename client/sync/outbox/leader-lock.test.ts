import { afterAll, expect, test } from "bun:test";
import { GlobalRegistrator } from "@happy-dom/global-registrator";
import { SimClock } from "../../realtime/testing/sim-clock.ts";
import { browserLock } from "./leader-lock.ts";

GlobalRegistrator.register({ url: "http://localhost/" });
afterAll(() => GlobalRegistrator.unregister());

const MOST = 1_000;

type Answer = (held: () => Promise<void> | undefined) => Promise<unknown>;

/** A tab whose browser answers each request for the lock in turn, and the last for ever. */
const tab = (...answers: [Answer, ...Answer[]]) => {
  const clock = new SimClock();
  const asked: number[] = [];
  const heard: string[] = [];
  const request = (_: string, __: LockOptions, held: () => Promise<void> | undefined) => {
    asked.push(clock.now());
    // A loop without a pause would never come to an end.
    if (asked.length > MOST) return new Promise(() => {});
    return (answers[asked.length - 1] ?? answers.at(-1) ?? answers[0])(held);
  };
  Object.defineProperty(navigator, "locks", { value: { request }, configurable: true });
  const undo = browserLock("user", { clock, random: () => 0.5 }).request(
    () => heard.push("gained"),
    () => heard.push("lost"),
  );
  return { clock, asked, heard, undo };
};

const refused: Answer = () => Promise.reject(new DOMException("not here", "SecurityError"));
const granted: Answer = (held) => Promise.resolve(held());
const stolen: Answer = (held) => {
  void held();
  return Promise.reject(new DOMException("stolen", "AbortError"));
};
const queued: Answer = () => new Promise(() => {});

test("a lock that the browser refuses is asked for again less and less often", async () => {
  const { clock, asked } = tab(refused);
  await clock.pass(60_000);
  const waits = asked.slice(1).map((at, index) => at - (asked[index] ?? 0));
  expect(waits.slice(0, 4)).toEqual([800, 1_300, 2_300, 4_300]);
  expect(Math.max(...waits)).toBeLessThan(11_000);
  expect(asked.length).toBeLessThan(20);
});

test("a lock that is granted later is gained", async () => {
  const { clock, heard } = tab(refused, refused, granted);
  await clock.pass(10_000);
  expect(heard.at(-1)).toBe("gained");
});

test("a lock that is taken away is queued for at once", async () => {
  const { clock, asked, heard } = tab(stolen, queued);
  await clock.pass(0);
  expect(asked).toHaveLength(2);
  expect(heard).toEqual(["gained", "lost"]);
});

test("who does not want the lock any more asks no more", async () => {
  const { clock, asked, undo } = tab(refused);
  await clock.pass(0);
  undo();
  await clock.pass(60_000);
  expect(asked).toHaveLength(1);
});
