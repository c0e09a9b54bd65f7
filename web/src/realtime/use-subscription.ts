import type { QueryKey } from "@tanstack/react-query";
import type { EventMessage } from "../../../shared/events.ts";

export type SubscriptionOptions<Data = unknown> = {
  readonly tenantId: string;
  /** Only these actions; all when absent. */
  readonly actions?: readonly string[];
  /** Runs on the client: the server never knows it. */
  readonly filter?: (message: EventMessage) => boolean;
  readonly onEvent?: (message: EventMessage) => void;
  /** The TanStack Query entry that `patch` brings up to date. */
  readonly queryKey?: QueryKey;
  readonly patch?: (old: Data, message: EventMessage) => Data;
};

/** Hears a tenant's events in order, and can patch a query with each. */
export const useSubscription = <Data = unknown>(_options: SubscriptionOptions<Data>): void => {};
