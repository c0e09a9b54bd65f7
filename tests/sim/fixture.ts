import { drainMicrotasks } from "bun:jsc";
import type { SnapshotRef } from "../../client/sync/snapshot.ts";
import type { Clock } from "../../platform/clock/clock.ts";
import type { Config } from "../../platform/config/config.ts";
import { createFeedHub } from "../../platform/events/feed-hub.ts";
import { createLogReader } from "../../platform/events/log.ts";
import type { Relay } from "../../platform/events/relay.ts";
import { silentLog } from "../../platform/log/log.ts";
import type { Metrics } from "../../platform/metrics/metrics.ts";
import { createLocalPubSub } from "../../platform/pubsub/local.ts";
import { eventDataIssues } from "../../shared/events.ts";
import { SNAPSHOTS } from "../../web/src/entities/snapshots.ts";
import { type Rows, SimDatabase } from "./database.ts";
import { createRest, type Rest, type Serving } from "./rest.ts";
import { simTokens } from "./tokens.ts";

/** A team with a board, people and tasks, as every run begins. */
export type Fixture = {
  readonly rows: Rows;
  readonly teamId: string;
  readonly boardId: string;
  /** Ids of users; the first owns the team. */
  readonly people: readonly string[];
  /** Every snapshot that the page knows, of one entity of the fixture each. */
  readonly refs: readonly SnapshotRef[];
};

/** Ids that sort by the order of their making. */
export const idSource = (random: () => number, start = 0): (() => string) => {
  let count = start;
  const hex = (length: number) => Array.from({ length }, () => Math.floor(random() * 16).toString(16)).join("");
  return () => {
    count += 1;
    const time = (0x019_0000_0000 + count).toString(16).padStart(11, "0");
    return `0${time.slice(0, 7)}-${time.slice(7)}-7${hex(3)}-8${hex(3)}-${hex(12)}`;
  };
};

const AT = Date.parse("2026-01-31T09:00:00.000Z");
const stopped: Clock = { now: () => AT, after: () => () => {}, every: () => () => {} };
const idle: Relay = { compared: Promise.resolve(), nudge: () => {}, idle: async () => {}, stop: async () => {} };

/** Answers by the real services at once, for the oracle and the fixture. */
export const restWithoutTime = (
  database: SimDatabase,
  deps: { readonly rest: Rest; readonly metrics: Metrics; newId(): string; clock?: Clock },
): ((
  userId: string,
  method: string,
  path: string,
  body?: unknown,
) => { status: number; text: string; position: string }) => {
  const db = database.open(null);
  const clock = deps.clock ?? stopped;
  const pubsub = createLocalPubSub({ log: createLogReader(db), metrics: deps.metrics });
  const serving: Serving = {
    db,
    clock,
    log: silentLog,
    relay: idle,
    metrics: deps.metrics,
    newId: deps.newId,
    newSecretId: () => deps.newId().replace("-7", "-4"),
    pubsub,
    feeds: createFeedHub({ pubsub, clock, log: silentLog, metrics: deps.metrics, validateData: eventDataIssues }),
    tokens: simTokens(clock),
    config: { wssUrl: "ws://sim", mode: "api", maxSocketsPerUser: 50 } as Config,
    origins: { baseUrl: "http://sim", trusted: new Set(["http://sim"]) },
    userOf: (sid) => sid,
    ends: null,
  };
  return (userId, method, path, body) => {
    deps.rest.serve(serving);
    let answer: { status: number; text: string; position: string } | null = null;
    const ask = async () => {
      const response = await deps.rest.fetch(
        new Request(`http://sim/api${path}`, {
          method,
          headers: { authorization: `Bearer ${userId}`, "content-type": "application/json" },
          ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        }),
      );
      const position = response.headers.get("artel-position") ?? "";
      answer = { status: response.status, text: await response.text(), position };
    };
    void ask();
    drainMicrotasks();
    if (answer === null) throw new Error(`${method} ${path} waits for something that never comes by itself`);
    return answer;
  };
};

const idIn = ({ status, text }: { status: number; text: string }): string => {
  if (status >= 300) throw new Error(`the fixture cannot be created: ${status} ${text}`);
  return (JSON.parse(text) as { id: string }).id;
};

/** Creates the fixture through the product's own services, once for all runs. */
export const createFixture = async (metrics: Metrics): Promise<Fixture> => {
  let state = 1;
  const newId = idSource(() => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  });
  const database = new SimDatabase();
  await database.open(null).migrate();
  database.run("create table effects (tenant_id text not null, epoch text not null, seq integer not null)");
  const people = Array.from({ length: 4 }, () => newId());
  const [owner = ""] = people;
  const at = new Date(AT).toISOString();
  for (const [index, id] of people.entries()) {
    database.run(
      'insert into users (id, name, email, "emailVerified", image, "createdAt", "updatedAt") values (?, ?, ?, 0, null, ?, ?)',
      id,
      `Person ${index}`,
      `${id}@example.org`,
      at,
      at,
    );
  }
  const call = restWithoutTime(database, { rest: createRest(), metrics, newId });
  const made = (path: string, body: unknown) => idIn(call(owner, "POST", path, body));
  const teamId = made("/teams", { name: "Team" });
  for (const userId of people.slice(1)) {
    const invitation = made(`/teams/${teamId}/invitations`, { role: "member" });
    call(userId, "POST", `/invitations/${invitation}/accept`);
  }
  const boardId = made(`/teams/${teamId}/boards`, { name: "Board" });
  const columns = ["To do", "Doing", "Done"].map((name) => made(`/boards/${boardId}/columns`, { name }));
  const labels = ["Bug", "Idea"].map((name) => made(`/boards/${boardId}/labels`, { name, color: "red" }));
  const tasks = Array.from({ length: 8 }, (_, index) =>
    made(`/boards/${boardId}/tasks`, {
      columnId: columns[index % columns.length],
      title: `Task ${index}`,
      labelIds: index % 2 === 0 ? labels.slice(0, 1) : [],
      assigneeIds: [people[index % people.length]],
    }),
  );
  const scopes: Readonly<Record<string, string | undefined>> = {
    team: teamId,
    board: boardId,
    column: columns[0],
    label: labels[0],
    task: tasks[0],
  };
  const refs = SNAPSHOTS.flatMap(({ kind, scope }) => {
    const scopeId = scopes[scope];
    return scopeId === undefined ? [] : [{ kind, scopeId, tenantId: teamId }];
  });
  return { rows: database.save(), teamId, boardId, people, refs };
};
