/** `bun client/sync/testing/measure.ts [tasks]`: what events, reads and replays cost in a large board's cache. */

import { memoizedFilter } from "../../../web/src/board/memo-filter.ts";
import { boardRef } from "../../../web/src/entities/snapshots.ts";
import { createPageClient } from "../../../web/src/session/page-client.ts";
import { SimClock } from "../../realtime/testing/sim-clock.ts";
import { decodeEvent } from "../decode-event.ts";
import { queryKeyOf } from "../snapshot.ts";
import {
  BOARD_ID,
  board,
  column,
  DOING,
  idOf,
  member,
  message,
  snapshotOf,
  TEAM_ID,
  TODO,
  task,
  tasksIn,
  USER_ID,
} from "./things.ts";

const count = Number(process.argv[2] ?? 10_000);
const columns = [TODO, DOING, idOf(13), idOf(14), idOf(15)];
const text = "A description of a usual length, with a few words of Straße and ὈΔΥΣΣΕΎΣ in it. ".repeat(4);
const rankOf = (index: number) => `a${index.toString(36).padStart(4, "0")}`;
const tasks = Array.from({ length: count }, (_, index) =>
  task(idOf(1_000 + index), {
    columnId: columns[index % columns.length],
    title: `Task ${index}`,
    description: text,
    rank: rankOf(index),
  }),
);
const document = {
  ...board(),
  columns: columns.map((id, index) => column(id, { rank: `a${index}` })),
  tasks,
  labels: [],
  members: [member(USER_ID)],
};

const clock = new SimClock();
const never = () => Promise.reject(new Error("not here"));
const { queryClient, engine } = createPageClient({
  api: { request: never, requestIfChanged: never, open: never },
  ports: { connect: () => ({ send: () => {}, close: () => {} }), fetchToken: never, clock, random: Math.random },
  newId: () => "key",
  newEntityId: () => idOf(9),
});
const ref = boardRef(BOARD_ID);
queryClient.getQueryCache().build(queryClient, { ...queryClient.defaultQueryOptions(engine.queryOptions(ref)) });

const quantile = (times: number[], q: number) => times.sort((a, b) => a - b)[Math.floor(times.length * q)] ?? 0;
const report = (what: string, times: number[]) =>
  process.stdout.write(
    `${what}: median ${quantile(times, 0.5).toFixed(4)} ms, p95 ${quantile(times, 0.95).toFixed(4)} ms\n`,
  );
const timed = (run: () => void) => {
  const start = performance.now();
  run();
  return performance.now() - start;
};

const loads: number[] = [];
for (let round = 0; round < 5; round += 1) {
  loads.push(
    timed(() => {
      queryClient.setQueryData(queryKeyOf(ref), snapshotOf(document));
    }),
  );
}
report(`a read of ${count} tasks into the cache`, loads);

let seq = 10;
const filter = memoizedFilter({ q: "odysseus" });
const look = () => {
  const view = engine.view(ref);
  if (view !== null) for (const id of columns) filter(tasksIn(view, id));
};
look();

const eventAt = (random: number) => {
  seq += 1;
  const index = Math.floor(random * count);
  const old = tasks[index] ?? task(idOf(1));
  const moved = random < 0.5;
  const columnId = moved ? columns[Math.floor(random * 10) % columns.length] : old.columnId;
  return message(seq, moved ? "TASK_MOVED" : "TASK_UPDATED", { ...old, columnId, title: `At ${seq}`, version: seq });
};

const reading: number[] = [];
const folding: number[] = [];
const filtering: number[] = [];
for (let round = 0; round < 3_000; round += 1) {
  const event = eventAt(Math.random());
  reading.push(timed(() => void decodeEvent(engine.schema, event)));
  engine.applier.handle({ kind: "event", tenantId: TEAM_ID, message: event });
  folding.push(await timedFlush());
  filtering.push(timed(look));
}
async function timedFlush(): Promise<number> {
  const start = performance.now();
  await clock.pass(0);
  return performance.now() - start;
}
report("reading one event", reading.slice(500));
report(
  "one event into the query cache (fold, commit, listeners; a turn of the event loop included)",
  folding.slice(500),
);
report("its filtered view of all columns", filtering.slice(500));

const bursts: number[] = [];
for (let round = 0; round < 10; round += 1) {
  for (let each = 0; each < 1_000; each += 1)
    engine.applier.handle({ kind: "event", tenantId: TEAM_ID, message: eventAt(Math.random()) });
  bursts.push((await timedFlush()) + timed(look));
}
report("1,000 missed events in one commit", bursts);
queryClient.clear();
