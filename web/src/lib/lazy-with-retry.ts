import { type ComponentType, type LazyExoticComponent, lazy } from "react";
import { fullJitter } from "../../../client/realtime/backoff.ts";

/**
 * As `lazy`, for what nobody has asked for: a network that is away just now must not take the page down. It is shown
 * when it can be loaded.
 */
export const lazyWithRetry = <Props>(
  load: () => Promise<ComponentType<Props>>,
): LazyExoticComponent<ComponentType<Props>> =>
  lazy(async () => {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return { default: await load() };
      } catch {
        const wait = fullJitter(attempt, Math.random);
        await new Promise((resolve) => setTimeout(resolve, wait));
      }
    }
  });
