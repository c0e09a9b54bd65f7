import { describe, expect, test } from "bun:test";
import { join } from "node:path";
import { compileMessage } from "@lingui/message-utils/compileMessage";
import { ENTITIES, type RegisteredEntity } from "../../../shared/entities/registry.ts";
import { words as enConnection } from "../features/status/connection-words.en.ts";
import { words as ruConnection } from "../features/status/connection-words.ru.ts";
import { flatten } from "../i18n/translator.ts";
import { en } from "./en.ts";
import { ru } from "./ru.ts";

const english = new Map([...flatten(en), ...flatten(enConnection)].map(([key, text]) => [key, String(text)]));
const russian = new Map([...flatten(ru), ...flatten(ruConnection)].map(([key, text]) => [key, String(text)]));
/** The names of a message's values, also of those inside a plural's branch. */
const valueNames = (text: string) =>
  [...new Set([...text.matchAll(/\{(\w+)(?=[},])/g)].map((match) => match[1] ?? ""))].sort();

test("every room's words are in the page's, and no two rooms use the same group name", async () => {
  const files = [...new Bun.Glob("**/words.en.ts").scanSync(join(import.meta.dir, ".."))];
  const rooms = await Promise.all(files.map(async (file) => (await import(`../${file}`)).words as object));
  expect(rooms.flatMap((words) => Object.keys(words)).sort()).toEqual(Object.keys(en).sort());
});

test("every text is shown somewhere", async () => {
  const src = join(import.meta.dir, "..");
  const files = [...new Bun.Glob("**/*.{ts,tsx}").scanSync(src)].filter((file) => !/words\.|\.test\./.test(file));
  const code = (await Promise.all(files.map((file) => Bun.file(join(src, file)).text()))).join("\n");
  // A key is written out, or made of its first part and a value: t(`color.${color}`).
  const isShown = (key: string): boolean =>
    code.includes(`"${key}"`) ||
    [...key.matchAll(/\./g)].some(({ index }) => code.includes(`\`${key.slice(0, index + 1)}$\{`));
  expect([...english.keys()].filter((key) => !isShown(key))).toEqual([]);
});

test("every change that a page sends from its outbox has a text for its refusal", () => {
  const entities: RegisteredEntity[] = Object.values(ENTITIES);
  const changes = entities.flatMap(({ kind, create, update, move }) => [
    ...(create ? [`${kind}.create`, `${kind}.delete`] : []),
    ...(create && update ? [`${kind}.update`] : []),
    ...(move ? [`${kind}.move`] : []),
  ]);
  expect(changes.filter((change) => !english.has(`refused.what.${change}`))).toEqual([]);
});

describe("the words of both languages", () => {
  test("have the same keys", () => {
    expect([...russian.keys()].sort()).toEqual([...english.keys()].sort());
  });

  test("fill in the same values", () => {
    for (const [key, text] of russian)
      expect({ key, valueNames: valueNames(text) }).toEqual({ key, valueNames: valueNames(english.get(key) ?? "") });
  });

  test("are valid ICU messages", () => {
    for (const text of [...english.values(), ...russian.values()]) expect(compileMessage(text)).toBeArray();
  });

  test("have every plural that the language needs", () => {
    for (const [words, language] of [
      [english, "en"],
      [russian, "ru"],
    ] as const) {
      const needed = new Intl.PluralRules(language).resolvedOptions().pluralCategories;
      for (const [key, text] of words) {
        if (!text.includes(", plural,")) continue;
        for (const category of needed) expect([key, text.includes(` ${category} {`)]).toEqual([key, true]);
      }
    }
  });
});
