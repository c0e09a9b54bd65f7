import type { Clock } from "../platform/clock/clock.ts";
import type { Feed, FeedEvent } from "../platform/events/feed.ts";
import type { FeedLease } from "../platform/events/feed-hub.ts";
import type { Metrics } from "../platform/metrics/metrics.ts";
import { CLOSE } from "../shared/protocol/close-codes.ts";
import type { UnsubscribedReason } from "../shared/protocol/down.ts";
import { Coalescer } from "./coalescer.ts";
import type { Connection } from "./connection.ts";
import { endedBy, standsAfterReset } from "./revocation.ts";
import type { WsManager } from "./ws-manager.ts";

type Room = {
  readonly lease: FeedLease;
  readonly events: Coalescer<FeedEvent>;
  stop(): void;
  lengthSinceCheck: number;
};

export type Rooms = {
  /** Makes the connection hear the tenant from now on. Answers whether the lease is kept. */
  join(connection: Connection, tenantId: string, generation: number, lease: FeedLease): boolean;
  /** Undoes a join of this or an older generation, and says so if a reason is given. */
  leave(connection: Connection, tenantId: string, generation: number, reason?: UnsubscribedReason): boolean;
  leaveAll(connection: Connection): void;
  /** Sends a text to every socket that has joined. */
  publish(tenantId: string, text: string): void;
  /** The tenant's feed, with everything up to its position handed to the sockets. */
  feedOf(tenantId: string): Feed | undefined;
  close(): void;
};

export type RoomsDeps = {
  readonly manager: WsManager<Connection>;
  readonly clock: Clock;
  readonly metrics: Metrics;
  /** Hands a text to all sockets of a topic, once. */
  publish(topic: string, text: string): void;
  /** Told when a connection is out of a tenant. */
  onLeave(connection: Connection, tenantId: string): void;
  /** Told when a tenant's first comes and its last goes. */
  onOpen(tenantId: string): void;
  onEmpty(tenantId: string): void;
};

/** After so much text for one tenant its sockets' queues are looked at, without waiting for the next round. */
const CHECK_AFTER_LENGTH = 128 * 1024;

const topicOf = (tenantId: string): string => `t:${tenantId}`;

/** The tenants that this node's sockets have joined, each fed by its feed through one native topic. */
export const createRooms = (deps: RoomsDeps): Rooms => {
  const { manager, clock, metrics } = deps;
  const rooms = new Map<string, Room>();

  const closeSlow = (tenantId: string) => {
    for (const connection of manager.socketsOf(tenantId)) {
      if (connection.isSlow) connection.close(CLOSE.TOO_SLOW);
    }
  };

  const handOver = (tenantId: string, room: Room, event: FeedEvent) => {
    deps.publish(topicOf(tenantId), event.payload);
    metrics.deliveries.inc(manager.clientsOf(tenantId).size);
    // The time of another backend's event is by another clock, if it is one at all.
    if (event.at !== null && event.position !== null)
      metrics.deliverySeconds.observe(Math.max(0, clock.now() - event.at) / 1_000);
    room.lengthSinceCheck += event.payload.length;
    if (room.lengthSinceCheck > CHECK_AFTER_LENGTH) {
      room.lengthSinceCheck = 0;
      closeSlow(tenantId);
    }
  };

  const onEvent = (tenantId: string, room: Room, event: FeedEvent) => {
    room.events.add(event, manager.clientsOf(tenantId).size);
    if (event.ends === null || event.position === null) return;
    room.events.flush();
    for (const connection of manager.socketsOf(tenantId)) {
      const reason = endedBy(event.ends, event.position, connection.session, tenantId);
      if (reason !== null) leaveNow(connection, tenantId, reason);
    }
  };

  const onReset = (tenantId: string, room: Room) => {
    const { feed } = room.lease;
    room.events.flush();
    for (const connection of manager.socketsOf(tenantId)) {
      const { position } = feed;
      if (position !== null && standsAfterReset(feed, connection.session, tenantId)) {
        connection.say({ type: "subscribed", tenantId, ...position, recovered: false });
      } else leaveNow(connection, tenantId, "expired");
    }
  };

  const leaveNow = (connection: Connection, tenantId: string, reason: UnsubscribedReason) => {
    const generation = manager.tenantsOf(connection.id).get(tenantId);
    if (generation !== undefined) leave(connection, tenantId, generation, reason);
  };

  const leave: Rooms["leave"] = (connection, tenantId, generation, reason) => {
    const unlinked = manager.unlink(connection.id, tenantId, generation);
    if (!unlinked.done) return false;
    connection.leaveTopic(topicOf(tenantId));
    deps.onLeave(connection, tenantId);
    if (reason !== undefined) connection.say({ type: "unsubscribed", tenantId, reason });
    if (unlinked.empty) empty(tenantId);
    metrics.tenants.set(manager.tenants);
    return true;
  };

  const empty = (tenantId: string) => {
    const room = rooms.get(tenantId);
    if (room === undefined) return;
    rooms.delete(tenantId);
    room.stop();
    room.events.flush();
    room.lease.release();
    deps.onEmpty(tenantId);
  };

  return {
    join: (connection, tenantId, generation, lease) => {
      // What waits for the others is part of what this one was sent as its past.
      rooms.get(tenantId)?.events.flush();
      const { first } = manager.link(connection.id, tenantId, generation);
      connection.joinTopic(topicOf(tenantId));
      if (!first) return false;
      const events = new Coalescer<FeedEvent>(clock, (event) => handOver(tenantId, room, event));
      const room: Room = { lease, events, stop: () => stop(), lengthSinceCheck: 0 };
      const stop = lease.feed.subscribe({
        event: (event) => onEvent(tenantId, room, event),
        reset: () => onReset(tenantId, room),
      });
      rooms.set(tenantId, room);
      metrics.tenants.set(manager.tenants);
      deps.onOpen(tenantId);
      return true;
    },
    leave,
    leaveAll: (connection) => {
      for (const [tenantId, generation] of [...manager.tenantsOf(connection.id)]) {
        leave(connection, tenantId, generation);
      }
    },
    publish: (tenantId, text) => deps.publish(topicOf(tenantId), text),
    feedOf: (tenantId) => {
      const room = rooms.get(tenantId);
      room?.events.flush();
      return room?.lease.feed;
    },
    close: () => {
      for (const tenantId of [...rooms.keys()]) empty(tenantId);
    },
  };
};
