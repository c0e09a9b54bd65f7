import { type RawBuilder, sql } from "kysely";
import { z } from "zod";
import type { Executor } from "../../platform/db/db.ts";
import type { EntityDescriptor, EntityOf } from "../../shared/entities/define-entity.ts";
import { foldCase } from "../../shared/text.ts";
import type { PageRange } from "../paging.ts";
import { columnOf, tableName } from "../sql-names.ts";

/** A condition of a query, written with the table's columns. */
export type Condition = RawBuilder<unknown>;

export type Selection<Row> = {
  /** Values that fields must have. */
  readonly where: Partial<Row>;
  readonly and?: readonly Condition[];
  /** All rows without it. */
  readonly range?: PageRange;
};

/** The rows of an entity: they come out of the database as REST shows them. */
export type EntityTable<Row> = {
  /** The fields that rows sort by, and that a cursor names. */
  readonly sortedBy: readonly string[];
  find(tx: Executor, id: string): Promise<Row | null>;
  list(tx: Executor, selection: Selection<Row>): Promise<Row[]>;
  insert(tx: Executor, rows: readonly Row[]): Promise<void>;
  update(tx: Executor, row: Row): Promise<void>;
  remove(tx: Executor, id: string): Promise<void>;
};

export type TableOptions<Row> = {
  /** Text fields with a case-folded copy that searches look into, e.g. `title` in `title_folded`. */
  readonly folded?: readonly (keyof Row & string)[];
};

/** Stores a value for which the databases have no common type. */
type Codec = { encode(value: unknown): unknown; decode(stored: unknown): unknown };

/** Most lists are empty; parsing costs more than comparing. */
const EMPTY_LIST = "[]";

const JSON_TEXT: Codec = {
  encode: (value) => JSON.stringify(value),
  decode: (stored) => (stored === EMPTY_LIST ? [] : JSON.parse(String(stored))),
};

/** The same, where the database keeps NULL for `null`. */
const orNull = ({ encode, decode }: Codec): Codec => ({
  encode: (value) => (value === null ? null : encode(value)),
  decode: (stored) => (stored === null ? null : decode(stored)),
});

const codecOf = (schema: unknown): Codec | null => {
  if (schema instanceof z.ZodArray || schema instanceof z.ZodObject) return JSON_TEXT;
  const inner = schema instanceof z.ZodNullable ? codecOf(schema.unwrap()) : null;
  return inner === null ? null : orNull(inner);
};

/** Both databases bound the number of a statement's parameters. */
const ROWS_PER_INSERT = 100;

const quoted = (name: string): string => `"${name}"`;

/**
 * A statement whose text is written once; `fragments` surround its parameters. Composed anew for each row, an update
 * took three times as much CPU time.
 */
const statement = (fragments: readonly string[]) => {
  const strings = Object.assign([...fragments], { raw: fragments });
  return (parameters: readonly unknown[]): RawBuilder<unknown> => sql(strings, ...parameters);
};

/** An insertion of `count` rows. */
const insertion = (table: string, columns: readonly string[], count: number) => {
  const head = `insert into ${quoted(table)} (${columns.map(quoted).join(", ")}) values (`;
  const between = columns.slice(1).map(() => ", ");
  const rows = Array.from({ length: count }, (_, index) => [index === 0 ? head : "), (", ...between]).flat();
  return statement([...rows, ")"]);
};

/** An update of all columns of the row whose id is the last parameter. */
const change = (table: string, columns: readonly string[]) => {
  const assignments = columns.map((column, index) => {
    const separator = index === 0 ? `update ${quoted(table)} set ` : ", ";
    return `${separator}${quoted(column)} = `;
  });
  return statement([...assignments, " where id = ", ""]);
};

/**
 * The table of an entity, derived from its schema: a column for each field, arrays and objects as JSON text. Queries
 * name columns as the entity's fields, so a row needs no mapping.
 */
export const entityTable = <Definition extends Pick<EntityDescriptor, "plural" | "schema" | "order">>(
  { plural, schema, order }: Definition,
  { folded = [] }: TableOptions<EntityOf<Definition>> = {},
): EntityTable<EntityOf<Definition>> => {
  type Row = EntityOf<Definition>;
  const name = tableName(plural);
  const fields = Object.keys(schema.shape);
  const columns = [...fields.map(columnOf), ...folded.map((field) => `${columnOf(field)}_folded`)];
  const sortedBy = order === undefined ? ["id"] : ["rank", "id"];
  const codecs = Object.entries(schema.shape).flatMap(([field, type]) => {
    const codec = codecOf(type);
    return codec === null ? [] : [{ field, ...codec }];
  });

  const shown = fields.map((field) => `${quoted(columnOf(field))} as ${quoted(field)}`);
  const select = sql.raw(`select ${shown.join(", ")} from ${quoted(name)}`);
  const sortKey = sql.raw(sortedBy.join(", "));
  const insertOne = insertion(name, columns, 1);
  const insertMany = insertion(name, columns, ROWS_PER_INSERT);
  const insert = (count: number) =>
    count === 1 ? insertOne : count === ROWS_PER_INSERT ? insertMany : insertion(name, columns, count);
  const update = change(name, columns);

  const decode = (row: Row): Row => {
    const values: Record<string, unknown> = row;
    for (const { field, decode: decoded } of codecs) values[field] = decoded(values[field]);
    return row;
  };
  /** The values of a row, in the order of `columns`. */
  const encode = (row: Row): unknown[] => {
    const values: Record<string, unknown> = { ...row };
    for (const { field, encode: encoded } of codecs) values[field] = encoded(values[field]);
    return [...fields.map((field) => values[field]), ...folded.map((field) => foldCase(String(row[field])))];
  };

  return {
    sortedBy,
    find: async (tx, id) => {
      const { rows } = await sql<Row>`${select} where id = ${id}`.execute(tx);
      const [row] = rows;
      return row === undefined ? null : decode(row);
    },
    list: async (tx, { where, and = [], range }) => {
      const conditions = [
        ...Object.entries(where).map(([field, value]) => sql`${sql.ref(columnOf(field))} = ${value}`),
        ...and,
        ...(range?.after ? [sql`(${sortKey}) > (${sql.join(range.after)})`] : []),
      ];
      const limit = range === undefined ? sql`` : sql`limit ${range.limit + 1}`;
      const { rows } = await sql<Row>`
        ${select} where ${sql.join(conditions, sql` and `)} order by ${sortKey} ${limit}`.execute(tx);
      for (const row of rows) decode(row);
      return rows;
    },
    insert: async (tx, rows) => {
      for (let start = 0; start < rows.length; start += ROWS_PER_INSERT) {
        const chunk = rows.slice(start, start + ROWS_PER_INSERT);
        await insert(chunk.length)(chunk.flatMap(encode)).execute(tx);
      }
    },
    update: async (tx, row) => {
      await update([...encode(row), row["id"]]).execute(tx);
    },
    remove: async (tx, id) => {
      await sql`delete from ${sql.table(name)} where id = ${id}`.execute(tx);
    },
  };
};
