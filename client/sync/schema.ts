import type { z } from "zod";
import type { Entity, EntityDescriptor, Verb } from "../../shared/entities/define-entity.ts";

/**
 * A part of a tenant's state that is read, kept and persisted as one, by the id of the entity that it belongs to.
 * An application defines one for each of its views; events keep all of them current.
 */
export type SnapshotDefinition = {
  readonly kind: string;
  /** Kind of the entity whose id scopes the snapshot: the snapshot holds what hangs on it. */
  readonly scope: string;
  /** The REST address below `/api`, by the scope's id. */
  readonly path: (scopeId: string) => string;
  /**
   * The schema of an answer that carries the scope's entity and, under their `plural`, lists of the others. Without it
   * the answer is a paged collection of the only entity that the snapshot holds.
   */
  readonly document?: z.ZodType<Readonly<Record<string, unknown>>>;
  /** The entities that it holds by kind; `holds` says which of those that hang on the scope. */
  readonly entities: Readonly<Record<string, { readonly holds?: (entity: Entity) => boolean }>>;
  /** Whether it outlives the page; `true` where it is left out. */
  readonly isStored?: boolean;
};

/**
 * The snapshot that lists an entity under its parent: all boards of a team, all comments of a task. Its kind is the
 * entity's `plural`.
 */
const listUnderParent = (entities: ReadonlyMap<string, EntityDescriptor>, descriptor: EntityDescriptor) => {
  const parent = entities.get(parentOf(descriptor) ?? "");
  if (parent === undefined) return [];
  const { kind, plural } = descriptor;
  const path = (parentId: string) => `/${parent.plural}/${parentId}/${plural}`;
  return [{ kind: plural, scope: parent.kind, path, entities: { [kind]: {} } }];
};

export type DecodedAction = {
  readonly descriptor: EntityDescriptor;
  /** `null`: a verb that this version does not know. */
  readonly verb: Verb | null;
};

/** The field of an entity with the id of an ancestor of that kind, with which it is deleted. */
export const ancestorKey = ({ scope, order }: EntityDescriptor, kind: string): string | undefined =>
  scope[kind] ?? (order?.within === kind ? order.key : undefined);

/** The kind of an entity's parent: it is created under the parent's address. `null` for a tenant. */
export const parentOf = ({ scope }: EntityDescriptor): string | null => Object.keys(scope).at(-1) ?? null;

/**
 * All that a client knows of an application's entities and snapshots, by look-up. Every entity has a snapshot that lists
 * it under its parent; the application defines those that hold more.
 */
export class SyncSchema {
  readonly #entities: ReadonlyMap<string, EntityDescriptor>;
  readonly #snapshots: ReadonlyMap<string, SnapshotDefinition>;
  readonly #actions = new Map<string, DecodedAction>();
  /** Kinds that some entity sorts in without being created under them, as tasks sort in columns. */
  readonly #containers = new Set<string>();
  readonly #relevant = new Map<string, ReadonlySet<string>>();

  constructor(entities: readonly EntityDescriptor[], snapshots: readonly SnapshotDefinition[]) {
    this.#entities = new Map(entities.map((each) => [each.kind, each]));
    const lists = entities.flatMap((each): SnapshotDefinition[] => listUnderParent(this.#entities, each));
    this.#snapshots = new Map([...lists, ...snapshots].map((each) => [each.kind, each]));
    for (const descriptor of entities) {
      const { kind, verbs } = descriptor;
      for (const verb of verbs) this.#actions.set(`${kind.toUpperCase()}_${verb}`, { descriptor, verb });
      const container = this.containerOf(descriptor);
      if (container !== null) this.#containers.add(container.kind);
    }
    for (const definition of this.#snapshots.values())
      this.#relevant.set(definition.kind, this.#relevantTo(definition));
  }

  /** @throws Error for a kind that the application does not define */
  entity(kind: string): EntityDescriptor {
    const descriptor = this.#entities.get(kind);
    if (descriptor === undefined) throw new Error(`no entity is defined as "${kind}"`);
    return descriptor;
  }

  hasEntity(kind: string): boolean {
    return this.#entities.has(kind);
  }

  /** @throws Error for a kind that the application does not define */
  snapshot(kind: string): SnapshotDefinition {
    const definition = this.#snapshots.get(kind);
    if (definition === undefined) throw new Error(`no snapshot is defined as "${kind}"`);
    return definition;
  }

  hasSnapshot(kind: string): boolean {
    return this.#snapshots.has(kind);
  }

  /** `null` for an action of an entity that this version does not know. */
  action(action: string): DecodedAction | null {
    const known = this.#actions.get(action);
    if (known !== undefined) return known;
    // The longest kind first: CHECKLIST_ITEM_X is no action of a checklist.
    for (let end = action.lastIndexOf("_"); end > 0; end = action.lastIndexOf("_", end - 1)) {
      const descriptor = this.#entities.get(action.slice(0, end).toLowerCase());
      if (descriptor !== undefined) return { descriptor, verb: null };
    }
    return null;
  }

  /** The container that an entity sorts in where that is not its parent, and the field with the container's id. */
  containerOf(descriptor: EntityDescriptor): { readonly kind: string; readonly key: string } | null {
    const { order } = descriptor;
    return order === undefined || order.within === parentOf(descriptor) ? null : { kind: order.within, key: order.key };
  }

  isContainer(kind: string): boolean {
    return this.#containers.has(kind);
  }

  /** Whether a change of an entity of this kind may change a snapshot of that definition. */
  isRelevant({ kind }: SnapshotDefinition, entityKind: string): boolean {
    return this.#relevant.get(kind)?.has(entityKind) ?? false;
  }

  #relevantTo({ scope, entities }: SnapshotDefinition): ReadonlySet<string> {
    const kinds = new Set([scope, ...Object.keys(entities)]);
    for (const kind of [...kinds]) {
      const { scope: ancestors, order } = this.entity(kind);
      for (const ancestor of Object.keys(ancestors)) kinds.add(ancestor);
      if (order !== undefined) kinds.add(order.within);
    }
    return kinds;
  }
}
