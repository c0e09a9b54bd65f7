import { createRoute, z } from "@hono/zod-openapi";
import { importIdSchema, teamIdSchema } from "../../../shared/ids.ts";
import { createImportSchema, importSchema } from "../../../shared/imports.ts";
import { AppError, invalidFields, notFound } from "../../app-error.ts";
import type { ServiceDeps } from "../../deps.ts";
import { type AppContext, scopeOf, send } from "../../http.ts";
import { changeHeaders, changeProblems, createRouter, ok, readProblems } from "../../openapi.ts";
import { getImport, importBoard } from "./service.ts";
import { readJsonFile, readTrelloExport } from "./trello.ts";

const tags = ["Imports"];

const uploadSchema = z
  .object({
    format: z.literal("trello").optional(),
    name: z.string().optional(),
    file: z.string().meta({ format: "binary", description: "The export, a JSON file." }),
  })
  .meta({ id: "UploadImport" });

const create = createRoute({
  method: "post",
  path: "/api/teams/{teamId}/imports",
  operationId: "createImport",
  summary: "Make a board from a Trello export; it appears whole or not at all",
  tags,
  request: { params: z.object({ teamId: teamIdSchema }), headers: changeHeaders },
  responses: {
    202: ok(importSchema, "The import"),
    ...changeProblems("INVALID_IMPORT"),
  },
});

const read = createRoute({
  method: "get",
  path: "/api/imports/{importId}",
  operationId: "getImport",
  summary: "How an import went",
  tags,
  request: { params: z.object({ importId: importIdSchema }) },
  responses: { 200: ok(importSchema, "The import"), ...readProblems() },
});

type Upload = { readonly name: string | undefined; readonly data: unknown };

const readForm = async (c: AppContext): Promise<Upload> => {
  // The idempotency middleware has read the body already, so the form is parsed from its bytes.
  const form = await new Response(await c.req.arrayBuffer(), {
    headers: { "Content-Type": c.req.header("Content-Type") ?? "" },
  })
    .formData()
    .catch(() => {
      throw new AppError("BAD_REQUEST", "The form can't be read");
    });
  const file = form.get("file");
  if (!(file instanceof Blob)) throw invalidFields({ path: "file", message: "choose a file" });
  const fields = createImportSchema
    .omit({ data: true })
    .safeParse({ format: form.get("format") ?? "trello", ...(form.has("name") ? { name: form.get("name") } : {}) });
  if (!fields.success) throw invalidIssues(fields.error);
  return { name: fields.data.name, data: readJsonFile(await file.text()) };
};

const readBody = async (c: AppContext): Promise<Upload> => {
  const body: unknown = await c.req.json().catch(() => {
    throw new AppError("BAD_REQUEST", "The body is not JSON");
  });
  const parsed = createImportSchema.safeParse(body);
  if (!parsed.success) throw invalidIssues(parsed.error);
  const { name, data } = parsed.data;
  return { name, data: typeof data === "string" ? readJsonFile(data) : data };
};

const invalidIssues = (error: z.ZodError) =>
  invalidFields(...error.issues.map((issue) => ({ path: issue.path.join("."), message: issue.message })));

export const importRoutes = (deps: ServiceDeps) => {
  const router = createRouter();
  // Documented apart from its handler: the framework would parse the body as both of its media types.
  router.openAPIRegistry.registerPath({
    ...create,
    request: {
      ...create.request,
      body: {
        required: true,
        content: {
          "application/json": { schema: createImportSchema },
          "multipart/form-data": { schema: uploadSchema },
        },
      },
    },
  });
  router.post("/api/teams/:teamId/imports", async (c) => {
    const teamId = teamIdSchema.safeParse(c.req.param("teamId"));
    if (!teamId.success) throw notFound();
    const isForm = c.req.header("Content-Type")?.toLowerCase().startsWith("multipart/form-data") ?? false;
    const upload = await (isForm ? readForm(c) : readBody(c));
    const board = readTrelloExport(upload.data);
    return send(c, await importBoard(deps, scopeOf(c), teamId.data, { name: upload.name, board }));
  });
  router.openapi(read, async (c) => send(c, await getImport(deps, scopeOf(c), c.req.valid("param").importId)));
  return router;
};
