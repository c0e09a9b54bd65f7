import { describe, expect, test } from "bun:test";
import { compileMessage } from "@lingui/message-utils/compileMessage";
import { en } from "./en.ts";
import { enTrouble } from "./en-trouble.ts";
import { makeFormat } from "./format.ts";
import { chooseLanguage } from "./i18n.ts";
import { ru } from "./ru.ts";
import { ruTrouble } from "./ru-trouble.ts";
import { flatten } from "./translator.ts";

const english = new Map([...flatten(en), ...flatten(enTrouble)].map(([key, text]) => [key, String(text)]));
const russian = new Map([...flatten(ru), ...flatten(ruTrouble)].map(([key, text]) => [key, String(text)]));
/** The names of a message's values; what stands inside a plural's branch is seen too. */
const holes = (text: string) =>
  [...new Set([...text.matchAll(/\{(\w+)(?=[},])/g)].map((match) => match[1] ?? ""))].sort();

describe("the words of both languages", () => {
  test("have the same keys", () => {
    expect([...russian.keys()].sort()).toEqual([...english.keys()].sort());
  });

  test("fill the same holes", () => {
    for (const [key, text] of russian)
      expect({ key, holes: holes(text) }).toEqual({ key, holes: holes(english.get(key) ?? "") });
  });

  test("are messages that can be read", () => {
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

test("the first language of the person that we speak is chosen", () => {
  expect(chooseLanguage(["de-DE", "ru-RU", "en"])).toBe("ru");
  expect(chooseLanguage(["de", "fr"])).toBe("en");
  expect(chooseLanguage([])).toBe("en");
});

test("times are told in steps that do not flicker", () => {
  const format = makeFormat("en");
  expect(format.ago(0, 12_000)).toBe(format.ago(0, 19_000));
  expect(format.ago(0, 3 * 60_000)).toContain("3");
  expect(format.ago(0, 12_000, 1)).toContain("12");
  expect([format.elapsed(0, 12_000), format.elapsed(0, 3 * 60_000)]).toEqual(["12s", "3m"]);
  expect(makeFormat("ru").ago(0, 2 * 3_600_000)).toContain("2");
});
