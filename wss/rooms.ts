import type { Clock } from "../platform/clock/clock.ts";
import type { Feed, FeedEvent } from "../platform/events/feed.ts";
import type { FeedLease } from "../platform/events/feed-hub.ts";
import type { Metrics } from "../platform/metrics/metrics.ts";
import { CLOSE } from "../shared/protocol/close-codes.ts";
import type { UnsubscribedReason } from "../shared/protocol/down.ts";
import { Coalescer } from "./coalescer.ts";
import type { Connection } from "./connection.ts";
import { isAuthorizedAfterReset, revocationReason } from "./revocation.ts";
import type { WsManager } from "./ws-manager.ts";

type Room = {
  readonly lease: FeedLease;
  readonly events: Coalescer<FeedEvent>;
  stop(): void;
  /** UTF-16 units published since the last look at the send queues. */
  lengthSinceCheck: number;
};

export type Rooms = {
  /** Subscribes the connection to the tenant's live events. Returns whether the room took over the lease. */
  join(connection: Connection, tenantId: string, generation: number, lease: FeedLease): boolean;
  /** Undoes a join of this or an older generation; with a reason, sends `unsubscribed`. */
  leave(connection: Connection, tenantId: string, generation: number, reason?: UnsubscribedReason): boolean;
  leaveAll(connection: Connection): void;
  /** Sends a text to every socket that has joined the tenant. */
  publish(tenantId: string, text: string): void;
  /** The tenant's feed. Flushes first, so that every event up to its position is sent to the sockets. */
  feedOf(tenantId: string): Feed | undefined;
  close(): void;
};

export type RoomsDeps = {
  readonly manager: WsManager<Connection>;
  readonly clock: Clock;
  readonly metrics: Metrics;
  /** Bun's publish: one call for all sockets of a topic. */
  publish(topic: string, text: string): void;
  onLeave(connection: Connection, tenantId: string): void;
  /** Called when a tenant's first socket joins and when its last one leaves. */
  onOpen(tenantId: string): void;
  onEmpty(tenantId: string): void;
};

/** After this much text for one tenant, in UTF-16 units, its sockets' send queues are checked before the next sweep. */
const CHECK_AFTER_LENGTH = 128 * 1024;

const topicOf = (tenantId: string): string => `t:${tenantId}`;

/** One room per tenant that sockets of this node have joined: a feed that publishes to one native topic. */
export const createRooms = (deps: RoomsDeps): Rooms => {
  const { manager, clock, metrics } = deps;
  const rooms = new Map<string, Room>();

  const closeSlow = (tenantId: string) => {
    for (const connection of manager.socketsOf(tenantId)) {
      if (connection.isSlow) connection.close(CLOSE.TOO_SLOW);
    }
  };

  const deliver = (tenantId: string, room: Room, event: FeedEvent) => {
    deps.publish(topicOf(tenantId), event.payload);
    metrics.deliveries.inc(manager.clientsOf(tenantId).size);
    // Other backends stamp events by their own clock, so their latency means nothing.
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
      const reason = revocationReason(event.ends, event.position, connection.session, tenantId);
      if (reason !== null) evict(connection, tenantId, reason);
    }
  };

  const onReset = (tenantId: string, room: Room) => {
    const { feed } = room.lease;
    room.events.flush();
    for (const connection of manager.socketsOf(tenantId)) {
      const { position } = feed;
      if (position !== null && isAuthorizedAfterReset(feed, connection.session, tenantId)) {
        connection.send({ type: "subscribed", tenantId, ...position, recovered: false });
      } else evict(connection, tenantId, "expired");
    }
  };

  const evict = (connection: Connection, tenantId: string, reason: UnsubscribedReason) => {
    const generation = manager.tenantsOf(connection.id).get(tenantId);
    if (generation !== undefined) leave(connection, tenantId, generation, reason);
  };

  const leave: Rooms["leave"] = (connection, tenantId, generation, reason) => {
    const unlinked = manager.unlink(connection.id, tenantId, generation);
    if (!unlinked.done) return false;
    connection.leaveTopic(topicOf(tenantId));
    deps.onLeave(connection, tenantId);
    if (reason !== undefined) connection.send({ type: "unsubscribed", tenantId, reason });
    if (unlinked.empty) closeRoom(tenantId);
    metrics.tenants.set(manager.tenants);
    return true;
  };

  const closeRoom = (tenantId: string) => {
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
      // R2: the replay already sent the buffered events to this connection; it must join the topic after them.
      rooms.get(tenantId)?.events.flush();
      const { first } = manager.link(connection.id, tenantId, generation);
      connection.joinTopic(topicOf(tenantId));
      if (!first) return false;
      const events = new Coalescer<FeedEvent>(clock, (event) => deliver(tenantId, room, event));
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
      for (const tenantId of [...rooms.keys()]) closeRoom(tenantId);
    },
  };
};
