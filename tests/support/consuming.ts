import { sql } from "kysely";
import type { Db, Tx } from "../../platform/db/db.ts";
import { appendEvents, createHead, lockHead } from "../../platform/events/append.ts";
import { type Consumer, type ConsumerOptions, type Handle, startConsumer } from "../../platform/events/consumer.ts";
import type { Committed } from "../../platform/events/relay.ts";
import { silentLog } from "../../platform/log/log.ts";
import { createMetrics } from "../../platform/metrics/metrics.ts";
import type { SequencedMessage } from "../../shared/protocol/message.ts";
import { newDatabaseUrl, openDatabase } from "./database.ts";
import { handClock } from "./hand-clock.ts";

/** How long `until` waits, in milliseconds. */
const WITHIN_MS = 5_000;
export const AT = "2026-01-31T09:30:00.000Z";
const team = { id: "t", name: "T", createdAt: AT, updatedAt: AT, version: 1 } as never;

type StartOptions = ConsumerOptions & { readonly db?: Db; readonly handle?: Handle };

/** To be called after each test. */
export const stopConsuming = async (): Promise<void> => {
  for (const stop of stops.splice(0).reverse()) await stop();
};
const stops: (() => Promise<void>)[] = [];

/** Creates a database with a table for the effects of consumers, and a consumer's dependencies. */
export const startConsuming = async () => {
  const url = await newDatabaseUrl();
  const open = async (): Promise<Db> => {
    const opened = await openDatabase(url);
    stops.push(() => opened.close());
    return opened;
  };
  const db = await open();
  await db.migrate();
  await sql`create table effects (consumer text not null, tenant_id text not null, seq integer not null)`.execute(
    db.write,
  );
  const clock = handClock(Date.parse(AT) + 60_000);
  const metrics = createMetrics();

  /** Commits events without nudging a consumer. */
  const commit = (tenantId: string, count: number, at = AT): Promise<Committed> =>
    db.change(async (tx) => {
      const head = (await lockHead(db.dialect, tx, tenantId)) ?? (await createHead(tx, tenantId, "e", at));
      const events = Array.from({ length: count }, () => ({ action: "TEAM_UPDATED", data: team }) as const);
      const context = { tenantId, initiatorId: "u", at, mutationId: null };
      return { epoch: head.epoch, entries: await appendEvents(tx, head, context, events) };
    });

  /** Records an event as an effect of `consumer`. */
  const effect = async (tx: Tx, consumer: string, { tenantId, seq }: SequencedMessage): Promise<void> => {
    await sql`insert into effects (consumer, tenant_id, seq) values (${consumer}, ${tenantId}, ${seq})`.execute(tx);
  };

  const start = async (name: string, options: StartOptions = {}): Promise<Consumer> => {
    const { db: own = db, handle = (tx, event) => effect(tx, name, event), ...rest } = options;
    const deps = { db: own, clock, log: silentLog, metrics, random: () => 1 };
    const consumer = await startConsumer(deps, name, handle, rest);
    stops.push(() => consumer.stop());
    return consumer;
  };

  /** The seqs of the effects, in the order in which they were written. */
  const effects = async (consumer: string, tenantId = "t"): Promise<number[]> => {
    const { rows } = await sql<{ seq: number }>`
      select seq from effects where consumer = ${consumer} and tenant_id = ${tenantId}`.execute(db.read);
    return rows.map(({ seq }) => Number(seq));
  };

  const cursor = async (consumer: string, tenantId = "t") =>
    (await db.read
      .selectFrom("consumer_cursors")
      .select(["epoch", "seq"])
      .where("consumer", "=", consumer)
      .where("tenant_id", "=", tenantId)
      .executeTakeFirst()) ?? null;

  /** Turns the event loop until `isSo` holds. */
  const until = async (isSo: () => boolean | Promise<boolean>): Promise<void> => {
    const deadline = performance.now() + WITHIN_MS;
    while (!(await isSo())) {
      if (performance.now() > deadline) throw new Error("it did not come about");
      await new Promise((resolve) => setImmediate(resolve));
    }
  };

  const count = async (metric: { get(): Promise<{ values: { value: number }[] }> }): Promise<number> =>
    (await metric.get()).values.reduce((sum, { value }) => sum + value, 0);

  return { url, db, open, clock, metrics, commit, effect, start, effects, cursor, until, count };
};
