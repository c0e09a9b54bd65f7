import "fake-indexeddb/auto";
import { expect, test } from "bun:test";
import { teamIdSchema, userIdSchema } from "../../../shared/ids.ts";
import { type Me, meSchema } from "../../../shared/users.ts";
import { boardRef } from "../../../web/src/entities/snapshots.ts";
import { SimClock } from "../../realtime/testing/sim-clock.ts";
import type { StoredRejection } from "../outbox/outbox-port.ts";
import { useLocalStorage } from "../testing/local-storage.ts";
import { BOARD_ID, boardState, idOf, renaming, SCHEMA, TEAM_ID, task, USER_ID } from "../testing/things.ts";
import { browserStorage } from "./browser-storage.ts";
import { openIndexedDb } from "./indexed-db.ts";
import { serializeSnapshot } from "./serialize-snapshot.ts";

const OTHER_USER = idOf(4);
const OTHER_TEAM = idOf(5);
const AT = "2026-01-01T00:00:00.000Z";
let count = 0;

const newName = () => {
  count += 1;
  return `device-${count}`;
};

const open = async (name = newName()) => {
  const clock = new SimClock();
  const tabsOf = () => ({ tabs: { post: () => {}, listen: () => () => {} }, lock: { request: () => () => {} } });
  return { clock, name, storage: await openIndexedDb({ name, clock, tabsOf, schema: SCHEMA, meSchema }) };
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
const stored = (key: string) => ({ key, mutation: renaming(idOf(101), key), title: key, sentAt: null, awaited: false });
const rejection = (id: string): StoredRejection => ({
  id,
  mutations: [renaming(idOf(101), id)],
  title: id,
  problem: { code: "FORBIDDEN", status: 403, detail: "no", errors: [] },
});

test("changes are given back in the order of their making, to their owner alone", async () => {
  const { storage: one, name } = await open();
  const { storage } = one.outbox(USER_ID);
  const orders = await Promise.all(["a", "b", "c"].map((key) => storage.add(stored(key))));
  expect(orders.toSorted((a, b) => a - b)).toEqual(orders);
  await storage.remove(["b", "not there"]);
  const { storage: next } = await open(name);
  expect((await next.outbox(USER_ID).storage.load()).pending.map(({ key }) => key)).toEqual(["a", "c"]);
  expect((await next.outbox(OTHER_USER).storage.load()).pending).toEqual([]);
});

test("a change that was answered meanwhile does not come back by an update", async () => {
  const { storage } = (await open()).storage.outbox(USER_ID);
  const order = await storage.add(stored("a"));
  await storage.update({ ...stored("a"), sentAt: 5, order });
  expect((await storage.load()).pending.map(({ sentAt }) => sentAt)).toEqual([5]);
  await storage.remove(["a"]);
  await storage.update({ ...stored("a"), sentAt: 6, order });
  expect((await storage.load()).pending).toEqual([]);
});

test("C4 what is sent under a key is decided by the tab that begins first", async () => {
  const { storage } = (await open()).storage.outbox(USER_ID);
  const order = await storage.add(stored("a"));
  const first = { ...stored("a"), mutation: renaming(idOf(101), "first"), sentAt: 5, order };
  const second = { ...stored("a"), mutation: renaming(idOf(101), "second"), sentAt: 6, order };
  expect(await storage.begin(first)).toEqual(first);
  expect(await storage.begin(second)).toEqual(first);
  expect((await storage.load()).pending).toEqual([first]);
  await storage.remove(["a"]);
  expect(await storage.begin(second)).toEqual(second);
  expect((await storage.load()).pending).toEqual([]);
});

test("a refusal takes the place of its changes at once, until it is put away", async () => {
  const { storage } = (await open()).storage.outbox(USER_ID);
  await storage.add(stored("a"));
  await storage.reject(["a"], rejection("a"));
  expect(await storage.load()).toEqual({ pending: [], rejections: [rejection("a")] });
  await storage.dismiss("a");
  expect((await storage.load()).rejections).toEqual([]);
});

test("a state is given back as it was, with its position and when it was kept", async () => {
  const { storage: one, clock, name } = await open();
  const state = boardState([task(idOf(101), { title: "Kept" })], { etag: 'W/"1"' });
  one.save(USER_ID, state);
  await one.flush();
  const { storage: next } = await open(name);
  const kept = await next.restore(USER_ID, boardRef(BOARD_ID), 7);
  expect(kept?.storedAt).toBe(clock.now());
  expect(kept?.snapshot.generation).toBe(7);
  expect(kept && serializeSnapshot(kept.snapshot)).toEqual(serializeSnapshot(state));
  expect(await next.restore(OTHER_USER, boardRef(BOARD_ID), 0)).toBeNull();
});

test("a board that was deleted is forgotten", async () => {
  const { storage: one } = await open();
  one.save(USER_ID, boardState());
  await one.flush();
  one.save(USER_ID, boardState([], { isDeleted: true }));
  await one.flush();
  expect(await one.restore(USER_ID, boardRef(BOARD_ID), 0)).toBeNull();
});

test("what was used least lately goes first", async () => {
  const { storage: one, clock } = await open();
  for (let board = 0; board < 61; board += 1) {
    one.save(USER_ID, boardState([], { scopeId: idOf(500 + board) }));
    await one.flush();
    await clock.pass(10);
    if (board === 30) await one.restore(USER_ID, boardRef(idOf(500)), 0);
  }
  const isThere = async (board: number) => (await one.restore(USER_ID, boardRef(idOf(500 + board)), 0)) !== null;
  expect([await isThere(0), await isThere(1), await isThere(60)]).toEqual([true, false, true]);
});

test("a state of another shape is not shown", async () => {
  const { storage: one, name } = await open();
  one.save(USER_ID, boardState([task(idOf(101))]));
  await one.flush();
  const opened = Promise.withResolvers<IDBDatabase>();
  const request = indexedDB.open(name);
  request.onsuccess = () => opened.resolve(request.result);
  const states = (await opened.promise).transaction("states", "readwrite").objectStore("states");
  const serialized = serializeSnapshot(boardState([task(idOf(101))]));
  states.put({ ...serialized, entities: { ...serialized.entities, task: [{ id: "of another version" }] } }, [
    USER_ID,
    "board",
    BOARD_ID,
  ]);
  await new Promise((resolve) => states.transaction.addEventListener("complete", resolve));
  expect(await one.restore(USER_ID, boardRef(BOARD_ID), 0)).toBeNull();
});

test("states of a team that the person is no longer in go", async () => {
  const { storage: one } = await open();
  one.save(USER_ID, boardState());
  one.save(USER_ID, boardState([], { scopeId: idOf(9), tenantId: OTHER_TEAM }));
  await one.flush();
  await one.setMe(me(USER_ID, [OTHER_TEAM]));
  expect(await one.restore(USER_ID, boardRef(BOARD_ID), 0)).toBeNull();
  expect(await one.restore(USER_ID, boardRef(idOf(9)), 0)).not.toBeNull();
});

test("when a session ends the states go and unsent changes stay for who made them", async () => {
  const { storage: one, name } = await open();
  await one.setMe(me(USER_ID));
  await one.outbox(USER_ID).storage.add(stored("a"));
  one.save(USER_ID, boardState());
  await one.flush();
  await one.setMe(null);
  expect(await one.me()).toBeNull();
  expect(await one.restore(USER_ID, boardRef(BOARD_ID), 0)).toBeNull();
  const { storage: next } = await open(name);
  expect((await next.outbox(USER_ID).storage.load()).pending).toHaveLength(1);
});

test("of who was here last it is told how many changes wait, and of nobody else", async () => {
  const undo = useLocalStorage();
  const { storage: one, name } = await open();
  await one.outbox(USER_ID).storage.add(stored("a"));
  await one.outbox(OTHER_USER).storage.add(stored("b"));
  await one.outbox(OTHER_USER).storage.add(stored("c"));
  await one.setMe(me(OTHER_USER));
  await one.setMe(null);
  expect(browserStorage.unsentCount()).toBe(2);
  await one.setMe(me(USER_ID));
  expect(browserStorage.unsentCount()).toBe(2);
  await one.setMe(null);
  expect(browserStorage.unsentCount()).toBe(1);
  await one.setMe(me(USER_ID));
  expect(browserStorage.unsentCount()).toBe(0);
  const { storage: next } = await open(name);
  await next.setMe(null);
  expect(browserStorage.unsentCount()).toBe(1);
  undo();
});

test("signing out wipes everything of the person's, and nothing of another's", async () => {
  const { storage: one } = await open();
  for (const user of [OTHER_USER, USER_ID]) {
    await one.setMe(me(user));
    await one.outbox(user).storage.add(stored(`a ${user}`));
    await one.outbox(user).storage.reject([], rejection(`r ${user}`));
    one.save(user, boardState());
    await one.flush();
  }
  await one.wipe(USER_ID);
  expect(await one.me()).toBeNull();
  expect(await one.outbox(USER_ID).storage.load()).toEqual({ pending: [], rejections: [] });
  expect(await one.restore(USER_ID, boardRef(BOARD_ID), 0)).toBeNull();
  expect((await one.outbox(OTHER_USER).storage.load()).pending).toHaveLength(1);
  expect(await one.restore(OTHER_USER, boardRef(BOARD_ID), 0)).not.toBeNull();
});

test("an update of the page converts unsent changes of version 1, and refused ones too", async () => {
  const name = newName();
  const opened = Promise.withResolvers<IDBDatabase>();
  const request = indexedDB.open(name, 1);
  request.onupgradeneeded = () => {
    const changes = request.result.createObjectStore("changes", { keyPath: "order", autoIncrement: true });
    changes.createIndex("owner", "owner");
    changes.createIndex("key", "key", { unique: true });
    request.result.createObjectStore("refusals", { keyPath: "id" }).createIndex("owner", "owner");
    for (const store of ["people", "states", "uses"]) request.result.createObjectStore(store);
  };
  request.onsuccess = () => opened.resolve(request.result);
  const old = await opened.promise;
  const tx = old.transaction(["changes", "refusals"], "readwrite");
  const [boardId, id] = [BOARD_ID, idOf(101)];
  const rename = {
    kind: "task.update",
    boardId,
    id,
    change: { title: "Mine" },
    at: AT,
    ifVersion: 4,
    base: { title: "Old" },
  };
  const create = { kind: "task.create", boardId, input: { id, columnId: idOf(11), title: "New" }, by: USER_ID, at: AT };
  const board = { kind: "board.create", boardId, teamId: TEAM_ID, name: "Board", at: AT };
  for (const intent of [create, rename, board]) {
    tx.objectStore("changes").add({
      key: intent.kind,
      intent,
      title: "",
      sentAt: null,
      awaited: false,
      owner: USER_ID,
    });
  }
  tx.objectStore("refusals").add({ ...rejection("r"), mutations: undefined, intents: [rename], owner: USER_ID });
  await new Promise((resolve) => tx.addEventListener("complete", resolve));
  old.close();
  const { pending, rejections } = await (await open(name)).storage.outbox(USER_ID).storage.load();
  const scope = { board: BOARD_ID };
  const renamed = {
    entity: "task",
    op: "update",
    id,
    scope,
    input: { title: "Mine" },
    by: null,
    at: AT,
    ifVersion: 4,
    base: { title: "Old" },
  };
  expect(pending.map(({ mutation }) => mutation)).toEqual([
    { entity: "task", op: "create", id, scope, input: { columnId: idOf(11), title: "New" }, by: USER_ID, at: AT },
    { ...renamed, op: "update" },
    {
      entity: "board",
      op: "create",
      id: BOARD_ID,
      scope: { team: TEAM_ID },
      input: { name: "Board" },
      by: null,
      at: AT,
    },
  ]);
  expect(rejections.map(({ mutations }) => mutations)).toEqual([[{ ...renamed, op: "update" }]]);
});
