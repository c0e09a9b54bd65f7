import { expect, test } from "bun:test";
import fc from "fast-check";
import { ranksBetween } from "../../shared/rank.ts";
import type { Mutation } from "./mutation.ts";
import { applyMutation } from "./optimistic.ts";
import { freshMutation, type PendingMutation } from "./outbox/pending-mutation.ts";
import { type Snapshot, withCollection } from "./snapshot.ts";
import {
  boardState,
  creating,
  DOING,
  idOf,
  moving,
  removing,
  renaming,
  SCHEMA,
  TODO,
  task,
  tasksIn,
  tasksOf,
} from "./testing/things.ts";
import { Views } from "./views.ts";

const IDS = [101, 102, 103, 104].map(idOf);
const ranks = ranksBetween(null, null, IDS.length);
const begun = () => boardState(IDS.map((id, index) => task(id, { rank: ranks[index] })));

const pendingOf = (key: string, mutation: Mutation): PendingMutation =>
  freshMutation({ key, mutation, title: "", sentAt: null, awaited: false });

const picture = (snapshot: Snapshot) => [TODO, DOING].map((columnId) => tasksIn(snapshot, columnId));

const anId = fc.constantFrom(...IDS);
const aMutation: fc.Arbitrary<Mutation> = fc.oneof(
  fc.tuple(anId, fc.constantFrom(TODO, DOING)).map(([id, columnId]) => moving(id, columnId)),
  fc.tuple(anId, fc.string({ minLength: 1, maxLength: 3 })).map(([id, title]) => renaming(id, title)),
  fc.integer({ min: 200, max: 203 }).map((number) => creating(idOf(number))),
  anId.map(removing),
);

type Step =
  | { readonly kind: "added"; readonly mutation: Mutation }
  | { readonly kind: "dropped" | "confirmed" | "sent"; readonly at: number }
  | { readonly kind: "moved"; readonly id: string };

const aStep: fc.Arbitrary<Step> = fc.oneof(
  { weight: 3, arbitrary: aMutation.map((mutation): Step => ({ kind: "added", mutation })) },
  {
    weight: 2,
    arbitrary: fc
      .tuple(fc.constantFrom("dropped" as const, "confirmed" as const, "sent" as const), fc.nat(5))
      .map(([kind, at]): Step => ({ kind, at })),
  },
  { weight: 1, arbitrary: anId.map((id): Step => ({ kind: "moved", id })) },
);

const after = (pending: readonly PendingMutation[], step: Step, key: string): readonly PendingMutation[] => {
  switch (step.kind) {
    case "added":
      return [...pending, pendingOf(key, step.mutation)];
    case "dropped":
      return pending.filter((_, at) => at !== step.at);
    case "confirmed":
      return pending.map((each, at) => ({ ...each, isConfirmed: at === step.at }));
    case "sent":
      return pending.map((each, at) => (at === step.at ? { ...each, status: "sending" } : each));
    case "moved":
      return pending;
  }
};

test("C3 whatever comes, goes or is confirmed, the view is what all mutations make of the confirmed snapshot", () => {
  fc.assert(
    fc.property(fc.array(aStep, { maxLength: 30 }), (steps) => {
      const views = new Views(SCHEMA);
      let confirmed = begun();
      let pending: readonly PendingMutation[] = [];
      for (const [index, step] of steps.entries()) {
        pending = after(pending, step, String(index));
        if (step.kind === "moved") {
          const moved = task(step.id, { rank: "a0V", columnId: DOING });
          confirmed = withCollection(confirmed, "task", tasksOf(confirmed).put(moved));
        }
        const shown = pending.filter(({ isConfirmed }) => !isConfirmed).map(({ mutation }) => mutation);
        const view = views.of(confirmed, pending);
        const expected = shown.reduce((next, mutation) => applyMutation(SCHEMA, next, mutation), confirmed);
        expect(picture(view)).toEqual(picture(expected));
      }
    }),
    { numRuns: 300 },
  );
});

test("a view keeps its identity while nothing that it shows has changed", () => {
  const views = new Views(SCHEMA);
  const confirmed = begun();
  const first = pendingOf("1", renaming(IDS[0] ?? "", "Mine"));
  const view = views.of(confirmed, [first]);
  expect(views.of(confirmed, [{ ...first, status: "sending" }])).toBe(view);
});

test("a new mutation leaves the columns that it does not touch what they were", () => {
  const views = new Views(SCHEMA);
  const confirmed = begun();
  const first = pendingOf("1", moving(IDS[0] ?? "", DOING));
  const before = views.of(confirmed, [first]);
  const then = views.of(confirmed, [first, pendingOf("2", renaming(IDS[1] ?? "", "Mine"))]);
  expect(tasksIn(then, TODO)).not.toBe(tasksIn(before, TODO));
  expect(tasksIn(then, DOING)).toBe(tasksIn(before, DOING));
});
