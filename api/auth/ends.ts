import { type ControlMessage, controlMessageSchema } from "../../platform/events/control.ts";
import { keepSubscribed } from "../../platform/pubsub/keep-subscribed.ts";
import { CONTROL_CHANNEL } from "../../platform/pubsub/provider.ts";
import { parseJson } from "../../shared/json.ts";
import type { ApiDeps } from "../deps.ts";

/** Tells every process that sessions, API keys or users have ended. */
export type Ends = {
  /** While the bus is away, sockets stay open until their token expires, at most ten minutes. */
  announce(sids: readonly string[]): void;
  /** Calls `listener` for each end, and at once for the ends that this process announces. */
  listen(listener: (end: ControlMessage) => void): void;
};

export const createEnds = (deps: Pick<ApiDeps, "pubsub" | "clock" | "log">): Ends => {
  const listeners = new Set<(end: ControlMessage) => void>();
  const notify = (end: ControlMessage) => {
    for (const listener of listeners) listener(end);
  };
  keepSubscribed(deps, CONTROL_CHANNEL, (payload) => {
    const message = controlMessageSchema.safeParse(parseJson(payload));
    if (message.success) notify(message.data);
  });
  return {
    announce: (sids) => {
      for (const sid of sids) {
        const message: ControlMessage = { type: "session-ended", sid };
        notify(message);
        deps.pubsub.publish(CONTROL_CHANNEL, JSON.stringify(message)).catch((err: unknown) => {
          deps.log.warn({ err }, "the end of a session could not be announced; its sockets end with their token");
        });
      }
    },
    listen: (listener) => void listeners.add(listener),
  };
};
