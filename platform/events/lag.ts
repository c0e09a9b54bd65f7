import { sql } from "kysely";
import type { Db, Executor } from "../db/db.ts";
import type { Log } from "../log/log.ts";
import type { Metrics } from "../metrics/metrics.ts";

/** The number of events that each registered consumer has not taken, over all tenants. */
export const readLag = async (executor: Executor): Promise<{ consumer: string; events: number }[]> => {
  const { rows } = await sql<{ consumer: string; events: number }>`
    select k.name as consumer, cast(coalesce(sum(h.seq - coalesce(c.seq, 0)), 0) as bigint) as events
    from consumers k
    left join tenant_heads h on true
    left join consumer_cursors c on c.consumer = k.name and c.tenant_id = h.tenant_id
    group by k.name`.execute(executor);
  return rows;
};

/** Measures the lag of all consumers each time the metrics are scraped. */
export const exposeLag = ({ db, log, metrics }: { db: Db; log: Log; metrics: Metrics }): void =>
  metrics.measureLag(async () => {
    try {
      const lags = await readLag(db.read);
      metrics.consumerLag.reset();
      for (const { consumer, events } of lags) metrics.consumerLag.set({ consumer }, events);
    } catch (err) {
      log.warn({ err }, "the lag of the log consumers could not be measured");
    }
  });
