import type { ControlMessage } from "../../platform/events/control.ts";
import type { Log } from "../../platform/log/log.ts";
import { CONTROL_CHANNEL, type PubSubProvider } from "../../platform/pubsub/provider.ts";

/**
 * Tells every node that a session or key has ended, so that its sockets end too. Where the bus is away they end with
 * their token, at the latest after ten minutes.
 */
export const announceEnd = (pubsub: PubSubProvider, log: Log, sids: readonly string[]): void => {
  for (const sid of sids) {
    const message: ControlMessage = { type: "session-ended", sid };
    pubsub.publish(CONTROL_CHANNEL, JSON.stringify(message)).catch((err: unknown) => {
      log.warn({ err }, "the end of a session could not be announced; its sockets end with their token");
    });
  }
};
