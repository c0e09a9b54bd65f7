import { describe, expect, test } from "bun:test";
import { en } from "./en.ts";
import { makeFormat } from "./format.ts";
import { chooseLanguage } from "./i18n.ts";
import { ru } from "./ru.ts";

type Words = { [key: string]: string | Words };

const flat = (words: Words, path = ""): [string, string][] =>
  Object.entries(words).flatMap(([key, value]): [string, string][] =>
    typeof value === "string" ? [[path + key, value]] : flat(value, `${path}${key}.`),
  );
const PLURAL = /_(zero|one|two|few|many|other)$/;
const keys = (words: Words) => new Set(flat(words).map(([key]) => key.replace(PLURAL, "")));
const holes = (text: string) => [...text.matchAll(/\{\{(\w+)\}\}/g)].map((match) => match[1] ?? "").sort();

describe("the words of both languages", () => {
  test("have the same keys", () => {
    expect([...keys(ru)].sort()).toEqual([...keys(en)].sort());
  });

  test("fill the same holes", () => {
    const english = new Map(flat(en));
    for (const [key, text] of flat(ru)) {
      const twin = english.get(key) ?? english.get(key.replace(PLURAL, "_other"));
      expect({ key, holes: holes(text) }).toEqual({ key, holes: holes(twin ?? "") });
    }
  });

  test("have every plural that the language needs", () => {
    for (const [words, language] of [
      [en, "en"],
      [ru, "ru"],
    ] as const) {
      const needed = new Intl.PluralRules(language).resolvedOptions().pluralCategories;
      const all = new Set(flat(words).map(([key]) => key));
      for (const key of all) {
        if (!PLURAL.test(key)) continue;
        const base = key.replace(PLURAL, "");
        for (const category of needed) expect(all.has(`${base}_${category}`) ? "" : `${base}_${category}`).toBe("");
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
  expect(makeFormat("ru").ago(0, 2 * 3_600_000)).toContain("2");
});
