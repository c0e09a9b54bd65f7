import { expect, test } from "bun:test";
import fc from "fast-check";
import { compareRanked } from "../../shared/rank.ts";
import type { Task } from "../../shared/tasks.ts";
import { bucketsOf, deleteIn, getIn, setIn, valuesIn } from "./bucket-map.ts";
import { tableOf, taskIn, tasksIn, withoutColumn, withoutTask, withTask } from "./task-table.ts";
import { idOf, task } from "./testing/things.ts";

const columns = [idOf(11), idOf(12), idOf(13)];

const step = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({ kind: fc.constant("put" as const), id: fc.nat(30), column: fc.nat(2), rank: fc.nat(9) }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("delete" as const), id: fc.nat(30) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("drop" as const), column: fc.nat(2) }) },
);

test("the table says what a plain map sorted anew would say, and leaves every older one as it was", () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const model = new Map<string, Task>();
      let table = tableOf([]);
      const before: { readonly table: typeof table; readonly text: string }[] = [];
      const picture = (of: typeof table) => JSON.stringify(columns.map((id) => tasksIn(of, id)));
      for (const each of steps) {
        before.push({ table, text: picture(table) });
        if (each.kind === "put") {
          const next = task(idOf(100 + each.id), { columnId: columns[each.column], rank: `a${each.rank}` });
          model.set(next.id, next);
          table = withTask(table, next);
        } else if (each.kind === "delete") {
          model.delete(idOf(100 + each.id));
          table = withoutTask(table, idOf(100 + each.id));
        } else {
          const id = columns[each.column] ?? "";
          for (const old of [...model.values()]) if (old.columnId === id) model.delete(old.id);
          table = withoutColumn(table, id);
        }
      }
      const expected = columns.map((id) =>
        [...model.values()].filter(({ columnId }) => columnId === id).sort(compareRanked),
      );
      expect(columns.map((id) => tasksIn(table, id))).toEqual(expected);
      expect(table.byId.size).toBe(model.size);
      for (const [id, each] of model) expect(taskIn(table, id)).toBe(each);
      for (const old of before) expect(picture(old.table)).toBe(old.text);
      expect(columns.map((id) => tasksIn(tableOf([...model.values()]), id))).toEqual(expected);
    }),
    { numRuns: 200 },
  );
});

test("the bucket map is a map", () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.nat(50), fc.boolean())), (steps) => {
      const model = new Map<string, { id: string }>();
      let map = bucketsOf<{ id: string }>([]);
      for (const [number, isSet] of steps) {
        const id = idOf(number);
        if (isSet) {
          model.set(id, { id });
          map = setIn(map, id, { id });
        } else {
          model.delete(id);
          map = deleteIn(map, id);
        }
      }
      expect(map.size).toBe(model.size);
      expect([...valuesIn(map)].map(({ id }) => id).sort()).toEqual([...model.keys()].sort());
      expect(getIn(map, idOf(99))).toBeUndefined();
    }),
  );
});
