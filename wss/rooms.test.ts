import { describe, expect, test } from "bun:test";
import { createFeedHub } from "../platform/events/feed-hub.ts";
import { silentLog } from "../platform/log/log.ts";
import { createMetrics } from "../platform/metrics/metrics.ts";
import { eventDataIssues } from "../shared/events.ts";
import { EPOCH, entriesOf, newId } from "../tests/contract/pubsub-fixtures.ts";
import { createFakeBus } from "../tests/support/fake-bus.ts";
import { createManualClock, settle } from "../tests/support/manual-clock.ts";
import { Connection } from "./connection.ts";
import { createRooms } from "./rooms.ts";
import { SmallMap } from "./small-map.ts";
import { WsManager } from "./ws-manager.ts";

/** Rooms over a feed, with sockets that record the texts they receive. */
const start = async () => {
  const clock = createManualClock();
  const bus = createFakeBus();
  const metrics = createMetrics();
  const tenantId = newId();
  bus.keep(tenantId, EPOCH, entriesOf(tenantId, 1, 1));
  const hub = createFeedHub({
    pubsub: bus,
    clock,
    log: silentLog,
    metrics,
    validateData: eventDataIssues,
    random: () => 0,
  });
  const lease = await hub.acquire(tenantId);
  const manager = new WsManager<Connection>();
  const topics = new Map<string, Set<string[]>>();
  const rooms = createRooms({
    manager,
    clock,
    metrics,
    publish: (topic, text) => {
      for (const received of topics.get(topic) ?? []) received.push(text);
    },
    onLeave: () => {},
    onOpen: () => {},
    onEmpty: () => {},
  });
  const join = () => {
    const received: string[] = [];
    const socket = {
      send: (text: string) => received.push(text),
      close: () => {},
      terminate: () => {},
      ping: () => 1,
      subscribe: (topic: string) => void topics.set(topic, (topics.get(topic) ?? new Set()).add(received)),
      unsubscribe: (topic: string) => void topics.get(topic)?.delete(received),
      getBufferedAmount: () => 0,
      cork: (task: () => void) => task(),
    };
    const connection = new Connection(newId(), "::1", socket, {
      clock,
      log: silentLog,
      rate: { points: 10, seconds: 10 },
      handle: () => undefined,
      prefetch: () => {},
      leave: () => {},
    });
    manager.add(connection.id, connection);
    rooms.join(connection, tenantId, 1, lease);
    connection.accept({
      kind: "open",
      userId: newId(),
      sid: newId(),
      name: "Ann",
      grants: new SmallMap([[tenantId, { epoch: EPOCH, seq: 1 }]]),
      expiresAt: Number.POSITIVE_INFINITY,
    });
    return { connection, received, seqs: () => received.map((text) => Number(JSON.parse(text).seq)) };
  };
  /** Publishes a burst. */
  const publish = async (from: number, to: number) => {
    const entries = entriesOf(tenantId, from, to);
    bus.keep(tenantId, EPOCH, entries);
    for (const { payload } of entries) await bus.tell(tenantId, payload);
    await settle();
  };
  /** Publishes TEAM_DELETED. */
  const end = async (seq: number) => {
    const [last] = entriesOf(tenantId, seq, seq);
    const payload = last?.payload.replace(/"action":"\w+"/, '"action":"TEAM_DELETED"') ?? "";
    bus.keep(tenantId, EPOCH, [{ seq, payload }]);
    await bus.tell(tenantId, payload);
    await settle();
  };
  return { clock, rooms, tenantId, join, publish, end };
};

describe("rooms", () => {
  test("send a burst in order, each event once", async () => {
    const { clock, join, publish } = await start();
    const { seqs } = join();
    await publish(2, 40);
    await clock.advance(50);
    expect(seqs()).toEqual(Array.from({ length: 39 }, (_, index) => index + 2));
  });

  test("R2 do not repeat replayed events to a connection that joins during a burst", async () => {
    const { clock, join, publish } = await start();
    const first = join();
    await publish(2, 5);
    const second = join();
    await publish(6, 7);
    await clock.advance(50);
    expect(first.seqs()).toEqual([2, 3, 4, 5, 6, 7]);
    expect(second.seqs()).toEqual([6, 7]);
  });

  test("have sent everything up to the position that a heartbeat would name", async () => {
    const { join, publish, rooms, tenantId } = await start();
    const { seqs } = join();
    await publish(2, 9);
    expect(rooms.feedOf(tenantId)?.position?.seq).toBe(seqs().at(-1));
  });

  test("send nothing more of a burst to a connection that has left", async () => {
    const { clock, join, publish, rooms, tenantId } = await start();
    const { connection, seqs } = join();
    await publish(2, 5);
    rooms.leave(connection, tenantId, 1);
    await clock.advance(50);
    expect(seqs()).toEqual([2]);
  });

  test("send the events before the end of a team, then unsubscribed", async () => {
    const { clock, join, publish, end } = await start();
    const { received } = join();
    await publish(2, 5);
    await end(6);
    await clock.advance(50);
    expect(received.map((text) => JSON.parse(text)).map(({ seq, type }) => seq ?? type)).toEqual([
      2,
      3,
      4,
      5,
      6,
      "unsubscribed",
    ]);
  });
});
