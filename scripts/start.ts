import { buildPage } from "./build-page.ts";
import { exitWithNpx } from "./exit-with-npx.ts";
import { fail, orFail } from "./fail.ts";
import { installPackages } from "./install.ts";
import { restart } from "./restart.ts";

const PROGRAMS = {
  all: { page: true, file: "../main.ts" },
  api: { page: true, file: "../api/main.ts" },
  wss: { page: false, file: "../wss/main.ts" },
  jobs: { page: false, file: "../jobs/main.ts" },
} as const;

const isProgram = (name: string): name is keyof typeof PROGRAMS => Object.hasOwn(PROGRAMS, name);

const name = process.argv[2] ?? "all";
if (!isProgram(name)) fail(`Unknown program "${name}"; the programs are ${Object.keys(PROGRAMS).join(", ")}.`);

exitWithNpx();
const program = PROGRAMS[name];
if (await orFail(installPackages())) restart();
if (program.page) await orFail(buildPage());
await import(program.file);
