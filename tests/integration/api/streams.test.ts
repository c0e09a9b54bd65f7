import { expect, test } from "bun:test";
import { composeApi } from "../../../api/compose.ts";
import { createSseParser } from "../../../client/realtime/sse-parser.ts";
import { loadConfig } from "../../../platform/config/config.ts";
import { resolveOrigins } from "../../../platform/config/origins.ts";
import { createFeedHub } from "../../../platform/events/feed-hub.ts";
import { silentLog } from "../../../platform/log/log.ts";
import { createMetrics } from "../../../platform/metrics/metrics.ts";
import { HEARTBEAT_SECONDS } from "../../../shared/protocol/limits.ts";
import { entriesOf, newId } from "../../contract/pubsub-fixtures.ts";
import { type Actor, addMember, createFixture, startApi } from "../../support/api.ts";
import { createFakeBus } from "../../support/fake-bus.ts";
import { temporaryFolder } from "../../support/lifetime.ts";
import { createManualClock } from "../../support/manual-clock.ts";

/** Who may read a team's stream, over a bus that does as it is told, in a time of its own. */
const begin = async (environment: Record<string, string> = {}) => {
  const api = await startApi();
  const fixture = await createFixture(api);
  const reader = await addMember(api, fixture, "member");
  const { position } = await fixture.owner.call("GET", `/api/boards/${fixture.board.id}`);
  if (position === null) throw new Error("the board has no position");
  const bus = createFakeBus();
  bus.keep(fixture.team.id, position.epoch, entriesOf(fixture.team.id, 1, position.seq));
  const clock = createManualClock(Date.now());
  const feeds = createFeedHub({ pubsub: bus, clock, log: silentLog, metrics: createMetrics() });
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

/** Reads what a stream says, until it has said as much as is asked for or ends. */
const follow = ({ body }: Response) => {
  if (body === null) throw new Error("the stream has no body");
  const heard: string[] = [];
  const read = createSseParser({
    onEvent: ({ event, data }) => heard.push(`${event} ${data}`),
    onComment: (text) => heard.push(text),
  });
  const parts = body.pipeThrough(new TextDecoderStream()).getReader();
  const hear = async (isEnough: (heard: readonly string[]) => boolean): Promise<string[]> => {
    while (!isEnough(heard)) {
      const part = await parts.read();
      if (part.done) return [...heard, "end"];
      read(part.value);
    }
    return heard;
  };
  return Object.assign(hear, { leave: () => parts.cancel() });
};

const says =
  (what: string, times = 1) =>
  (heard: readonly string[]) =>
    heard.filter((each) => each.startsWith(what)).length >= times;

test("a stream names no head while nobody can tell whether it is one", async () => {
  const { reader, bus, clock, position, open } = await begin();
  const hear = follow(await open(reader));
  await hear(says("connected"));
  await clock.advance(HEARTBEAT_SECONDS * 1_000);
  expect(await hear(says("heartbeat {"))).toContain(`heartbeat ${JSON.stringify(position)}`);
  bus.isAway = true;
  await clock.advance(2 * HEARTBEAT_SECONDS * 1_000);
  expect((await hear(says("heartbeat", 4))).slice(-2)).toEqual(["heartbeat", "heartbeat"]);
});

test("a person holds as many streams of a node as sockets, and not more", async () => {
  const { fixture, reader, open } = await begin({ MAX_SOCKETS_PER_USER: "2" });
  const first = follow(await open(reader));
  await follow(await open(reader))(says("connected"));
  const refused = await open(reader);
  expect([refused.status, refused.headers.get("Retry-After")]).toEqual([429, "30"]);
  expect((await open(fixture.owner)).status).toBe(200);
  await first(says("connected"));
  await first.leave();
  expect((await open(reader)).status).toBe(200);
});

test("a membership that ended in a stretch that is lost ends the stream", async () => {
  const { fixture, reader, bus, clock, open } = await begin();
  const hear = follow(await open(reader));
  await hear(says("connected"));
  await fixture.owner.call("DELETE", `/api/teams/${fixture.team.id}/members/${reader.id}`);
  // The history begins anew, and what came before is in no log any more.
  bus.keep(fixture.team.id, newId(), entriesOf(fixture.team.id, 1, 3));
  await clock.advance(5_000);
  expect((await hear(() => false)).slice(-2)).toEqual(['unsubscribed {"reason":"revoked"}', "end"]);
});
