import type { Tx } from "../../platform/db/db.ts";
import type { Entity } from "../../shared/entities/define-entity.ts";
import type { Placement } from "../../shared/rank.ts";
import { notFound } from "../app-error.ts";
import { type CommandContext, runCommand } from "../command.ts";
import { claimId, createdBefore } from "../created-ids.ts";
import type { ServiceDeps } from "../deps.ts";
import { liesIn } from "../ordering.ts";
import type { Reply } from "../reply.ts";
import type { Scope } from "../scope.ts";
import { differs, requireVersion, stamped } from "../versions.ts";
import { type Crud, freshEntity, teamOfEntity, teamOfParent } from "./definition.ts";
import { gapFor, placedIn, UNPLACED } from "./placement.ts";
import { entityTable } from "./table.ts";

/** The definition's schemas have validated every input. */
export type CrudCommands = {
  /** Creates an entity under its parent, behind its siblings. */
  create(deps: ServiceDeps, scope: Scope, parentId: string, input: object): Promise<Reply<Entity>>;
  update(deps: ServiceDeps, scope: Scope, id: string, input: object): Promise<Reply<Entity>>;
  /** Moves an entity within its container, or into another one that the input names. */
  move(deps: ServiceDeps, scope: Scope, id: string, input: Placement): Promise<Reply<Entity>>;
  /** Deletes an entity with everything in it; its one event implies the rest. */
  remove(deps: ServiceDeps, scope: Scope, id: string): Promise<Reply<Entity>>;
};

type Fields = Readonly<Record<string, unknown>>;

export const crudCommands = (crud: Crud): CrudCommands => {
  const { definition, parent, rules, table } = crud;
  const { kind, order } = definition;
  const right = `${definition.plural}.write` as const;
  const parents = entityTable(parent.definition);

  /**
   * The ids of a new entity's ancestors, by the fields that keep them. The parent is read under the tenant's lock: it
   * may have been deleted since the request found its team.
   */
  const ancestorsOf = async (tx: Tx, parentId: string): Promise<Record<string, string>> => {
    const inherited = Object.values(parent.definition.scope);
    if (inherited.length === 0) return { [parent.key]: parentId };
    const found = await parents.find(tx, parentId);
    if (found === null) throw notFound();
    return Object.fromEntries([...inherited.map((key) => [key, String(found[key])]), [parent.key, parentId]]);
  };

  /** Runs a command on an entity that exists and has the version of `If-Match`. */
  const runOn = (
    deps: ServiceDeps,
    scope: Scope,
    id: string,
    run: (context: CommandContext, before: Entity) => Promise<Entity>,
  ): Promise<Reply<Entity>> =>
    runCommand(deps, scope, {
      right,
      tenantOf: (tx) => teamOfEntity(tx, definition, id),
      run: async (context) => {
        const before = await table.find(context.tx, id);
        if (before === null) throw notFound();
        requireVersion(scope, before.version);
        return { body: await run(context, before) };
      },
    });

  return {
    create: (deps, scope, parentId, input) =>
      runCommand(deps, scope, {
        right,
        tenantOf: (tx) => teamOfParent(tx, parent, parentId),
        run: async (context) => {
          const { tx, at, userId: by } = context;
          const { id: chosen }: Fields = { ...input };
          const id = typeof chosen === "string" ? chosen : deps.newId();
          if ((await claimId(context, { id, kind, parentId })) === "again") {
            return createdBefore(await table.find(tx, id));
          }
          const ancestors = await ancestorsOf(tx, parentId);
          const version = context.nextVersion();
          const draft = freshEntity(definition, input, { id, scope: ancestors, rank: UNPLACED, by, at, version });
          await rules.beforeWrite?.(context, draft, null);
          const entity =
            order === undefined ? draft : await placedIn(context, crud, draft, await gapFor(tx, definition, draft, {}));
          await table.insert(tx, [entity]);
          context.emit(definition, "CREATED", entity);
          return { status: 201, body: entity };
        },
      }),

    update: (deps, scope, id, input) =>
      runOn(deps, scope, id, async (context, before) => {
        const after = stamped(definition.apply(before, input, context.at), context);
        await rules.beforeWrite?.(context, after, before);
        if (!differs(before, after)) return before;
        await table.update(context.tx, after);
        context.emit(definition, "UPDATED", after);
        return after;
      }),

    move: (deps, scope, id, input) =>
      runOn(deps, scope, id, async (context, before) => {
        if (order === undefined) throw notFound();
        const { [order.key]: container = before[order.key] }: Fields = { ...input };
        const draft: Entity = { ...before, [order.key]: container };
        await rules.beforeWrite?.(context, draft, before);
        const gap = await gapFor(context.tx, definition, draft, input);
        if (container === before[order.key] && liesIn(String(before["rank"]), gap)) return before;
        const after = await placedIn(context, crud, draft, gap);
        await table.update(context.tx, after);
        context.emit(definition, "MOVED", after);
        return after;
      }),

    remove: (deps, scope, id) =>
      runOn(deps, scope, id, async (context, before) => {
        await rules.beforeDelete?.(context, before);
        await table.remove(context.tx, id);
        context.emit(definition, "DELETED", before);
        return before;
      }),
  };
};
