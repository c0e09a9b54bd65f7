import { describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import type { z } from "zod";
import { fromRoot } from "../../scripts/paths.ts";
import { EVENT_DATA, eventDataIssues } from "../../shared/events.ts";
import { decodeDown, decodeUp } from "../../shared/protocol/codec.ts";
import { downSchema, UNSUBSCRIBED_REASONS } from "../../shared/protocol/down.ts";
import * as limits from "../../shared/protocol/limits.ts";
import {
  sseConnectedSchema,
  sseHeartbeatSchema,
  sseJobCompletedSchema,
  sseUnsubscribedSchema,
} from "../../shared/protocol/sse.ts";
import { upSchema } from "../../shared/protocol/up.ts";
import { codeIn, codesIn, fencesOf, readDocument, tableOf, tablesOf } from "./markdown.ts";

const document = readDocument("docs/protocol.md");
const fences = fencesOf(document);

/** The JSON texts of the blocks with this mark; each begins on a line of its own. */
const examples = (mark: string): string[] =>
  fences
    .filter(({ language, more }) => language === "json" && more === mark)
    .flatMap(({ text }) => text.trim().split(/\n(?=\{)/));

const typesOf = (schemas: readonly z.ZodType[]): string[] => [
  ...new Set(schemas.map((schema) => Reflect.get(Reflect.get(schema, "shape"), "type").value)),
];
const typeOf = (text: string): string => JSON.parse(text).type;

const ups = typesOf(upSchema.options);
const downs = typesOf(downSchema.options);

describe("the messages of docs/protocol.md", () => {
  test("of a client are valid, and every type has an example", () => {
    const decoded = examples("client").map((text) => ({ text, ...decodeUp(text) }));
    expect(decoded.filter(({ ok }) => !ok)).toEqual([]);
    expect([...new Set(examples("client").map(typeOf))].sort()).toEqual(ups.toSorted());
  });

  test("of the server are valid, and every type has an example", () => {
    const decoded = examples("server").map((text) => ({ text, ...decodeDown(text) }));
    expect(decoded.filter(({ ok }) => !ok)).toEqual([]);
    const issues = decoded.flatMap(({ ok, ...rest }) =>
      ok && "message" in rest && rest.message.type === "message" ? eventDataIssues(rest.message) : [],
    );
    expect(issues).toEqual([]);
    expect([...new Set(examples("server").map(typeOf))].sort()).toEqual(downs.toSorted());
  });

  test("have only fields that the schemas know", () => {
    for (const text of examples("client")) expect(decodeUp(text)).toEqual({ ok: true, message: JSON.parse(text) });
    for (const text of examples("server")) expect(decodeDown(text)).toEqual({ ok: true, message: JSON.parse(text) });
  });

  test("are listed, each with its direction", () => {
    expect(tableOf(document, "From the client").map(([type]) => codeIn(type))).toEqual(ups);
    expect(
      tableOf(document, "From the server")
        .map(([type]) => codeIn(type))
        .toSorted(),
    ).toEqual(downs.toSorted());
  });

  test("list the reasons for which a subscription ends", () => {
    expect(tableOf(document, "Reason").map(([reason]) => codeIn(reason))).toEqual([...UNSUBSCRIBED_REASONS]);
  });
});

describe("the event stream in docs/protocol.md", () => {
  const schemas: Record<string, z.ZodType | null> = {
    connected: sseConnectedSchema,
    message: null,
    heartbeat: sseHeartbeatSchema,
    unsubscribed: sseUnsubscribedSchema,
    job_completed: sseJobCompletedSchema,
  };

  test("is listed with all its events", () => {
    expect(tableOf(document, "Stream event").map(([name]) => codeIn(name))).toEqual(Object.keys(schemas));
  });

  test("is shown in its wire format", () => {
    const text =
      fences.find((fence) => fence.language === "text" && fence.text.startsWith("event: connected"))?.text ?? "";
    const events = [...text.matchAll(/^event: (\w+)\n(?:id: .+\n)?data: (.+)$/gm)];
    expect(events.length).toBeGreaterThan(2);
    for (const [, name = "", data = ""] of events) {
      const schema = schemas[name];
      if (schema) expect(schema.safeParse(JSON.parse(data)).success).toBeTrue();
      else expect(decodeDown(data).ok).toBeTrue();
    }
  });
});

test("every action is listed", () => {
  const listed = tableOf(document, "About").flatMap(([, actions]) => codesIn(actions));
  expect(listed.toSorted()).toEqual(Object.keys(EVENT_DATA).toSorted());
});

test("every limit that both sides know is listed with its value", () => {
  const listed = tableOf(document, "Bound").map(([, value = "", name]) => [
    codeIn(name),
    value.replaceAll(/[^\w-]/g, ""),
  ]);
  const numbers = Object.entries(limits).filter(([, value]) => typeof value === "number");
  for (const [name, value] of numbers) {
    const [, told = ""] = listed.find(([known]) => known === name) ?? [];
    expect([name, told.startsWith(String(value))]).toEqual([name, true]);
  }
  expect(listed.length).toBe(numbers.length);
  expect(document.text).toContain(`\`${limits.TOKEN_AUDIENCE}\``);
});

describe("the invariants of docs/protocol.md", () => {
  const rows = tablesOf(document)
    .filter(({ header }) => header[0] === "Id")
    .flatMap((table) => table.rows)
    .map(([id = "", , files]) => ({ id: id.replaceAll("*", ""), files: codesIn(files) }));

  test("are complete", () => {
    const ids = [..."12345"]
      .map((n) => `M${n}`)
      .concat(...["R", "S", "C"].map((kind) => [..."1234"].map((n) => kind + n)));
    expect(rows.map(({ id }) => id)).toEqual(ids);
  });

  test.each(rows)("$id is in a test's title in each of the files named", ({ id, files }) => {
    expect(files).not.toBeEmpty();
    for (const file of files) {
      const titles = [
        ...readFileSync(fromRoot(file), "utf8").matchAll(/\b(?:test|it)(?:\.each\(.*\))?\(\s*["'`](.+)/g),
      ];
      expect([file, titles.some(([, title = ""]) => new RegExp(`\\b${id}\\b`).test(title))]).toEqual([file, true]);
    }
  });
});
