import { expect, test } from "bun:test";
import fc from "fast-check";
import { ranksBetween } from "../../shared/rank.ts";
import type { Intent } from "./mutations.ts";
import { overlayBoard } from "./optimistic.ts";
import { type Entry, freshEntry } from "./outbox/pending-mutation.ts";
import type { BoardState } from "./snapshots.ts";
import { tasksIn, withTask } from "./task-table.ts";
import { BOARD_ID, boardState, creating, DOING, idOf, moving, renaming, TODO, task } from "./testing/things.ts";
import { createBoardViews } from "./views.ts";

const IDS = [101, 102, 103, 104].map(idOf);
const ranks = ranksBetween(null, null, IDS.length);
const begun = () => boardState(IDS.map((id, index) => task(id, { rank: ranks[index] })));

const entryOf = (key: string, intent: Intent): Entry =>
  freshEntry({ key, intent, title: "", sentAt: null, awaited: false });

const picture = (state: BoardState) => [TODO, DOING].map((columnId) => tasksIn(state.tasks, columnId));

const anId = fc.constantFrom(...IDS);
const anIntent: fc.Arbitrary<Intent> = fc.oneof(
  fc.tuple(anId, fc.constantFrom(TODO, DOING)).map(([id, columnId]) => moving(id, columnId)),
  fc.tuple(anId, fc.string({ minLength: 1, maxLength: 3 })).map(([id, title]) => renaming(id, title)),
  fc.integer({ min: 200, max: 203 }).map((number) => creating(idOf(number))),
  anId.map((id): Intent => ({ kind: "task.delete", boardId: BOARD_ID, id })),
);

type Step =
  | { readonly kind: "added"; readonly intent: Intent }
  | { readonly kind: "dropped" | "held" | "sent"; readonly at: number }
  | { readonly kind: "confirmed"; readonly id: string };

const aStep: fc.Arbitrary<Step> = fc.oneof(
  { weight: 3, arbitrary: anIntent.map((intent): Step => ({ kind: "added", intent })) },
  {
    weight: 2,
    arbitrary: fc
      .tuple(fc.constantFrom("dropped" as const, "held" as const, "sent" as const), fc.nat(5))
      .map(([kind, at]): Step => ({ kind, at })),
  },
  { weight: 1, arbitrary: anId.map((id): Step => ({ kind: "confirmed", id })) },
);

const after = (entries: readonly Entry[], step: Step, key: string): readonly Entry[] => {
  switch (step.kind) {
    case "added":
      return [...entries, entryOf(key, step.intent)];
    case "dropped":
      return entries.filter((_, at) => at !== step.at);
    case "held":
      return entries.map((entry, at) => ({ ...entry, held: at === step.at }));
    case "sent":
      return entries.map((entry, at) => (at === step.at ? { ...entry, status: "sending" } : entry));
    case "confirmed":
      return entries;
  }
};

test("C3 whatever comes, goes or is confirmed, the view is what all wishes make of the confirmed state", () => {
  fc.assert(
    fc.property(fc.array(aStep, { maxLength: 30 }), (steps) => {
      const views = createBoardViews();
      let confirmed = begun();
      let entries: readonly Entry[] = [];
      for (const [index, step] of steps.entries()) {
        entries = after(entries, step, String(index));
        if (step.kind === "confirmed") {
          const moved = task(step.id, { rank: "a0V", columnId: DOING });
          confirmed = { ...confirmed, tasks: withTask(confirmed.tasks, moved) };
        }
        const shown = entries.filter(({ held }) => !held).map(({ intent }) => intent);
        const view = views.board(BOARD_ID, confirmed, entries);
        expect(picture(view)).toEqual(picture(shown.reduce(overlayBoard, confirmed)));
      }
    }),
    { numRuns: 300 },
  );
});

test("a view keeps its identity while nothing that it shows has changed", () => {
  const views = createBoardViews();
  const confirmed = begun();
  const entry = entryOf("1", renaming(IDS[0] ?? "", "Mine"));
  const view = views.board(BOARD_ID, confirmed, [entry]);
  expect(views.board(BOARD_ID, confirmed, [{ ...entry, status: "sending" }])).toBe(view);
});

test("a new wish leaves the columns that it does not touch what they were", () => {
  const views = createBoardViews();
  const confirmed = begun();
  const first = entryOf("1", moving(IDS[0] ?? "", DOING));
  const before = views.board(BOARD_ID, confirmed, [first]);
  const then = views.board(BOARD_ID, confirmed, [first, entryOf("2", renaming(IDS[1] ?? "", "Mine"))]);
  expect(tasksIn(then.tasks, TODO)).not.toBe(tasksIn(before.tasks, TODO));
  expect(tasksIn(then.tasks, DOING)).toBe(tasksIn(before.tasks, DOING));
});
