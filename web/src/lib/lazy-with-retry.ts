import { type ComponentType, type LazyExoticComponent, lazy } from "react";
import { fullJitter } from "../../../client/realtime/backoff.ts";

/**
 * Like `lazy`, for parts that load on their own: retries with backoff until the part loads. A rejection would reach the
 * error screen and take down the page.
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
