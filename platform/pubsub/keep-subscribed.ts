import { equalJitter } from "../clock/backoff.ts";
import type { Clock } from "../clock/clock.ts";
import type { Log } from "../log/log.ts";
import type { Listener, PubSubProvider, Unsubscribe } from "./provider.ts";

const RETRY = { first: 250, most: 5_000 };

export type KeepSubscribedDeps = {
  readonly pubsub: PubSubProvider;
  readonly clock: Clock;
  readonly log: Log;
  readonly random?: () => number;
  /** Called when the subscription is in force. */
  onHeld?(): void;
};

/** Subscribes to a channel for as long as the process lives, also when the bus is away at first. The answer ends it. */
export const keepSubscribed = (deps: KeepSubscribedDeps, channel: string, listener: Listener): (() => void) => {
  const { pubsub, clock, log, random = Math.random } = deps;
  let ended = false;
  let unsubscribe: Unsubscribe | null = null;
  let cancelRetry = () => {};

  const end = (held: Unsubscribe) => {
    held().catch((err: unknown) => log.debug({ err, channel }, "a subscription did not end cleanly"));
  };

  const attempt = (failures: number): void => {
    pubsub.subscribeExact(channel, listener).then(
      (held) => {
        if (ended) return end(held);
        unsubscribe = held;
        deps.onHeld?.();
      },
      (err: unknown) => {
        if (ended) return;
        log.debug({ err, channel }, "a channel cannot be heard yet; tried again");
        cancelRetry = clock.after(equalJitter(failures, random, RETRY), () => attempt(failures + 1));
      },
    );
  };
  attempt(0);

  return () => {
    ended = true;
    cancelRetry();
    if (unsubscribe !== null) end(unsubscribe);
  };
};
