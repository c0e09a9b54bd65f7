import { expect, test } from "bun:test";
import { Parser } from "@asyncapi/parser";
import { createConfig, lintFromString } from "@redocly/openapi-core";
import { startApi } from "../../support/api.ts";

const api = await startApi();

test("the OpenAPI document passes a standard linter without a warning", async () => {
  const answer = await api.call("GET", "/api/openapi.json");
  const problems = await lintFromString({
    source: JSON.stringify(answer.body),
    absoluteRef: "/openapi.json",
    config: await createConfig({ extends: ["recommended"], rules: { "no-server-example.com": "off" } }),
  });
  expect(
    problems.map((problem) => `${problem.ruleId}: ${problem.message} ${problem.location[0]?.pointer ?? ""}`),
  ).toEqual([]);
});

test("every operation lists its errors and has a summary and an id of its own", async () => {
  const operations = Object.values(api.document().paths ?? {}).flatMap((path) => Object.values(path));
  expect(new Set(operations.map((operation) => operation.operationId)).size).toBe(operations.length);
  for (const operation of operations) {
    expect(operation.summary).toBeString();
    if (!String(operation.operationId).includes("Health")) expect(Object.keys(operation.responses)).toContain("500");
  }
});

test("the AsyncAPI document is valid", async () => {
  const answer = await api.call("GET", "/api/asyncapi.json");
  const { diagnostics } = await new Parser().parse(JSON.stringify(answer.body));
  const errors = diagnostics.filter((diagnostic) => diagnostic.severity === 0);
  expect(errors.map((error) => `${error.message} ${error.path.join(".")}`)).toEqual([]);
});

test("Artel serves Swagger UI itself", async () => {
  const page = await api.call("GET", "/api/docs");
  expect(String(page.body)).not.toMatch(/https?:\/\//);
  for (const asset of ["swagger-ui.css", "swagger-ui-bundle.js", "start.js"]) {
    expect([asset, (await api.call("GET", `/api/docs/${asset}`)).status]).toEqual([asset, 200]);
  }
});
