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
/** So many at once are no crowd for whoever takes them over. */
const AT_ONCE = 100;
/** The share of the time given in which the closes are spread; the rest is for the last messages to be read. */
const SPREAD = 0.6;

/** Sends all sockets away with 4000, many of them over a few seconds; resolves when they are gone or `ms` are over. */
export const drainConnections = async (deps: DrainDeps, ms: number): Promise<void> => {
  const { manager, lingering, clock } = deps;
  const deadline = clock.now() + ms;
  const steps = Math.max(1, Math.floor((ms * SPREAD) / STEP_MS));
  const portion = Math.max(AT_ONCE, Math.ceil(manager.connections / steps));
  while (clock.now() < deadline && manager.connections + lingering.size > 0) {
    for (const connection of [...manager.sockets()].slice(0, portion)) connection.close(CLOSE.DRAINING);
    if (manager.connections + lingering.size > 0) await pause(clock, STEP_MS);
  }
  for (const connection of [...manager.sockets(), ...lingering]) connection.cut();
};

const pause = (clock: Clock, ms: number): Promise<void> =>
  new Promise((resolve) => {
    clock.after(ms, resolve);
  });
