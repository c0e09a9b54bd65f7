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
  /** Called when the bus has acknowledged the subscription. */
  onSubscribed?(): void;
};

/** Subscribes to a channel, with retries until the bus is available. Returns a function that unsubscribes. */
export const keepSubscribed = (deps: KeepSubscribedDeps, channel: string, listener: Listener): (() => void) => {
  const { pubsub, clock, log, random = Math.random } = deps;
  let ended = false;
  let unsubscribe: Unsubscribe | null = null;
  let cancelRetry = () => {};

  const end = (unsubscribe: Unsubscribe) => {
    unsubscribe().catch((err: unknown) => log.debug({ err, channel }, "unsubscribing from a channel failed"));
  };

  const attempt = (failures: number): void => {
    pubsub.subscribeExact(channel, listener).then(
      (subscribed) => {
        if (ended) return end(subscribed);
        unsubscribe = subscribed;
        deps.onSubscribed?.();
      },
      (err: unknown) => {
        if (ended) return;
        log.debug({ err, channel }, "subscribing to a channel failed; it is retried");
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
