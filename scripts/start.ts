import { buildPage } from "./build-page.ts";
import { endWithNpx } from "./end-with-npx.ts";
import { fail, messageOf } from "./fail.ts";
import { installPackages } from "./install.ts";

const PROGRAMS = {
  all: { page: true, file: "../main.ts" },
  api: { page: true, file: "../api/main.ts" },
  wss: { page: false, file: "../wss/main.ts" },
  jobs: { page: false, file: "../jobs/main.ts" },
} as const;

const isProgram = (name: string): name is keyof typeof PROGRAMS => Object.hasOwn(PROGRAMS, name);

const name = process.argv[2] ?? "all";
if (!isProgram(name)) fail(`There is no program "${name}": ${Object.keys(PROGRAMS).join(", ")}.`);

endWithNpx();
const program = PROGRAMS[name];
try {
  if (await installPackages()) {
    // Bun has already looked for node_modules and remembers that there was none, so we begin again in this process's place.
    process.execve?.(process.execPath, [process.execPath, ...process.execArgv, ...process.argv.slice(1)]);
  }
  if (program.page) await buildPage();
} catch (error) {
  fail(`Can't get ready to start: ${messageOf(error)}`);
}
await import(program.file);
