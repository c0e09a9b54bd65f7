import { createRoute, z } from "@hono/zod-openapi";
import { boardIdSchema, labelIdSchema } from "../../../shared/ids.ts";
import { createLabelSchema, labelSchema, updateLabelSchema } from "../../../shared/labels.ts";
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
import { createLabel, deleteLabel, listLabels, updateLabel } from "./service.ts";

const tags = ["Labels"];
const params = z.object({ labelId: labelIdSchema });
const boardParams = z.object({ boardId: boardIdSchema });

const list = createRoute({
  method: "get",
  path: "/api/boards/{boardId}/labels",
  operationId: "listLabels",
  summary: "The labels of a board",
  tags,
  request: { params: boardParams, query: pageQuerySchema },
  responses: { 200: ok(page(labelSchema), "A page of labels"), ...readProblems() },
});

const create = createRoute({
  method: "post",
  path: "/api/boards/{boardId}/labels",
  operationId: "createLabel",
  summary: "Add a label",
  tags,
  request: { params: boardParams, headers: changeHeaders, body: jsonBody(createLabelSchema) },
  responses: createdAnswers(labelSchema, "label"),
});

const update = createRoute({
  method: "patch",
  path: "/api/labels/{labelId}",
  operationId: "updateLabel",
  summary: "Change a label",
  tags,
  request: { params, headers: versionedHeaders, body: jsonBody(updateLabelSchema) },
  responses: changedAnswers(labelSchema, "label"),
});

const remove = createRoute({
  method: "delete",
  path: "/api/labels/{labelId}",
  operationId: "deleteLabel",
  summary: "Delete a label and take it off its tasks",
  tags,
  request: { params, headers: versionedHeaders },
  responses: deletedAnswers(labelSchema, "label"),
});

export const labelRoutes = (deps: ServiceDeps) => {
  const router = createRouter();
  router.openapi(list, async (c) =>
    send(c, await listLabels(deps, scopeOf(c), c.req.valid("param").boardId, c.req.valid("query"))),
  );
  router.openapi(create, async (c) =>
    sendEntity(c, await createLabel(deps, scopeOf(c), c.req.valid("param").boardId, c.req.valid("json"))),
  );
  router.openapi(update, async (c) =>
    sendEntity(c, await updateLabel(deps, scopeOf(c), c.req.valid("param").labelId, c.req.valid("json"))),
  );
  router.openapi(remove, async (c) => sendEntity(c, await deleteLabel(deps, scopeOf(c), c.req.valid("param").labelId)));
  return router;
};
