import { expect, test } from "bun:test";
import { z } from "zod";
import { COLORS } from "../../shared/color.ts";
import { taskFilterSchema } from "../../shared/filters.ts";
import { DEFAULT_LIMIT, MAX_LIMIT } from "../../shared/paging.ts";
import { startArtel } from "../support/processes.ts";
import { codeIn, codesIn, readDocument, tableOf } from "./markdown.ts";

const document = readDocument("docs/rest.md");
const openApiSchema = z.object({ paths: z.record(z.string(), z.record(z.string(), z.unknown())) });

test("docs/rest.md lists every address of the OpenAPI document with its methods, and no other", async () => {
  const artel = await startArtel({ env: { LOG_LEVEL: "warn" } });
  const { paths } = openApiSchema.parse(await (await fetch(`${artel.url}/api/openapi.json`)).json());
  const described = Object.entries(paths).flatMap(([path, operations]) =>
    Object.keys(operations).map((method) => `${path} ${method.toUpperCase()}`),
  );
  const listed = tableOf(document, "Address").flatMap(([path, methods]) =>
    codesIn(methods).map((method) => `${codeIn(path)} ${method}`),
  );
  expect(listed.toSorted()).toEqual(described.toSorted());
  await artel.stop();
});

test("docs/rest.md names every filter", () => {
  const listed = tableOf(document, "Filter").flatMap(([filters]) => codesIn(filters));
  expect(listed.toSorted()).toEqual(Object.keys(taskFilterSchema.shape).toSorted());
});

test("docs/rest.md states the colours and the size of a page", () => {
  expect(document.text).toContain(`Colours are ${COLORS.map((color) => `\`${color}\``).join(", ")} or \`null\``);
  expect(document.text).toContain(`\`limit\` is ${DEFAULT_LIMIT} unless given, and ${MAX_LIMIT} at most`);
});
