import "fake-indexeddb/auto";
import { expect, test } from "bun:test";
import { teamIdSchema, userIdSchema } from "../../../shared/ids.ts";
import type { Me } from "../../../shared/users.ts";
import { keys } from "../../../web/src/session/query-keys.ts";
import { SimClock } from "../../realtime/testing/sim-clock.ts";
import type { StoredRefusal } from "../outbox/outbox-port.ts";
import { useLocalStorage } from "../testing/local-storage.ts";
import { BOARD_ID, boardState, idOf, renaming, TEAM_ID, task, USER_ID } from "../testing/things.ts";
import { browserDevice } from "./browser-storage.ts";
import { openIdbDevice } from "./indexed-db.ts";
import { packState } from "./serialize-snapshot.ts";

const OTHER_USER = idOf(4);
const OTHER_TEAM = idOf(5);
const AT = "2026-01-01T00:00:00.000Z";
let count = 0;

const newName = () => {
  count += 1;
  return `device-${count}`;
};

const device = async (name = newName()) => {
  const clock = new SimClock();
  const beside = () => ({ tabs: { post: () => {}, listen: () => () => {} }, lock: { hold: () => () => {} } });
  return { clock, name, device: await openIdbDevice({ name, clock, beside }) };
};

const me = (userId: string, teamIds: readonly string[] = [TEAM_ID]): Me => ({
  user: { id: userIdSchema.parse(userId), name: "Somebody", email: "s@example.org", image: null },
  teams: teamIds.map((id) => ({
    id: teamIdSchema.parse(id),
    name: "Team",
    role: "member",
    createdAt: AT,
    updatedAt: AT,
    version: 1,
  })),
});
const entry = (key: string) => ({ key, intent: renaming(idOf(101), key), title: key, sentAt: null, awaited: false });
const refusal = (id: string): StoredRefusal => ({
  id,
  intents: [renaming(idOf(101), id)],
  title: id,
  problem: { code: "FORBIDDEN", status: 403, detail: "no", errors: [] },
});

test("changes are given back in the order of their making, to their owner alone", async () => {
  const { device: one, name } = await device();
  const { storage } = one.outbox(USER_ID);
  const orders = await Promise.all(["a", "b", "c"].map((key) => storage.add(entry(key))));
  expect(orders.toSorted((a, b) => a - b)).toEqual(orders);
  await storage.remove(["b", "not there"]);
  const { device: next } = await device(name);
  expect((await next.outbox(USER_ID).storage.load()).entries.map(({ key }) => key)).toEqual(["a", "c"]);
  expect((await next.outbox(OTHER_USER).storage.load()).entries).toEqual([]);
});

test("a change that was answered meanwhile does not come back by an update", async () => {
  const { storage } = (await device()).device.outbox(USER_ID);
  const order = await storage.add(entry("a"));
  await storage.update({ ...entry("a"), sentAt: 5, order });
  expect((await storage.load()).entries.map(({ sentAt }) => sentAt)).toEqual([5]);
  await storage.remove(["a"]);
  await storage.update({ ...entry("a"), sentAt: 6, order });
  expect((await storage.load()).entries).toEqual([]);
});

test("C4 what is sent under a key is decided by the tab that begins first", async () => {
  const { storage } = (await device()).device.outbox(USER_ID);
  const order = await storage.add(entry("a"));
  const first = { ...entry("a"), intent: renaming(idOf(101), "first"), sentAt: 5, order };
  const second = { ...entry("a"), intent: renaming(idOf(101), "second"), sentAt: 6, order };
  expect(await storage.begin(first)).toEqual(first);
  expect(await storage.begin(second)).toEqual(first);
  expect((await storage.load()).entries).toEqual([first]);
  await storage.remove(["a"]);
  expect(await storage.begin(second)).toEqual(second);
  expect((await storage.load()).entries).toEqual([]);
});

test("a refusal takes the place of its changes at once, until it is put away", async () => {
  const { storage } = (await device()).device.outbox(USER_ID);
  await storage.add(entry("a"));
  await storage.refuse(["a"], refusal("a"));
  expect(await storage.load()).toEqual({ entries: [], refusals: [refusal("a")] });
  await storage.dismiss("a");
  expect((await storage.load()).refusals).toEqual([]);
});

test("a state is given back as it was, with its position and when it was kept", async () => {
  const { device: one, clock, name } = await device();
  const state = boardState([task(idOf(101), { title: "Kept" })], { etag: 'W/"1"' });
  one.keep(USER_ID, keys.board(BOARD_ID), state);
  await one.flush();
  const { device: next } = await device(name);
  const kept = await next.restore(USER_ID, keys.board(BOARD_ID), 7);
  expect(kept?.at).toBe(clock.now());
  expect(kept?.state).toEqual({ ...state, begun: 7 });
  expect(await next.restore(OTHER_USER, keys.board(BOARD_ID), 0)).toBeNull();
});

test("a board that was deleted is forgotten", async () => {
  const { device: one } = await device();
  one.keep(USER_ID, keys.board(BOARD_ID), boardState());
  await one.flush();
  one.keep(USER_ID, keys.board(BOARD_ID), boardState([], { deleted: true }));
  await one.flush();
  expect(await one.restore(USER_ID, keys.board(BOARD_ID), 0)).toBeNull();
});

test("what was used least lately goes first", async () => {
  const { device: one, clock } = await device();
  for (let board = 0; board < 61; board += 1) {
    one.keep(USER_ID, keys.board(idOf(500 + board)), boardState());
    await one.flush();
    await clock.pass(10);
    if (board === 30) await one.restore(USER_ID, keys.board(idOf(500)), 0);
  }
  const isThere = async (board: number) => (await one.restore(USER_ID, keys.board(idOf(500 + board)), 0)) !== null;
  expect([await isThere(0), await isThere(1), await isThere(60)]).toEqual([true, false, true]);
});

test("a state of another shape is not shown", async () => {
  const { device: one, name } = await device();
  one.keep(USER_ID, keys.board(BOARD_ID), boardState([task(idOf(101))]));
  await one.flush();
  const open = Promise.withResolvers<IDBDatabase>();
  const request = indexedDB.open(name);
  request.onsuccess = () => open.resolve(request.result);
  const states = (await open.promise).transaction("states", "readwrite").objectStore("states");
  const packed = packState(boardState([task(idOf(101))]));
  states.put({ ...packed, snapshot: { tasks: "of another time" } }, [USER_ID, JSON.stringify(keys.board(BOARD_ID))]);
  await new Promise((resolve) => states.transaction.addEventListener("complete", resolve));
  expect(await one.restore(USER_ID, keys.board(BOARD_ID), 0)).toBeNull();
});

test("states of a team that the person is no longer in go", async () => {
  const { device: one } = await device();
  one.keep(USER_ID, keys.board(BOARD_ID), boardState());
  one.keep(USER_ID, keys.board(idOf(9)), boardState([], { teamId: OTHER_TEAM }));
  await one.flush();
  await one.setPerson(me(USER_ID, [OTHER_TEAM]));
  expect(await one.restore(USER_ID, keys.board(BOARD_ID), 0)).toBeNull();
  expect(await one.restore(USER_ID, keys.board(idOf(9)), 0)).not.toBeNull();
});

test("when a session ends the states go and unsent changes stay for who made them", async () => {
  const { device: one, name } = await device();
  await one.setPerson(me(USER_ID));
  await one.outbox(USER_ID).storage.add(entry("a"));
  one.keep(USER_ID, keys.board(BOARD_ID), boardState());
  await one.flush();
  await one.setPerson(null);
  expect(await one.person()).toBeNull();
  expect(await one.restore(USER_ID, keys.board(BOARD_ID), 0)).toBeNull();
  const { device: next } = await device(name);
  expect((await next.outbox(USER_ID).storage.load()).entries).toHaveLength(1);
});

test("of who was here last it is told how many changes wait, and of nobody else", async () => {
  const undo = useLocalStorage();
  const { device: one, name } = await device();
  await one.outbox(USER_ID).storage.add(entry("a"));
  await one.outbox(OTHER_USER).storage.add(entry("b"));
  await one.outbox(OTHER_USER).storage.add(entry("c"));
  await one.setPerson(me(OTHER_USER));
  await one.setPerson(null);
  expect(browserDevice.unsent()).toBe(2);
  await one.setPerson(me(USER_ID));
  expect(browserDevice.unsent()).toBe(2);
  await one.setPerson(null);
  expect(browserDevice.unsent()).toBe(1);
  await one.setPerson(me(USER_ID));
  expect(browserDevice.unsent()).toBe(0);
  const { device: next } = await device(name);
  await next.setPerson(null);
  expect(browserDevice.unsent()).toBe(1);
  undo();
});

test("signing out wipes everything of the person's, and nothing of another's", async () => {
  const { device: one } = await device();
  for (const user of [OTHER_USER, USER_ID]) {
    await one.setPerson(me(user));
    await one.outbox(user).storage.add(entry(`a ${user}`));
    await one.outbox(user).storage.refuse([], refusal(`r ${user}`));
    one.keep(user, keys.board(BOARD_ID), boardState());
    await one.flush();
  }
  await one.wipe(USER_ID);
  expect(await one.person()).toBeNull();
  expect(await one.outbox(USER_ID).storage.load()).toEqual({ entries: [], refusals: [] });
  expect(await one.restore(USER_ID, keys.board(BOARD_ID), 0)).toBeNull();
  expect((await one.outbox(OTHER_USER).storage.load()).entries).toHaveLength(1);
  expect(await one.restore(OTHER_USER, keys.board(BOARD_ID), 0)).not.toBeNull();
});
