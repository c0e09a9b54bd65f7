import type { SharedCache } from "../platform/cache/shared-cache.ts";
import type { Clock } from "../platform/clock/clock.ts";
import type { Config } from "../platform/config/config.ts";
import type { Origins } from "../platform/config/origins.ts";
import type { Db } from "../platform/db/db.ts";
import type { FeedHub } from "../platform/events/feed-hub.ts";
import type { Relay } from "../platform/events/relay.ts";
import type { Log } from "../platform/log/log.ts";
import type { Metrics } from "../platform/metrics/metrics.ts";
import type { PubSubProvider } from "../platform/pubsub/provider.ts";
import type { RateLimits } from "../platform/rate-limit/rate-limit.ts";
import type { TenantBudget } from "../platform/rate-limit/tenant-budget.ts";
import type { RealtimeTokens } from "../platform/tokens/realtime-token.ts";

/** Dependencies of services that change and read teams. */
export type ServiceDeps = {
  readonly db: Db;
  readonly clock: Clock;
  readonly log: Log;
  readonly relay: Relay;
  readonly tenantBudget: Pick<TenantBudget, "take">;
  /** A new UUIDv7; for secrets, a UUIDv4. */
  readonly newId: () => string;
  readonly newSecretId: () => string;
};

/** Dependencies of the whole REST interface. */
export type ApiDeps = ServiceDeps & {
  readonly config: Config;
  readonly origins: Origins;
  readonly secret: string;
  readonly metrics: Metrics;
  readonly pubsub: PubSubProvider;
  readonly feeds: FeedHub;
  readonly tokens: RealtimeTokens;
  readonly rateLimits: RateLimits;
  readonly cache: SharedCache;
  readonly version: string;
};
