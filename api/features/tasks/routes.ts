import { createRoute, z } from "@hono/zod-openapi";
import { taskFilterSchema } from "../../../shared/filters.ts";
import { boardIdSchema, taskIdSchema } from "../../../shared/ids.ts";
import { page, pageQuerySchema } from "../../../shared/paging.ts";
import { createTaskSchema, moveTaskSchema, taskSchema, updateTaskSchema } from "../../../shared/tasks.ts";
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
import { createTask, deleteTask, getTask, listTasks, moveTask, updateTask } from "./service.ts";

const tags = ["Tasks"];
const params = z.object({ taskId: taskIdSchema });
const boardParams = z.object({ boardId: boardIdSchema });

const list = createRoute({
  method: "get",
  path: "/api/boards/{boardId}/tasks",
  operationId: "listTasks",
  summary: "The tasks of a board that a filter lets through, in order",
  tags,
  request: { params: boardParams, query: pageQuerySchema.extend(taskFilterSchema.shape) },
  responses: { 200: ok(page(taskSchema), "A page of tasks"), ...readProblems() },
});

const create = createRoute({
  method: "post",
  path: "/api/boards/{boardId}/tasks",
  operationId: "createTask",
  summary: "Add a task at the end of a column",
  tags,
  request: { params: boardParams, headers: changeHeaders, body: jsonBody(createTaskSchema) },
  responses: createdAnswers(taskSchema, "task"),
});

const read = createRoute({
  method: "get",
  path: "/api/tasks/{taskId}",
  operationId: "getTask",
  summary: "A task",
  tags,
  request: { params },
  responses: { 200: ok(taskSchema, "The task"), ...readProblems() },
});

const update = createRoute({
  method: "patch",
  path: "/api/tasks/{taskId}",
  operationId: "updateTask",
  summary: "Change a task",
  tags,
  request: { params, headers: versionedHeaders, body: jsonBody(updateTaskSchema) },
  responses: changedAnswers(taskSchema, "task"),
});

const move = createRoute({
  method: "post",
  path: "/api/tasks/{taskId}/move",
  operationId: "moveTask",
  summary: "Move a task: directly before or after another, or to the end of a column",
  tags,
  request: { params, headers: versionedHeaders, body: jsonBody(moveTaskSchema) },
  responses: changedAnswers(taskSchema, "task"),
});

const remove = createRoute({
  method: "delete",
  path: "/api/tasks/{taskId}",
  operationId: "deleteTask",
  summary: "Delete a task",
  tags,
  request: { params, headers: versionedHeaders },
  responses: deletedAnswers(taskSchema, "task"),
});

export const taskRoutes = (deps: ServiceDeps) => {
  const router = createRouter();
  router.openapi(list, async (c) => {
    const { cursor, limit, ...filter } = c.req.valid("query");
    return send(c, await listTasks(deps, scopeOf(c), c.req.valid("param").boardId, filter, { cursor, limit }));
  });
  router.openapi(create, async (c) =>
    sendEntity(c, await createTask(deps, scopeOf(c), c.req.valid("param").boardId, c.req.valid("json"))),
  );
  router.openapi(read, async (c) => sendEntity(c, await getTask(deps, scopeOf(c), c.req.valid("param").taskId)));
  router.openapi(update, async (c) =>
    sendEntity(c, await updateTask(deps, scopeOf(c), c.req.valid("param").taskId, c.req.valid("json"))),
  );
  router.openapi(move, async (c) =>
    sendEntity(c, await moveTask(deps, scopeOf(c), c.req.valid("param").taskId, c.req.valid("json"))),
  );
  router.openapi(remove, async (c) => sendEntity(c, await deleteTask(deps, scopeOf(c), c.req.valid("param").taskId)));
  return router;
};
