import { expect, test } from "bun:test";
import fc from "fast-check";
import { type Member, members } from "../../shared/members.ts";
import { compareRanked } from "../../shared/rank.ts";
import { type Task, tasks } from "../../shared/tasks.ts";
import { Collection } from "./collection.ts";
import { idOf, member, SCHEMA, task } from "./testing/things.ts";

const columns = [idOf(11), idOf(12), idOf(13)];

const step = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({ kind: fc.constant("put" as const), id: fc.nat(30), column: fc.nat(2), rank: fc.nat(9) }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("delete" as const), id: fc.nat(30) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("drop" as const), column: fc.nat(2) }) },
);

const of = (list: readonly Task[]) => Collection.from(SCHEMA.entity(tasks.kind), list);

test("a collection is what a plain map sorted anew would be, and leaves every older one as it was", () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const model = new Map<string, Task>();
      let collection = of([]);
      const before: { readonly collection: typeof collection; readonly text: string }[] = [];
      const picture = (old: typeof collection) => JSON.stringify(columns.map((id) => old.group(id)));
      for (const each of steps) {
        before.push({ collection, text: picture(collection) });
        if (each.kind === "put") {
          const next = task(idOf(100 + each.id), { columnId: columns[each.column], rank: `a${each.rank}` });
          model.set(next.id, next);
          collection = collection.put(next);
        } else if (each.kind === "delete") {
          model.delete(idOf(100 + each.id));
          collection = collection.delete(idOf(100 + each.id));
        } else {
          const id = columns[each.column] ?? "";
          for (const old of [...model.values()]) if (old.columnId === id) model.delete(old.id);
          collection = collection.deleteWhere("columnId", id);
        }
      }
      const expected = columns.map((id) =>
        [...model.values()].filter(({ columnId }) => columnId === id).sort(compareRanked),
      );
      expect(columns.map((id) => collection.group(id))).toEqual(expected);
      expect(collection.size).toBe(model.size);
      for (const [id, each] of model) expect(collection.get(id)).toBe(each);
      for (const old of before) expect(picture(old.collection)).toBe(old.text);
      expect(columns.map((id) => of([...model.values()]).group(id))).toEqual(expected);
    }),
    { numRuns: 200 },
  );
});

test("a collection without an order is a map by its entities' key", () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.nat(50), fc.boolean())), (steps) => {
      const model = new Map<string, Member>();
      let collection = Collection.empty<Member>(SCHEMA.entity(members.kind));
      for (const [number, isPut] of steps) {
        const id = idOf(number);
        const entity = member(id);
        if (isPut) model.set(id, entity);
        else model.delete(id);
        collection = isPut ? collection.put(entity) : collection.delete(id);
      }
      expect(collection.size).toBe(model.size);
      expect([...collection.values()].map(({ userId }) => String(userId)).sort()).toEqual([...model.keys()].sort());
      expect(collection.get(idOf(99))).toBeUndefined();
    }),
  );
});

test("an entity of the version that was known keeps its identity, and only changed lists are new", () => {
  const [one, two] = [task(idOf(101), { version: 1 }), task(idOf(102), { columnId: columns[1], version: 1 })];
  const known = of([one, two]);
  const read = Collection.from(SCHEMA.entity(tasks.kind), [{ ...one }, { ...two, version: 2 }], known);
  expect(read.get(one.id)).toBe(one);
  expect(read.get(two.id)).not.toBe(two);
  expect(known.put({ ...two, title: "New" }).group(one.columnId)).toBe(known.group(one.columnId));
});
