import { type RawBuilder, sql } from "kysely";
import { z } from "zod";
import type { Executor } from "../../platform/db/db.ts";
import type { EntityDescriptor, EntityOf } from "../../shared/entities/define-entity.ts";
import { foldCase } from "../../shared/text.ts";
import type { PageRange } from "../paging.ts";

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

/** The name of the table for a path segment. */
export const tableName = (plural: string): string => plural.replaceAll("-", "_");

/** The column of a field. */
export const columnOf = (field: string): string => field.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

/** How a value that databases differ in is stored. */
type Codec = { encode(value: unknown): unknown; decode(stored: unknown): unknown };

/** Most lists are empty; parsing costs more than comparing. */
const EMPTY_LIST = "[]";

const JSON_TEXT: Codec = {
  encode: (value) => JSON.stringify(value),
  decode: (stored) => (stored === EMPTY_LIST ? [] : JSON.parse(String(stored))),
};

const codecOf = (schema: z.ZodType): Codec | null => {
  if (schema instanceof z.ZodArray || schema instanceof z.ZodObject) return JSON_TEXT;
  return null;
};

/** So many rows in one statement: both databases bound the number of parameters. */
const ROWS_PER_INSERT = 100;

/**
 * The table of an entity, derived from its schema: a column for each field, arrays and objects as JSON text. Queries
 * name columns as the entity's fields, so a row needs no mapping.
 */
export const entityTable = <Definition extends Pick<EntityDescriptor, "plural" | "schema" | "order">>(
  { plural, schema, order }: Definition,
  { folded = [] }: TableOptions<EntityOf<Definition>> = {},
): EntityTable<EntityOf<Definition>> => {
  type Row = EntityOf<Definition>;
  const table = sql.table(tableName(plural));
  const fields = Object.keys(schema.shape);
  const sortedBy = order === undefined ? ["id"] : ["rank", "id"];
  const codecs = Object.entries(schema.shape).flatMap(([field, type]) => {
    const codec = codecOf(type);
    return codec === null ? [] : [{ field, ...codec }];
  });

  const shown = fields.map((field) => sql`${sql.ref(columnOf(field))} as ${sql.id(field)}`);
  const select = sql`select ${sql.join(shown)} from ${table}`;
  const sortKey = sql.join(sortedBy.map((field) => sql.ref(field)));
  const columns = [...fields.map(columnOf), ...folded.map((field) => `${columnOf(field)}_folded`)];
  const insertInto = sql`insert into ${table} (${sql.join(columns.map((column) => sql.ref(column)))})`;

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
        const values = rows.slice(start, start + ROWS_PER_INSERT).map((row) => sql`(${sql.join(encode(row))})`);
        await sql`${insertInto} values ${sql.join(values)}`.execute(tx);
      }
    },
    update: async (tx, row) => {
      const values = encode(row);
      const assignments = columns.map((column, index) => sql`${sql.ref(column)} = ${values[index]}`);
      await sql`update ${table} set ${sql.join(assignments)} where id = ${row["id"]}`.execute(tx);
    },
    remove: async (tx, id) => {
      await sql`delete from ${table} where id = ${id}`.execute(tx);
    },
  };
};
