import { type SnapshotDefinition, SyncSchema } from "../../client/sync/schema.ts";
import type { Snapshot, SnapshotRef } from "../../client/sync/snapshot.ts";
import { ENTITIES } from "../../shared/entities/registry.ts";
import { SNAPSHOTS } from "../../web/src/entities/snapshots.ts";
import type { SimDatabase } from "./database.ts";
import type { Page } from "./page.ts";

export const SCHEMA = new SyncSchema(Object.values(ENTITIES), SNAPSHOTS);

/** Conditions in SQL for the entities that a snapshot's `holds` keeps, by snapshot and entity. */
const HELD: Readonly<Record<string, string>> = {
  "board task": "archived_at is null",
  "archive task": "archived_at is not null",
};

const columnOf = (field: string): string => field.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

/** Selects `id:version` of every entity of a kind that a snapshot holds, in the order of their ids. */
const rowsOf = ({ kind: snapshotKind, scope }: SnapshotDefinition, kind: string): string => {
  const { key = "id", plural, scope: ancestors } = SCHEMA.entity(kind);
  const id = columnOf(key);
  const field = kind === scope ? key : ancestors[scope];
  // An entity that names no such ancestor belongs to the tenant as a whole.
  const owned = field === undefined ? "team_id = ?1" : `${columnOf(field)} = ?2`;
  const held = HELD[`${snapshotKind} ${kind}`];
  const where = held === undefined ? owned : `${owned} and ${held}`;
  return `(select group_concat(${id} || ':' || version, ' ' order by ${id}) from ${plural} where ${where})`;
};

const selectFor = (definition: SnapshotDefinition): string =>
  `select concat_ws('|', ${Object.keys(definition.entities)
    .map((kind) => `coalesce(${rowsOf(definition, kind)}, '')`)
    .join(", ")}) as text`;

const versionsIn = ({ kind, collections }: Snapshot): string =>
  Object.keys(SCHEMA.snapshot(kind).entities)
    .map((entity) => {
      const collection = collections[entity];
      const texts = [...(collection?.values() ?? [])].map((each) => `${collection?.idOf(each)}:${each.version}`);
      return texts.sort().join(" ");
    })
    .join("|");

const nameOf = ({ kind, scopeId }: SnapshotRef): string => `${kind} ${scopeId}`;

/**
 * Versions of all entities at each position of the log, as the database had them. The version of an entity is the
 * number of its last change, so equal versions are equal entities.
 */
export class History {
  readonly #database: SimDatabase;
  readonly #teamId: string;
  readonly #refs: readonly { readonly ref: SnapshotRef; readonly select: string }[];
  readonly #versions = new Map<string, ReadonlyMap<string, string>>();

  constructor(database: SimDatabase, teamId: string, refs: readonly SnapshotRef[]) {
    this.#database = database;
    this.#teamId = teamId;
    this.#refs = refs.map((ref) => ({ ref, select: selectFor(SCHEMA.snapshot(ref.kind)) }));
  }

  record({ epoch, seq }: { readonly epoch: string; readonly seq: number }): void {
    const texts = this.#refs.map(({ ref, select }): [string, string] => {
      const [row] = this.#database.rows<{ text: string }>(select, this.#teamId, ref.scopeId);
      return [nameOf(ref), row?.text ?? ""];
    });
    this.#versions.set(`${epoch}:${seq}`, new Map(texts));
  }

  /** The versions of everything at a position, as text; `null` where nothing is known of it. */
  at({ epoch, seq }: { readonly epoch: string; readonly seq: number }): string | null {
    const versions = this.#versions.get(`${epoch}:${seq}`);
    return versions === undefined ? null : [...versions.values()].join();
  }

  /** Why a page's confirmed snapshots are not what the database held at their positions; `null` when they are. */
  differenceOf({ engine, refs, process, teamId }: Page): string | null {
    const buffer = engine.applier.buffer(teamId);
    for (const ref of refs) {
      const snapshot = engine.confirmed(ref);
      if (snapshot === null || snapshot.isDeleted || snapshot.incompleteSince !== null) continue;
      if (!buffer.isCurrent(snapshot)) continue;
      const { epoch, seq } = snapshot.position;
      const at = `${epoch}:${Math.max(seq, buffer.head?.epoch === epoch ? buffer.head.seq : 0)}`;
      const then = this.#versions.get(at)?.get(nameOf(ref));
      const now = versionsIn(snapshot);
      if (then === undefined || then === now) continue;
      return `${process.name} at ${at}: ${nameOf(ref)}\n    holds ${now}\n    truth ${then}`;
    }
    return null;
  }
}
