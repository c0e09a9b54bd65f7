import type { Clock } from "../platform/clock/clock.ts";
import { CLOSE } from "../shared/protocol/close-codes.ts";
import type { Connection } from "./connection.ts";
import type { WsManager } from "./ws-manager.ts";

export type DrainDeps = {
  readonly manager: WsManager<Connection>;
  readonly lingering: ReadonlySet<Connection>;
  readonly clock: Clock;
};

const STEP_MS = 50;
/** Reconnects of this many sockets at a time do not load the other nodes. */
const MIN_BATCH = 100;
/** Share of `ms` over which the closes are spread. Clients need the rest to read their send queues. */
const SPREAD = 0.6;

/**
 * Closes all sockets with 4000, in batches, so that they do not all reconnect in the same second. Resolves when they
 * are gone, at the latest after `ms`.
 */
export const drainConnections = async (deps: DrainDeps, ms: number): Promise<void> => {
  const { manager, lingering, clock } = deps;
  const deadline = clock.now() + ms;
  const steps = Math.max(1, Math.floor((ms * SPREAD) / STEP_MS));
  const batch = Math.max(MIN_BATCH, Math.ceil(manager.connections / steps));
  while (clock.now() < deadline && manager.connections + lingering.size > 0) {
    for (const connection of [...manager.sockets()].slice(0, batch)) connection.close(CLOSE.DRAINING);
    if (manager.connections + lingering.size > 0) await sleep(clock, STEP_MS);
  }
  for (const connection of [...manager.sockets(), ...lingering]) connection.terminate();
};

const sleep = (clock: Clock, ms: number): Promise<void> =>
  new Promise((resolve) => {
    clock.after(ms, resolve);
  });
