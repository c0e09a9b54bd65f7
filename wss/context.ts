import type { Clock } from "../platform/clock/clock.ts";
import type { FeedHub } from "../platform/events/feed-hub.ts";
import type { Log } from "../platform/log/log.ts";
import type { Metrics } from "../platform/metrics/metrics.ts";
import type { RealtimeTokens } from "../platform/tokens/realtime-token.ts";
import type { Admission } from "./admission.ts";
import type { Connection } from "./connection.ts";
import type { MultiMap } from "./limits.ts";
import type { Presence } from "./presence.ts";
import type { RevocationList } from "./revocation.ts";
import type { Rooms } from "./rooms.ts";
import type { StringPool } from "./string-pool.ts";
import type { WsManager } from "./ws-manager.ts";

/** Everything that the request handlers of one node share. */
export type RealtimeContext = {
  readonly manager: WsManager<Connection>;
  readonly admission: Admission;
  readonly rooms: Rooms;
  readonly presence: Presence;
  readonly hub: FeedHub;
  readonly tokens: Pick<RealtimeTokens, "verify">;
  readonly revocations: RevocationList;
  readonly strings: StringPool;
  readonly byUser: MultiMap<Connection>;
  readonly bySession: MultiMap<Connection>;
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics: Metrics;
  readonly maxSocketsPerUser: number;
  readonly heartbeatSeconds: number;
};
