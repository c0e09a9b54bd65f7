import { expect, test } from "bun:test";
import { z } from "zod";
import { createFixture, startApi } from "../../support/api.ts";
import { operationsOf } from "./operations.ts";

const api = await startApi();

const jsonSchema = z.record(z.string(), z.unknown());
const documentSchema = z.object({
  paths: z.record(
    z.string(),
    z.record(
      z.string(),
      z.object({
        responses: z.record(
          z.string(),
          z.object({ content: z.record(z.string(), z.object({ schema: jsonSchema })).optional() }),
        ),
      }),
    ),
  ),
  components: z.object({ schemas: z.record(z.string(), jsonSchema) }),
});

/**
 * The document as JSON Schema reads it, with the definitions in `$defs`. @hono/zod-openapi leaves the `/u` of a regular
 * expression in its `pattern`.
 */
const document = documentSchema.parse(
  JSON.parse(JSON.stringify(api.document()).replaceAll("#/components/schemas/", "#/$defs/"), (key, value: unknown) =>
    key === "pattern" && typeof value === "string" ? value.replace(/\/u$/, "") : value,
  ),
);

const schemaOf = (operation: string, status: number): z.ZodType => {
  const [method = "", path = ""] = operation.split(" ");
  const response = document.paths[path]?.[method.toLowerCase()]?.responses[String(status)];
  const schema = response?.content?.["application/json"]?.schema;
  if (schema === undefined) throw new Error(`${operation} does not say what ${status} answers`);
  return z.fromJSONSchema({ ...schema, $defs: document.components.schemas });
};

for (const { operation, make } of operationsOf(api)) {
  if (operation === "GET /api/events/stream") continue;
  test(`${operation} answers as the OpenAPI document describes`, async () => {
    const fixture = await createFixture(api);
    const { path, body } = await make(fixture, fixture.owner, api);
    const answer = await fixture.owner.call(operation.split(" ")[0] ?? "", path, body === undefined ? {} : { body });
    expect(answer.status).toBeLessThan(300);
    expect(schemaOf(operation, answer.status).safeParse(answer.body).error?.issues ?? []).toEqual([]);
  });
}

test("an answer of another shape fails the check", () => {
  const schema = schemaOf("GET /api/tasks/{taskId}", 200);
  expect(schema.safeParse({ id: "x" }).success).toBe(false);
});
