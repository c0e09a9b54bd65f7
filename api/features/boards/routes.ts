import { createRoute, z } from "@hono/zod-openapi";
import { boardSnapshotSchema } from "../../../shared/boards.ts";
import { boardIdSchema } from "../../../shared/ids.ts";
import { crudRoutes } from "../../crud/routes.ts";
import { answer, scopeOf, sendText } from "../../http.ts";
import { ok, type Router, readProblems } from "../../openapi.ts";
import { type BoardDeps, boardService, getBoard, getBoardPosition } from "./service.ts";

const read = createRoute({
  method: "get",
  path: "/api/boards/{boardId}",
  operationId: "getBoard",
  summary: "A whole board as of one position",
  tags: ["Boards"],
  request: {
    params: z.object({ boardId: boardIdSchema }),
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

const etagOf = (position: string | null) => `W/"${position}"`;
const matches = (header: string | undefined, etag: string) =>
  header?.split(",").some((candidate) => candidate.trim() === etag || candidate.trim() === "*") ?? false;

const SNAPSHOT_HEADERS = {
  "Cache-Control": "private, no-cache",
  Vary: "Cookie, Authorization, x-api-key",
};

/** `GET` of a board answers its whole snapshot, with an ETag of the team's position. */
const snapshotRoute = (deps: BoardDeps) => (router: Router) =>
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

export const boardRoutes = (deps: BoardDeps): Router => crudRoutes(deps, boardService, { get: snapshotRoute(deps) });
