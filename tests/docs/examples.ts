import { readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { SourceFile } from "../house/source-files.ts";
import { bareEnvironment, type Child, startChild } from "../support/child.ts";
import { temporaryFolder } from "../support/lifetime.ts";
import { startApi, startArtel, startWss } from "../support/processes.ts";
import { startRedis } from "../support/services.ts";
import { type Fence, fencesOf } from "./markdown.ts";

/**
 * A block to run: the comment `<!-- run -->` is above it, with `prints="…"` for each text that its output must contain.
 * `beside` leaves it running after the first text; the others must appear before the end of the document.
 */
export type Example = Pick<Fence, "at" | "language" | "text"> & {
  readonly beside: boolean;
  readonly prints: readonly string[];
};

const WITHIN_MS = 20_000;
const SECRET = "a secret that the processes of the examples share";

export const examplesOf = (file: SourceFile): Example[] =>
  fencesOf(file).flatMap(({ at, language, text, directive }) =>
    directive === null || !/^run\b/.test(directive)
      ? []
      : [
          {
            at,
            language,
            text,
            beside: /^run beside\b/.test(directive),
            prints: [...directive.matchAll(/prints="([^"]+)"/g)].map(([, text = ""]) => text),
          },
        ],
  );

type Place = { readonly environment: Record<string, string>; readonly here: (text: string) => string };

/** Starts `bun start`; `here` replaces its default address by that of this run. */
const startOne = async (): Promise<Place> => {
  const artel = await startArtel({ env: { LOG_LEVEL: "warn", METRICS_TOKEN: "a-token-for-metrics" } });
  return {
    environment: { DATA_DIR: artel.dataDir },
    here: (text) => text.replaceAll("http://localhost:3000", artel.url),
  };
};

/** Starts Redis, `bun wss:start` and `bun api:start`; `here` replaces their default addresses by those of this run. */
const startSeveral = async (): Promise<Place> => {
  const redis = await startRedis();
  const env = { LOG_LEVEL: "warn", REDIS_URL: redis.url, ARTEL_SECRET: SECRET };
  const wss = await startWss({ env });
  const api = await startApi({ env: { ...env, WSS_URL: wss.url } });
  return {
    environment: { ARTEL_SECRET: SECRET, DATA_DIR: api.dataDir },
    here: (text) =>
      text
        .replaceAll("http://localhost:3000", api.url)
        .replaceAll("ws://localhost:3001", wss.url)
        .replaceAll("http://localhost:3001", wss.url.replace("ws:", "http:"))
        .replaceAll("redis-cli ", `redis-cli -p ${redis.port} `),
  };
};

const literal = (text: string): RegExp => new RegExp(text.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&"));

/** A script that also stores its variables for the blocks after it, as a reader's shell would keep them. */
const scriptOf = (text: string, left: string): string =>
  `set -eua\n${text}\n"${process.execPath}" -e 'await Bun.write("${left}", JSON.stringify(process.env))'\n`;

/** Runs the examples of one document in order. @throws Error with the block's place and its output */
export const runExamples = async (examples: readonly Example[]): Promise<void> => {
  const isSeveral = examples.some(({ text }) => text.includes("localhost:3001"));
  const { environment, here } = await (isSeveral ? startSeveral() : startOne());
  const folder = temporaryFolder("examples");
  const left = join(folder, "left.json");
  const beside: { readonly example: Example; readonly child: Child }[] = [];
  let env: Record<string, string | undefined> = {
    ...bareEnvironment(),
    PATH: `${process.env["PATH"]}:${dirname(process.execPath)}`,
    ...environment,
  };

  const start = (example: Example, index: number): Child => {
    const isShell = example.language === "sh";
    const file = join(folder, `example-${index}.${example.language}`);
    writeFileSync(file, isShell ? scriptOf(here(example.text), left) : here(example.text));
    return startChild(isShell ? ["sh", file] : [process.execPath, file], { cwd: folder, env });
  };

  for (const [index, example] of examples.entries()) {
    const child = start(example, index);
    const [first, ...more] = example.prints;
    if (example.beside) {
      await child.printed(literal(first ?? ""), WITHIN_MS);
      beside.push({ example: { ...example, prints: more }, child });
      continue;
    }
    const exitCode = await child.exited;
    const missing = example.prints.filter((text) => !child.output().includes(here(text)));
    if (exitCode !== 0 || missing.length > 0) {
      const why = missing.length > 0 ? `did not print "${missing.join('", "')}"` : `ended with ${exitCode}`;
      throw new Error(`${example.at} ${why}:\n${child.output()}`);
    }
    if (example.language === "sh") env = JSON.parse(readFileSync(left, "utf8"));
  }
  for (const { example, child } of beside) {
    for (const text of example.prints) await child.printed(literal(text), WITHIN_MS);
    await child.end();
  }
};
