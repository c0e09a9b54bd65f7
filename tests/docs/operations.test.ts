import { describe, expect, test } from "bun:test";
import { REPLAY_BOUNDS } from "../../platform/events/replay.ts";
import { KEPT_DAYS, KEPT_EVENTS, UNTAKEN_DAYS, UNTAKEN_EVENTS } from "../../platform/events/retention.ts";
import { createMetrics } from "../../platform/metrics/metrics.ts";
import { readAll, repositoryPaths } from "../house/source-files.ts";
import { codeIn, codesIn, readDocument, tableOf } from "./markdown.ts";

const document = readDocument("docs/operations.md");
const rows = tableOf(document, "Metric").map(([metric = "", kind]) => {
  const [, name = "", labels = ""] = /^(\w+)(?:\{(.+)\})?$/.exec(codeIn(metric)) ?? [];
  return { name, kind, labels: labels.split(",").filter((label) => label !== "") };
});

const registered = async () =>
  (await createMetrics().registry.getMetricsAsJSON()).map(({ name, type }) => ({ name, kind: String(type) }));

/** `labelNames` exists at run time but not in the types. */
const labelsOf = (name: string): string[] => {
  const metric: object | undefined = createMetrics().registry.getSingleMetric(name);
  const labels: unknown = metric && Reflect.get(metric, "labelNames");
  return Array.isArray(labels) ? labels.map(String) : [];
};

describe("docs/operations.md", () => {
  test("describes every metric with its kind, and no other", async () => {
    const described = rows.map(({ name, kind }) => ({ name, kind }));
    const byName = (a: { name: string }, b: { name: string }) => a.name.localeCompare(b.name);
    expect(described.toSorted(byName)).toEqual((await registered()).toSorted(byName));
  });

  test.each(rows)("names the labels of $name", ({ name, labels }) => {
    expect(labels).toEqual(labelsOf(name));
  });

  test("states how many events are kept, and for how long", () => {
    const kept = tableOf(document, "What").find(([what]) => what === "Events of a team");
    expect(codesIn(kept?.[1])).toEqual([KEPT_EVENTS.toLocaleString("en"), `${KEPT_DAYS} days`]);
    const untaken = tableOf(document, "What").find(([what]) => what?.startsWith("Of these, what a"));
    expect(codesIn(untaken?.[1])).toEqual([UNTAKEN_EVENTS.toLocaleString("en"), `${UNTAKEN_DAYS} days`]);
    expect(document.text).toContain(`at most ${REPLAY_BOUNDS.events.toLocaleString("en")} events`);
  });

  test("quotes log lines that exist in the code", () => {
    const sources = readAll(repositoryPaths().filter((path) => /^(platform|api|wss)\/.*\.ts$/.test(path)));
    for (const [line] of tableOf(document, "Line")) {
      const quoted = codeIn(line).replace(/ …$/, "");
      expect([quoted, sources.some(({ text }) => text.includes(quoted))]).toEqual([quoted, true]);
    }
  });
});
