import { compileMessage } from "@lingui/message-utils/compileMessage";
import type { Plugin } from "vite";
import { en } from "./src/app/en.ts";
import { ru } from "./src/app/ru.ts";
import { words as enConnection } from "./src/features/status/connection-words.en.ts";
import { words as ruConnection } from "./src/features/status/connection-words.ru.ts";
import { flatten, type Words } from "./src/i18n/translator.ts";

/** By path in src: the export's name and the words. */
const WORDS = new Map<string, readonly [string, Words]>([
  ["app/en.ts", ["en", en]],
  ["app/ru.ts", ["ru", ru]],
  ["features/status/connection-words.en.ts", ["words", enConnection]],
  ["features/status/connection-words.ru.ts", ["words", ruConnection]],
]);

const compileWords = ([name, words]: readonly [string, Words]): string => {
  const messages = flatten(words).map(([key, text]) => [key, compileMessage(String(text))]);
  return `export const ${name} = ${JSON.stringify(Object.fromEntries(messages))};`;
};

/** Replaces every export by a stub. The page passes these functions around and never calls them. */
const stubExports = async (path: string): Promise<string> => {
  const module: Record<string, unknown> = await import(path);
  const names = Object.keys(module).map((name) => `export const ${name} = never;`);
  return ["const never = () => never;", ...names].join("\n");
};

/**
 * Leaves two parts out of the built page: the message compiler, since the words are compiled here, and Zod's JSON Schema
 * (8 KB gzipped with its processors), which no bundler can prove unused.
 */
export const slim = (): Plugin => ({
  name: "slim",
  apply: "build",
  enforce: "pre",
  load: (id) => {
    const words = WORDS.get(/\/web\/src\/(.+)$/.exec(id)?.[1] ?? "");
    if (words !== undefined) return compileWords(words);
    if (/\/web\/src\/i18n\/compiler\.ts$/.test(id)) return "export const compiler = (message) => [message];";
    if (/\/zod\/v4\/core\/(json-schema-processors|to-json-schema)\.js$/.test(id)) return stubExports(id);
    return null;
  },
});
