import { Pool } from "pg";
import type { Position } from "../../shared/protocol/position.ts";
import { guardConnections } from "../db/postgres-pool.ts";
import type { Log } from "../log/log.ts";
import { toHistory } from "./history.ts";
import type { LogReader } from "./log-reader.ts";
import type { LogEntry } from "./provider.ts";

const MAX_CONNECTIONS = 4;
const TIMEOUT_MS = 2_000;

/** Reads head and events in one statement and thus one snapshot: retention cannot trim events in between. */
const HISTORY = `
  select h.epoch, h.seq::float8 as head, e.seq::float8 as seq, e.payload
  from tenant_heads h
  left join lateral (
    select seq, payload from events
    where tenant_id = h.tenant_id and h.epoch = $2 and seq > greatest($3, h.epoch_base) order by seq limit $4
  ) e on true
  where h.tenant_id = $1`;

type Row = { epoch: string; head: number; seq: number | null; payload: string | null };

/** Reads only the event log of a Postgres database, for a process that has no other database access. */
export const createPostgresLogReader = (url: string, log: Log): LogReader => {
  const pool = new Pool({
    connectionString: url,
    max: MAX_CONNECTIONS,
    connectionTimeoutMillis: TIMEOUT_MS,
    query_timeout: TIMEOUT_MS,
    application_name: "artel events",
  });
  guardConnections(pool, log);
  const read = async (tenantId: string, since: Position, limit: number): Promise<Row[]> =>
    (await pool.query<Row>(HISTORY, [tenantId, since.epoch, since.seq, limit])).rows;
  return {
    head: async (tenantId) => {
      const [row] = await read(tenantId, { epoch: "", seq: 0 }, 0);
      return row === undefined ? null : { epoch: row.epoch, seq: row.head };
    },
    history: async (tenantId, since, limit) => {
      const rows = await read(tenantId, since, limit);
      const first = rows[0];
      const head = first === undefined ? null : { epoch: first.epoch, seq: first.head };
      const events = rows.flatMap(({ seq, payload }): LogEntry[] =>
        seq === null || payload === null ? [] : [{ seq, payload }],
      );
      return toHistory(head, since, limit, events);
    },
  };
};
