import type { Entity } from "../../shared/entities/define-entity.ts";
import type { Page, PageQuery } from "../../shared/paging.ts";
import { notFound } from "../app-error.ts";
import type { ServiceDeps } from "../deps.ts";
import { decodeCursor, toPage } from "../paging.ts";
import { runRead } from "../read.ts";
import type { Reply } from "../reply.ts";
import type { Scope } from "../scope.ts";
import { type Crud, teamOfEntity, teamOfParent } from "./definition.ts";

export type CrudReads = {
  /** A page of a parent's entities. `filter` has the parameters of the rules' `filter`. */
  list(
    deps: ServiceDeps,
    scope: Scope,
    parentId: string,
    query: PageQuery,
    filter: object,
  ): Promise<Reply<Page<Entity>>>;
  get(deps: ServiceDeps, scope: Scope, id: string): Promise<Reply<Entity>>;
};

export const crudReads = ({ definition, parent, rules, table }: Crud): CrudReads => {
  const right = `${definition.plural}.read` as const;
  return {
    list: (deps, scope, parentId, query, filter) =>
      runRead(deps, scope, {
        right,
        tenantOf: (tx) => teamOfParent(tx, parent, parentId),
        run: async ({ tx }) => {
          const after = decodeCursor(query.cursor, table.sortedBy.length);
          const entities = await table.list(tx, {
            where: { [parent.key]: parentId },
            and: rules.filter?.where(filter) ?? [],
            range: { after, limit: query.limit },
          });
          return toPage(entities, query.limit, (entity) => table.sortedBy.map((field) => String(entity[field])));
        },
      }),
    get: (deps, scope, id) =>
      runRead(deps, scope, {
        right,
        tenantOf: (tx) => teamOfEntity(tx, definition, id),
        run: async ({ tx }) => {
          const entity = await table.find(tx, id);
          if (entity === null) throw notFound();
          return entity;
        },
      }),
  };
};
