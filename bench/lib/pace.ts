import type { Publisher } from "./publishers.ts";

/** Events are sent in ticks of about 1 ms. After a stall of this process the backlog is capped to this much time. */
const LONGEST_TICK_MS = 10;

/** Publishes `count` events at `rate` per second, round-robin over the tenants. */
export const publishAtRate = async (
  publisher: Publisher,
  tenants: readonly string[],
  rate: number,
  count: number,
): Promise<void> => {
  let started = performance.now();
  let sent = 0;
  while (sent < count) {
    const lateMs = performance.now() - started - (sent / rate) * 1_000 - LONGEST_TICK_MS;
    if (lateMs > 0 && sent > 0) started += lateMs;
    const due = Math.min(count, Math.floor(((performance.now() - started) / 1_000) * rate) + 1);
    for (; sent < due; sent++) publisher.send(tenants[sent % tenants.length] ?? "");
    await Bun.sleep(1);
  }
  await publisher.flush();
};
