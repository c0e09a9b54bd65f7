import { createRoute, z } from "@hono/zod-openapi";
import { columnSchema, createColumnSchema, moveColumnSchema, updateColumnSchema } from "../../../shared/columns.ts";
import { boardIdSchema, columnIdSchema } from "../../../shared/ids.ts";
import { page, pageQuerySchema } from "../../../shared/paging.ts";
import type { ServiceDeps } from "../../deps.ts";
import { scopeOf, send, sendEntity } from "../../http.ts";
import {
  changedAnswers,
  changeHeaders,
  createdAnswers,
  createRouter,
  deletedAnswers,
  jsonBody,
  ok,
  readProblems,
  versionedHeaders,
} from "../../openapi.ts";
import { createColumn, deleteColumn, listColumns, moveColumn, updateColumn } from "./service.ts";

const tags = ["Columns"];
const params = z.object({ columnId: columnIdSchema });
const boardParams = z.object({ boardId: boardIdSchema });

const list = createRoute({
  method: "get",
  path: "/api/boards/{boardId}/columns",
  operationId: "listColumns",
  summary: "The columns of a board, in order",
  tags,
  request: { params: boardParams, query: pageQuerySchema },
  responses: { 200: ok(page(columnSchema), "A page of columns"), ...readProblems() },
});

const create = createRoute({
  method: "post",
  path: "/api/boards/{boardId}/columns",
  operationId: "createColumn",
  summary: "Add a column at the end",
  tags,
  request: { params: boardParams, headers: changeHeaders, body: jsonBody(createColumnSchema) },
  responses: createdAnswers(columnSchema, "column"),
});

const update = createRoute({
  method: "patch",
  path: "/api/columns/{columnId}",
  operationId: "updateColumn",
  summary: "Change a column",
  tags,
  request: { params, headers: versionedHeaders, body: jsonBody(updateColumnSchema) },
  responses: changedAnswers(columnSchema, "column"),
});

const move = createRoute({
  method: "post",
  path: "/api/columns/{columnId}/move",
  operationId: "moveColumn",
  summary: "Move a column: directly before or after another, or to the end",
  tags,
  request: { params, headers: versionedHeaders, body: jsonBody(moveColumnSchema) },
  responses: changedAnswers(columnSchema, "column"),
});

const remove = createRoute({
  method: "delete",
  path: "/api/columns/{columnId}",
  operationId: "deleteColumn",
  summary: "Delete a column with its tasks",
  tags,
  request: { params, headers: versionedHeaders },
  responses: deletedAnswers(columnSchema, "column"),
});

export const columnRoutes = (deps: ServiceDeps) => {
  const router = createRouter();
  router.openapi(list, async (c) =>
    send(c, await listColumns(deps, scopeOf(c), c.req.valid("param").boardId, c.req.valid("query"))),
  );
  router.openapi(create, async (c) =>
    sendEntity(c, await createColumn(deps, scopeOf(c), c.req.valid("param").boardId, c.req.valid("json"))),
  );
  router.openapi(update, async (c) =>
    sendEntity(c, await updateColumn(deps, scopeOf(c), c.req.valid("param").columnId, c.req.valid("json"))),
  );
  router.openapi(move, async (c) =>
    sendEntity(c, await moveColumn(deps, scopeOf(c), c.req.valid("param").columnId, c.req.valid("json"))),
  );
  router.openapi(remove, async (c) =>
    sendEntity(c, await deleteColumn(deps, scopeOf(c), c.req.valid("param").columnId)),
  );
  return router;
};
