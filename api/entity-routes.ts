import type { EntityKind } from "../shared/entities/registry.ts";
import { crudDefinitions } from "./crud/definition.ts";
import { crudRoutes } from "./crud/routes.ts";
import { crudService } from "./crud/service.ts";
import { boardRoutes } from "./features/boards/routes.ts";
import type { BoardDeps } from "./features/boards/service.ts";
import { columnService } from "./features/columns/service.ts";
import { commentService } from "./features/comments/service.ts";
import { labelService } from "./features/labels/service.ts";
import { taskService } from "./features/tasks/service.ts";
import type { Router } from "./openapi.ts";

/** Entities with rules or routes of their own; all others follow from their definitions alone. */
const SPECIAL: Partial<Record<EntityKind, (deps: BoardDeps) => Router>> = {
  board: boardRoutes,
  column: (deps) => crudRoutes(deps, columnService),
  label: (deps) => crudRoutes(deps, labelService),
  task: (deps) => crudRoutes(deps, taskService),
  comment: (deps) => crudRoutes(deps, commentService),
};

/** The routes of all entities that requests create and change, in the order of the registry. */
export const entityRoutes = (deps: BoardDeps): Router[] =>
  crudDefinitions().map((definition) => SPECIAL[definition.kind]?.(deps) ?? crudRoutes(deps, crudService(definition)));
