import { expect, test } from "bun:test";
import { boardRef } from "../../../web/src/entities/snapshots.ts";
import { SimClock, settle } from "../../realtime/testing/sim-clock.ts";
import type { OutboxStorage, StoredRejection } from "../outbox/outbox-port.ts";
import { BOARD_ID, idOf, renaming, USER_ID } from "../testing/things.ts";
import type { StorageAdapter } from "./storage-port.ts";
import { withTimeout } from "./with-timeout.ts";

const stored = { key: "a", mutation: renaming(idOf(101), "A"), title: "A", sentAt: null, awaited: false };
const ordered = { ...stored, order: 1 };
const rejection: StoredRejection = {
  id: "a",
  mutations: [],
  title: "A",
  problem: { code: "FORBIDDEN", status: 403, detail: "no", errors: [] },
};

/** A device that answers nothing as long as it hangs. */
const browser = async () => {
  const clock = new SimClock();
  const here = { hangs: false, late: Promise.withResolvers<void>() };
  const say = async <Value>(value: Value): Promise<Value> => {
    if (here.hangs) await here.late.promise;
    return value;
  };
  const outbox: OutboxStorage = {
    load: () => say({ pending: [], rejections: [] }),
    add: () => say(1),
    update: () => say(undefined),
    begin: (ordered) => say(ordered),
    remove: () => say(undefined),
    reject: () => say(undefined),
    dismiss: () => say(undefined),
  };
  const storage: StorageAdapter = {
    me: () => say(null),
    setMe: () => say(undefined),
    outbox: () => ({
      storage: outbox,
      tabs: { post: () => {}, listen: () => () => {} },
      lock: { request: () => () => {} },
    }),
    restore: () => say(null),
    save: () => {},
    flush: () => say(undefined),
    wipe: () => say(undefined),
  };
  const bounded = await withTimeout(say(storage), clock);
  return Object.assign(here, { clock, storage: bounded, outbox: bounded.outbox(USER_ID).storage });
};

/** What has become of each by now. */
const fates = async (works: readonly Promise<unknown>[]): Promise<string[]> => {
  const told = works.map(() => "open");
  works.forEach((work, index) => {
    work.then(
      () => {
        told[index] = "done";
      },
      () => {
        told[index] = "failed";
      },
    );
  });
  await settle();
  return told;
};

test("a database that does not open within five seconds is none", async () => {
  const clock = new SimClock();
  const opened = withTimeout(new Promise<StorageAdapter>(() => {}), clock);
  await clock.pass(4_999);
  expect(await fates([opened])).toEqual(["open"]);
  await clock.pass(1);
  expect(await fates([opened])).toEqual(["failed"]);
});

const asked = (storage: OutboxStorage) => [
  storage.load(),
  storage.add(stored),
  storage.update(ordered),
  storage.remove(["a"]),
  storage.reject(["a"], rejection),
  storage.dismiss("a"),
];

test("what is asked of a storage that hangs fails after five seconds, and from then on soon", async () => {
  const here = await browser();
  expect(await fates(asked(here.outbox))).toEqual(Array(6).fill("done"));
  here.hangs = true;
  const works = asked(here.outbox);
  expect(await fates(works)).toEqual(Array(6).fill("open"));
  await here.clock.pass(5_000);
  expect(await fates(works)).toEqual(Array(6).fill("failed"));
  const more = asked(here.outbox);
  expect(await fates(more)).toEqual(Array(6).fill("open"));
  await here.clock.pass(0);
  expect(await fates(more)).toEqual(Array(6).fill("failed"));
});

test("a storage that goes on after it hung is waited for again", async () => {
  const here = await browser();
  here.hangs = true;
  const work = here.outbox.add(stored);
  expect(await fates([work])).toEqual(["open"]);
  await here.clock.pass(5_000);
  here.late.resolve();
  await settle();
  Object.assign(here, { hangs: true, late: Promise.withResolvers<void>() });
  const next = here.outbox.add(stored);
  await here.clock.pass(4_999);
  expect(await fates([next])).toEqual(["open"]);
  here.late.resolve();
  expect(await next).toBe(1);
});

test("what a device that hangs holds is not shown, and nobody waits for it for ever", async () => {
  const here = await browser();
  here.hangs = true;
  const works = [
    here.storage.me(),
    here.storage.restore(USER_ID, boardRef(BOARD_ID), 0),
    here.storage.setMe(null),
    here.storage.flush(),
    here.storage.wipe(USER_ID),
  ];
  expect(await fates(works)).toEqual(Array(5).fill("open"));
  await here.clock.pass(5_000);
  expect(await fates(works)).toEqual(["done", "done", "done", "done", "failed"]);
});

test("what is done in time leaves no timer", async () => {
  const { clock, outbox } = await browser();
  await outbox.add(stored);
  await settle();
  expect(clock.waiting).toBe(0);
});
