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

/** Index behind the parenthesis that closes the one before `start`. Quotes and templates may contain parentheses. */
const closingOf = (code: string, start: number): number => {
  let depth = 1;
  for (let index = start; index < code.length; index += 1) {
    const char = code[index] ?? "";
    if (char === "(") depth += 1;
    else if (char === ")") depth -= 1;
    else if (/["'`]/.test(char)) {
      do index += code[index] === "\\" ? 2 : 1;
      while (index < code.length && code[index] !== char);
    }
    if (depth === 0) return index + 1;
  }
  throw new Error("a call of .meta() does not end");
};

/** Removes the calls of Zod's `meta`, which only the OpenAPI document reads. */
const withoutMeta = (code: string): string => {
  const [head = "", ...rest] = code.split(/\s*\.meta\(/);
  return head + rest.map((part) => part.slice(closingOf(part, 0))).join("");
};

/**
 * Leaves three parts out of the built page: the message compiler, since the words are compiled here; Zod's JSON Schema
 * (8 KB gzipped with its processors), which no bundler can prove unused; and the descriptions of schemas.
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
  transform: (code, id) => (/\/shared\/[^?]+\.ts$/.test(id) ? withoutMeta(code) : null),
});
