import { createRoute, z } from "@hono/zod-openapi";
import { boardSchema, boardSnapshotSchema, createBoardSchema, updateBoardSchema } from "../../../shared/boards.ts";
import { boardIdSchema, teamIdSchema } from "../../../shared/ids.ts";
import { page, pageQuerySchema } from "../../../shared/paging.ts";
import { answer, scopeOf, send, sendEntity, sendText } from "../../http.ts";
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
import {
  type BoardDeps,
  createBoard,
  deleteBoard,
  getBoard,
  getBoardPosition,
  listBoards,
  updateBoard,
} from "./service.ts";

const tags = ["Boards"];
const params = z.object({ boardId: boardIdSchema });
const teamParams = z.object({ teamId: teamIdSchema });

const list = createRoute({
  method: "get",
  path: "/api/teams/{teamId}/boards",
  operationId: "listBoards",
  summary: "The boards of a team, in order",
  tags,
  request: { params: teamParams, query: pageQuerySchema },
  responses: { 200: ok(page(boardSchema), "A page of boards"), ...readProblems() },
});

const create = createRoute({
  method: "post",
  path: "/api/teams/{teamId}/boards",
  operationId: "createBoard",
  summary: "Make an empty board",
  tags,
  request: { params: teamParams, headers: changeHeaders, body: jsonBody(createBoardSchema) },
  responses: createdAnswers(boardSchema, "board"),
});

const read = createRoute({
  method: "get",
  path: "/api/boards/{boardId}",
  operationId: "getBoard",
  summary: "A whole board as of one position",
  tags,
  request: {
    params,
    headers: z.object({
      "if-none-match": z.string().optional().meta({ description: "The ETag of an earlier answer." }),
    }),
  },
  responses: {
    200: ok(boardSnapshotSchema, "The board with its columns, labels, members and tasks that are not archived"),
    304: { description: "Nothing in the team has changed since" },
    ...readProblems(),
  },
});

const update = createRoute({
  method: "patch",
  path: "/api/boards/{boardId}",
  operationId: "updateBoard",
  summary: "Change a board",
  tags,
  request: { params, headers: versionedHeaders, body: jsonBody(updateBoardSchema) },
  responses: changedAnswers(boardSchema, "board"),
});

const remove = createRoute({
  method: "delete",
  path: "/api/boards/{boardId}",
  operationId: "deleteBoard",
  summary: "Delete a board with all that is on it",
  tags,
  request: { params, headers: versionedHeaders },
  responses: deletedAnswers(boardSchema, "board"),
});

const etagOf = (position: string | null) => `W/"${position}"`;
const matches = (header: string | undefined, etag: string) =>
  header?.split(",").some((candidate) => candidate.trim() === etag || candidate.trim() === "*") ?? false;

const SNAPSHOT_HEADERS = {
  "Cache-Control": "private, no-cache",
  Vary: "Cookie, Authorization, x-api-key",
};

export const boardRoutes = (deps: BoardDeps) => {
  const router = createRouter();
  router.openapi(list, async (c) =>
    send(c, await listBoards(deps, scopeOf(c), c.req.valid("param").teamId, c.req.valid("query"))),
  );
  router.openapi(create, async (c) =>
    sendEntity(c, await createBoard(deps, scopeOf(c), c.req.valid("param").teamId, c.req.valid("json"))),
  );
  router.openapi(read, async (c) => {
    const { boardId } = c.req.valid("param");
    const known = c.req.header("If-None-Match");
    for (const [name, value] of Object.entries(SNAPSHOT_HEADERS)) c.header(name, value);
    if (known !== undefined) {
      const position = await getBoardPosition(deps, scopeOf(c), boardId);
      const etag = etagOf(position);
      if (position !== null && matches(known, etag)) {
        return answer(c.body(null, 304, { ETag: etag, "Artel-Position": position }));
      }
    }
    const reply = await getBoard(deps, scopeOf(c), boardId);
    return sendText(c, reply, { etag: etagOf(reply.position) });
  });
  router.openapi(update, async (c) =>
    sendEntity(c, await updateBoard(deps, scopeOf(c), c.req.valid("param").boardId, c.req.valid("json"))),
  );
  router.openapi(remove, async (c) => sendEntity(c, await deleteBoard(deps, scopeOf(c), c.req.valid("param").boardId)));
  return router;
};
