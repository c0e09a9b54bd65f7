import { expect, test } from "bun:test";
import { keys } from "../../../web/src/session/query-keys.ts";
import { SimClock, settle } from "../../realtime/testing/sim-clock.ts";
import type { OutboxStorage, StoredRefusal } from "../outbox/outbox-port.ts";
import { BOARD_ID, idOf, renaming, USER_ID } from "../testing/things.ts";
import type { Device } from "./storage-port.ts";
import { boundedDevice } from "./with-timeout.ts";

const entry = { key: "a", intent: renaming(idOf(101), "A"), title: "A", sentAt: null, awaited: false };
const placed = { ...entry, order: 1 };
const refusal: StoredRefusal = {
  id: "a",
  intents: [],
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
  const storage: OutboxStorage = {
    load: () => say({ entries: [], refusals: [] }),
    add: () => say(1),
    update: () => say(undefined),
    begin: (entry) => say(entry),
    remove: () => say(undefined),
    refuse: () => say(undefined),
    dismiss: () => say(undefined),
  };
  const device: Device = {
    person: () => say(null),
    setPerson: () => say(undefined),
    outbox: () => ({
      storage,
      tabs: { post: () => {}, listen: () => () => {} },
      lock: { hold: () => () => {} },
    }),
    restore: () => say(null),
    keep: () => {},
    flush: () => say(undefined),
    wipe: () => say(undefined),
  };
  const bounded = await boundedDevice(say(device), clock);
  return Object.assign(here, { clock, device: bounded, storage: bounded.outbox(USER_ID).storage });
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
  const opened = boundedDevice(new Promise<Device>(() => {}), clock);
  await clock.pass(4_999);
  expect(await fates([opened])).toEqual(["open"]);
  await clock.pass(1);
  expect(await fates([opened])).toEqual(["failed"]);
});

const asked = (storage: OutboxStorage) => [
  storage.load(),
  storage.add(entry),
  storage.update(placed),
  storage.remove(["a"]),
  storage.refuse(["a"], refusal),
  storage.dismiss("a"),
];

test("what is asked of a storage that hangs fails after five seconds, and from then on soon", async () => {
  const here = await browser();
  expect(await fates(asked(here.storage))).toEqual(Array(6).fill("done"));
  here.hangs = true;
  const works = asked(here.storage);
  expect(await fates(works)).toEqual(Array(6).fill("open"));
  await here.clock.pass(5_000);
  expect(await fates(works)).toEqual(Array(6).fill("failed"));
  const more = asked(here.storage);
  expect(await fates(more)).toEqual(Array(6).fill("open"));
  await here.clock.pass(0);
  expect(await fates(more)).toEqual(Array(6).fill("failed"));
});

test("a storage that goes on after it hung is waited for again", async () => {
  const here = await browser();
  here.hangs = true;
  const work = here.storage.add(entry);
  expect(await fates([work])).toEqual(["open"]);
  await here.clock.pass(5_000);
  here.late.resolve();
  await settle();
  Object.assign(here, { hangs: true, late: Promise.withResolvers<void>() });
  const next = here.storage.add(entry);
  await here.clock.pass(4_999);
  expect(await fates([next])).toEqual(["open"]);
  here.late.resolve();
  expect(await next).toBe(1);
});

test("what a device that hangs holds is not shown, and nobody waits for it for ever", async () => {
  const here = await browser();
  here.hangs = true;
  const works = [
    here.device.person(),
    here.device.restore(USER_ID, keys.board(BOARD_ID), 0),
    here.device.setPerson(null),
    here.device.flush(),
    here.device.wipe(USER_ID),
  ];
  expect(await fates(works)).toEqual(Array(5).fill("open"));
  await here.clock.pass(5_000);
  expect(await fates(works)).toEqual(["done", "done", "done", "done", "failed"]);
});

test("what is done in time leaves no timer", async () => {
  const { clock, storage } = await browser();
  await storage.add(entry);
  await settle();
  expect(clock.waiting).toBe(0);
});
