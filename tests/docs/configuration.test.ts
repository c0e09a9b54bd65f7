import { describe, expect, test } from "bun:test";
import { loadConfig } from "../../platform/config/config.ts";
import { resolveOrigins } from "../../platform/config/origins.ts";
import { codeIn, codesIn, readDocument, tableOf } from "./markdown.ts";

const rows = tableOf(readDocument("docs/configuration.md"), "Variable").map(([name, fallback, example]) => ({
  name: codeIn(name),
  /** `null` if there is no default, or Artel derives it. */
  fallback: codesIn(fallback)[0] ?? null,
  example: codeIn(example),
}));

/** The variables that `loadConfig` reads. */
const variables = (): string[] => {
  const asked = new Set<string>();
  const environment = new Proxy<Record<string, string>>(
    {},
    {
      get: (_, name) => {
        asked.add(String(name));
      },
    },
  );
  loadConfig("all", environment);
  return [...asked].sort();
};

/** The configuration that an environment leads to. */
const effectOf = (environment: Record<string, string>) => {
  const { baseUrl, trustedOrigins, ...config } = loadConfig("all", environment);
  const origins = resolveOrigins({ baseUrl, trustedOrigins, host: config.host }, config.port);
  return { ...config, baseUrl: origins.baseUrl, trustedOrigins: [...origins.trusted].sort() };
};

/** Replaces variables within a default, as in `sqlite:$DATA_DIR/artel.db`. */
const expanded = (text: string): string =>
  text.replaceAll(/\$([A-Z_]+)/g, (_, name) => rows.find((row) => row.name === name)?.fallback ?? "");

describe("docs/configuration.md", () => {
  test("names the variables that the program reads, and no others", () => {
    expect(rows.map(({ name }) => name).sort()).toEqual(variables());
  });

  test.each(rows.filter(({ fallback }) => fallback !== null))("names the default of $name", ({ name, fallback }) => {
    expect(effectOf({ [name]: expanded(fallback ?? "") })).toEqual(effectOf({}));
  });

  test.each(rows)("gives an example for $name that has an effect", ({ name, example }) => {
    expect(effectOf({ [name]: example })).not.toEqual(effectOf({}));
  });

  test.each(rows.filter(({ fallback }) => fallback === null))("states no default for $name, which has none", (row) => {
    const [unset, set] = [effectOf({}), effectOf({ [row.name]: row.example })];
    const changed = Object.keys(unset).filter((key) => !Bun.deepEquals(Reflect.get(unset, key), Reflect.get(set, key)));
    for (const key of changed) expect([null, []]).toContainEqual(Reflect.get(unset, key));
  });

  test("names the Redis that single processes connect to by default", () => {
    const { redisUrls } = loadConfig("wss", {});
    expect(readDocument("docs/configuration.md").text).toContain(`\`${redisUrls?.[0]}\``);
    expect(loadConfig("api", {}).redisUrls).toEqual(redisUrls);
  });
});
