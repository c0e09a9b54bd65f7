import { Database as SqliteFile } from "bun:sqlite";
import {
  CompiledQuery,
  type DatabaseConnection,
  type Driver,
  Kysely,
  type SqliteDatabase,
  SqliteDialect,
  SqliteDriver,
} from "kysely";
import type { Db } from "../../platform/db/db.ts";
import { migrateToLatest } from "../../platform/db/migrate.ts";
import type { Database } from "../../platform/db/schema.ts";
import type { SimProcess } from "./process.ts";

type Binding = string | number | bigint | null | Uint8Array;

/** Reaching the database takes this long each way, in milliseconds, at most. */
const DELAY_MS = 3;

type Prepared = ReturnType<SqliteDatabase["prepare"]>;

/** One file for all runs of a process: preparing its statements costs more than emptying it. */
class Store {
  readonly file = new SqliteFile(":memory:");
  readonly #statements = new Map<string, Prepared>();
  #tables: string[] | null = null;

  get tables(): readonly string[] {
    this.#tables ??= this.file
      .query<{ name: string }, []>("select name from sqlite_schema where type = 'table' and name not like 'kysely%'")
      .all()
      .map(({ name }) => name);
    return this.#tables;
  }

  prepare(text: string): Prepared {
    const known = this.#statements.get(text);
    if (known !== undefined) return known;
    const statement = this.file.query(text);
    const prepared: Prepared = {
      reader: statement.columnNames.length > 0,
      all: (parameters) => statement.all(...(parameters as Binding[])),
      run: (parameters) => statement.run(...(parameters as Binding[])),
      iterate: (parameters) => statement.iterate(...(parameters as Binding[])),
    };
    this.#statements.set(text, prepared);
    return prepared;
  }
}

const store = new Store();

/** The rows of every table. */
export type Rows = ReadonlyMap<string, readonly Record<string, Binding>[]>;

/** One at a time: who waits goes on in the order of asking. */
class Lock {
  #last: Promise<void> = Promise.resolve();
  #release: (() => void)[] = [];

  async take(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const before = this.#last;
    this.#last = promise;
    await before;
    this.#release.push(resolve);
  }

  free(): void {
    this.#release.shift()?.();
  }
}

/**
 * Real SQLite with the real schema, in memory. Time passes on the way to a transaction and back, never within it: a
 * process that dies has either committed or done nothing, as with a file.
 */
export class SimDatabase {
  readonly #lock = new Lock();
  /** Called after each transaction that a process commits. */
  onCommit: () => void = () => {};

  constructor(rows?: Rows) {
    if (rows !== undefined) this.restore(rows);
  }

  save(): Rows {
    return new Map(
      store.tables.map((table) => [
        table,
        store.file.query<Record<string, Binding>, []>(`select * from ${table}`).all(),
      ]),
    );
  }

  /** Puts other rows in the place of all that there are. Nobody may be using the database. */
  restore(rows: Rows): void {
    store.file.run("pragma foreign_keys = off");
    store.file.run("begin");
    for (const table of store.tables) {
      store.file.query(`delete from ${table}`).run();
      for (const row of rows.get(table) ?? []) {
        const names = Object.keys(row);
        const text = `insert into ${table} ("${names.join('", "')}") values (${names.map(() => "?").join(", ")})`;
        store.file.query(text).run(...Object.values(row));
      }
    }
    store.file.run("commit");
    store.file.run("pragma foreign_keys = on");
  }

  /** Asks at once, past all delays: for the oracle, not for processes. */
  rows<Row>(text: string, ...parameters: Binding[]): Row[] {
    return store.file.query<Row, Binding[]>(text).all(...parameters);
  }

  run(text: string, ...parameters: Binding[]): void {
    store.file.query(text).run(...parameters);
  }

  /** The database as one process sees it; without a process, nothing takes time. */
  open(process: SimProcess | null): Db {
    const file: SqliteDatabase = { close: () => {}, prepare: (text) => store.prepare(text) };
    const lock = this.#lock;
    const committed = () => this.onCommit();
    const pause = async () => {
      if (process !== null) await process.scheduler.wait(process.scheduler.between(0, DELAY_MS), process);
    };
    class DelayedDriver extends SqliteDriver {
      override async acquireConnection(): Promise<DatabaseConnection> {
        await pause();
        await lock.take();
        return super.acquireConnection();
      }
      override async beginTransaction(connection: DatabaseConnection): Promise<void> {
        await connection.executeQuery(CompiledQuery.raw("begin immediate"));
      }
      override async commitTransaction(connection: DatabaseConnection): Promise<void> {
        await super.commitTransaction(connection);
        committed();
      }
      override async releaseConnection(): Promise<void> {
        lock.free();
        await pause();
      }
    }
    class DelayedDialect extends SqliteDialect {
      override createDriver(): Driver {
        return new DelayedDriver({ database: file });
      }
    }
    const write = new Kysely<Database>({ dialect: new DelayedDialect({ database: file }) });
    const read = new Kysely<Database>({ dialect: new DelayedDialect({ database: file }) });
    return {
      dialect: "sqlite",
      write,
      read,
      change: (work) => write.transaction().execute(work),
      migrate: () => migrateToLatest(write, "sqlite"),
      close: async () => {},
    };
  }
}
