import type { Log } from "../log/log.ts";
import type { Listener } from "./provider.ts";

/** Calls every listener. An exception of one does not keep the message from the others. */
export const deliver = (listeners: Iterable<Listener>, payload: string, channel: string, log: Log): void => {
  for (const listener of listeners) {
    try {
      listener(payload, channel);
    } catch (err) {
      log.error({ err, channel }, "a listener failed");
    }
  }
};

/** Compiles a glob with `*` into a predicate. */
export const globMatcher = (pattern: string): ((channel: string) => boolean) => {
  const source = pattern
    .split("*")
    .map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"))
    .join(".*");
  const expression = new RegExp(`^${source}$`, "s");
  return (channel) => expression.test(channel);
};
