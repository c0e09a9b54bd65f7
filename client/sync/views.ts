import type { Entity } from "../../shared/entities/define-entity.ts";
import type { Mutation } from "./mutation.ts";
import { applyMutation, isShownIn } from "./optimistic.ts";
import type { PendingMutation } from "./outbox/pending-mutation.ts";
import type { SyncSchema } from "./schema.ts";
import { type Snapshot, withCollection } from "./snapshot.ts";

const isSameList = (a: readonly unknown[], b: readonly unknown[]): boolean =>
  a.length === b.length && a.every((each, index) => each === b[index]);

/** The old list when it has the same items. */
export const stableList = <Item>(old: readonly Item[] | undefined, next: readonly Item[]): readonly Item[] =>
  old !== undefined && (old === next || isSameList(old, next)) ? old : next;

const isSame = (a: Entity, b: Entity): boolean => {
  for (const key in b) {
    const [left, right] = [a[key], b[key]];
    if (left === right) continue;
    if (!Array.isArray(left) || !Array.isArray(right) || !isSameList(left, right)) return false;
  }
  return true;
};

/** An optimistic entity is made anew with every commit; it keeps its identity while it looks the same. */
const keepIdentity = (view: Snapshot, mutations: readonly Mutation[], before: Snapshot | undefined): Snapshot => {
  if (before === undefined) return view;
  let next = view;
  for (const { entity: kind, id } of mutations) {
    const collection = next.collections[kind];
    const [entity, old] = [collection?.get(id), before.collections[kind]?.get(id)];
    if (entity && old && entity !== old && isSame(entity, old)) next = withCollection(next, kind, collection?.put(old));
  }
  return next;
};

/** A view with what it was made of; only the mutations count, not how far on their way they are. */
type Memo = { readonly confirmed: Snapshot; readonly mutations: readonly Mutation[]; readonly view: Snapshot };

/** Snapshots with the unconfirmed mutations over them. Computed when looked at, once. */
export class Views {
  readonly #schema: SyncSchema;
  readonly #memos = new Map<string, Memo>();

  constructor(schema: SyncSchema) {
    this.#schema = schema;
  }

  of(confirmed: Snapshot, pending: readonly PendingMutation[]): Snapshot {
    const key = `${confirmed.kind} ${confirmed.scopeId}`;
    const memo = this.#memos.get(key);
    const mutations: Mutation[] = [];
    for (const { mutation, isConfirmed } of pending)
      if (!isConfirmed && isShownIn(this.#schema, confirmed, mutation)) mutations.push(mutation);
    const { view, applied } = this.#shown(memo, confirmed, mutations);
    const kept = keepIdentity(view, applied, memo?.view);
    this.#memos.set(key, { confirmed, mutations, view: kept });
    return kept;
  }

  clear(): void {
    this.#memos.clear();
  }

  /** Where only new mutations have come, the view goes on from what it was. */
  #shown(
    memo: Memo | undefined,
    confirmed: Snapshot,
    mutations: readonly Mutation[],
  ): { readonly view: Snapshot; readonly applied: readonly Mutation[] } {
    const known = memo?.mutations ?? [];
    const goesOn = memo?.confirmed === confirmed && known.every((mutation, index) => mutation === mutations[index]);
    const applied = goesOn ? mutations.slice(known.length) : mutations;
    let view = goesOn ? memo.view : confirmed;
    for (const mutation of applied) view = applyMutation(this.#schema, view, mutation);
    return { view, applied };
  }
}
