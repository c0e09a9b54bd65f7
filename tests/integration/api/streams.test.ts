import { expect, test } from "bun:test";
import { composeApi } from "../../../api/compose.ts";
import { createSseParser } from "../../../client/realtime/sse-parser.ts";
import { loadConfig } from "../../../platform/config/config.ts";
import { resolveOrigins } from "../../../platform/config/origins.ts";
import { createFeedHub } from "../../../platform/events/feed-hub.ts";
import { silentLog } from "../../../platform/log/log.ts";
import { createMetrics } from "../../../platform/metrics/metrics.ts";
import { eventDataIssues } from "../../../shared/events.ts";
import { HEARTBEAT_SECONDS } from "../../../shared/protocol/limits.ts";
import { entriesOf, newId } from "../../contract/pubsub-fixtures.ts";
import { type Actor, addMember, createFixture, startApi } from "../../support/api.ts";
import { createFakeBus } from "../../support/fake-bus.ts";
import { temporaryFolder } from "../../support/lifetime.ts";
import { createManualClock } from "../../support/manual-clock.ts";

/** Starts REST over a fake bus and a manual clock, with a member who reads the team's stream. */
const start = async (environment: Record<string, string> = {}) => {
  const api = await startApi();
  const fixture = await createFixture(api);
  const reader = await addMember(api, fixture, "member");
  const { position } = await fixture.owner.call("GET", `/api/boards/${fixture.board.id}`);
  if (position === null) throw new Error("the board has no position");
  const bus = createFakeBus();
  bus.keep(fixture.team.id, position.epoch, entriesOf(fixture.team.id, 1, position.seq));
  const clock = createManualClock(Date.now());
  const feeds = createFeedHub({
    pubsub: bus,
    clock,
    log: silentLog,
    metrics: createMetrics(),
    validateData: eventDataIssues,
  });
  const config = loadConfig("all", { LOG_LEVEL: "silent", ...environment });
  const { app } = composeApi(
    { ...api.platform, clock, feeds },
    { config, origins: resolveOrigins(config, 3000), pageDirectory: temporaryFolder("page") },
  );
  const open = (person: Actor): Promise<Response> =>
    Promise.resolve(
      app.fetch(
        new Request(`http://localhost:3000/api/events/stream?tenantId=${fixture.team.id}`, {
          headers: { Authorization: `Bearer ${person.token}` },
        }),
        { address: "127.0.0.1", loopback: true },
      ),
    );
  return { fixture, reader, bus, clock, position, open };
};

/** Returns a function that reads the stream until a condition holds or the stream ends. */
const createReader = ({ body }: Response) => {
  if (body === null) throw new Error("the stream has no body");
  const received: string[] = [];
  const read = createSseParser({
    onEvent: ({ event, data }) => received.push(`${event} ${data}`),
    onComment: (text) => received.push(text),
  });
  const parts = body.pipeThrough(new TextDecoderStream()).getReader();
  const readUntil = async (isEnough: (received: readonly string[]) => boolean): Promise<string[]> => {
    while (!isEnough(received)) {
      const part = await parts.read();
      if (part.done) return [...received, "end"];
      read(part.value);
    }
    return received;
  };
  return Object.assign(readUntil, { leave: () => parts.cancel() });
};

const hasReceived =
  (what: string, times = 1) =>
  (received: readonly string[]) =>
    received.filter((each) => each.startsWith(what)).length >= times;

test("a stream's heartbeats name no head while the bus is away", async () => {
  const { reader, bus, clock, position, open } = await start();
  const readUntil = createReader(await open(reader));
  await readUntil(hasReceived("connected"));
  await clock.advance(HEARTBEAT_SECONDS * 1_000);
  expect(await readUntil(hasReceived("heartbeat {"))).toContain(`heartbeat ${JSON.stringify(position)}`);
  bus.isAway = true;
  await clock.advance(2 * HEARTBEAT_SECONDS * 1_000);
  expect((await readUntil(hasReceived("heartbeat", 4))).slice(-2)).toEqual(["heartbeat", "heartbeat"]);
});

test("a user may open as many streams on a node as sockets, and no more", async () => {
  const { fixture, reader, open } = await start({ MAX_SOCKETS_PER_USER: "2" });
  const first = createReader(await open(reader));
  await createReader(await open(reader))(hasReceived("connected"));
  const refused = await open(reader);
  expect([refused.status, refused.headers.get("Retry-After")]).toEqual([429, "30"]);
  expect((await open(fixture.owner)).status).toBe(200);
  await first(hasReceived("connected"));
  await first.leave();
  expect((await open(reader)).status).toBe(200);
});

test("a membership that ended in a lost part of the history ends the stream", async () => {
  const { fixture, reader, bus, clock, open } = await start();
  const readUntil = createReader(await open(reader));
  await readUntil(hasReceived("connected"));
  await fixture.owner.call("DELETE", `/api/teams/${fixture.team.id}/members/${reader.id}`);
  // A new epoch begins, and no log has the events before it.
  bus.keep(fixture.team.id, newId(), entriesOf(fixture.team.id, 1, 3));
  await clock.advance(5_000);
  expect((await readUntil(() => false)).slice(-2)).toEqual(['unsubscribed {"reason":"revoked"}', "end"]);
});
