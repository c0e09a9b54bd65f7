import { createRoute, z } from "@hono/zod-openapi";
import { page, pageQuerySchema } from "../../shared/paging.ts";
import type { ServiceDeps } from "../deps.ts";
import { scopeOf, send, sendEntity } from "../http.ts";
import {
  changedAnswers,
  changeHeaders,
  createdAnswers,
  createRouter,
  deletedAnswers,
  jsonBody,
  ok,
  type Router,
  readProblems,
  versionedHeaders,
} from "../openapi.ts";
import type { Operation } from "./rules.ts";
import type { CrudService } from "./service.ts";
import { idParameterOf, nounOf, operationId, pageOf, summaryOf, tagOf } from "./words.ts";

/** Routes that stand in place of the usual ones. */
export type OwnRoutes = { readonly get?: (router: Router) => void };

/** The routes of an entity, with their part of the OpenAPI document. */
export const crudRoutes = (deps: ServiceDeps, service: CrudService, own: OwnRoutes = {}): Router => {
  const { definition, parent, rules } = service;
  const { schema, plural } = definition;
  const router = createRouter();

  const parentName = idParameterOf(parent.definition);
  const idName = idParameterOf(definition);
  const collection = `/api/${parent.definition.plural}/{${parentName}}/${plural}` as const;
  const single = `/api/${plural}/{${idName}}` as const;
  const parentParams = z.object({ [parentName]: schema.shape[parent.key] ?? z.never() });
  const params = z.object({ [idName]: schema.shape["id"] ?? z.never() });
  const noun = nounOf(definition);
  const about = (operation: Operation) => ({
    operationId: operationId(operation, definition),
    summary: summaryOf(operation, service),
    tags: [tagOf(definition)],
  });

  const list = createRoute({
    method: "get",
    path: collection,
    ...about("list"),
    request: { params: parentParams, query: pageQuerySchema.extend(rules.filter?.schema.shape ?? {}) },
    responses: { 200: ok(page(schema), pageOf(definition)), ...readProblems() },
  });
  router.openapi(list, async (c) => {
    const parentId = String(c.req.valid("param")[parentName]);
    const query = c.req.valid("query");
    return send(c, await service.list(deps, scopeOf(c), parentId, pageQuerySchema.parse(query), query));
  });

  const create = createRoute({
    method: "post",
    path: collection,
    ...about("create"),
    request: { params: parentParams, headers: changeHeaders, body: jsonBody(definition.create) },
    responses: createdAnswers(schema, noun),
  });
  router.openapi(create, async (c) => {
    const parentId = String(c.req.valid("param")[parentName]);
    return sendEntity(c, await service.create(deps, scopeOf(c), parentId, c.req.valid("json")));
  });

  if (own.get !== undefined) own.get(router);
  else if (rules.hasGet === true) {
    const get = createRoute({
      method: "get",
      path: single,
      ...about("get"),
      request: { params },
      responses: { 200: ok(schema, `The ${noun}`), ...readProblems() },
    });
    router.openapi(get, async (c) =>
      sendEntity(c, await service.get(deps, scopeOf(c), String(c.req.valid("param")[idName]))),
    );
  }

  const update = createRoute({
    method: "patch",
    path: single,
    ...about("update"),
    request: { params, headers: versionedHeaders, body: jsonBody(definition.update) },
    responses: changedAnswers(schema, noun),
  });
  router.openapi(update, async (c) => {
    const id = String(c.req.valid("param")[idName]);
    return sendEntity(c, await service.update(deps, scopeOf(c), id, c.req.valid("json")));
  });

  if (definition.move !== undefined) {
    const move = createRoute({
      method: "post",
      path: `${single}/move`,
      ...about("move"),
      request: { params, headers: versionedHeaders, body: jsonBody(definition.move) },
      responses: changedAnswers(schema, noun),
    });
    router.openapi(move, async (c) => {
      const id = String(c.req.valid("param")[idName]);
      return sendEntity(c, await service.move(deps, scopeOf(c), id, c.req.valid("json")));
    });
  }

  const remove = createRoute({
    method: "delete",
    path: single,
    ...about("delete"),
    request: { params, headers: versionedHeaders },
    responses: deletedAnswers(schema, noun),
  });
  router.openapi(remove, async (c) =>
    sendEntity(c, await service.remove(deps, scopeOf(c), String(c.req.valid("param")[idName]))),
  );
  return router;
};
