import { fromRoot, ROOT } from "../../scripts/paths.ts";
import { bareEnvironment, type Child, startChild } from "./child.ts";
import { temporaryFolder } from "./lifetime.ts";

const READY_WITHIN_MS = 30_000;
const READY = /^\w+ is ready(?: at (\S+))?/m;

export type ProgramOptions = {
  /** Added to an environment without the developer's variables; `undefined` removes a default. */
  env?: Record<string, string | undefined>;
  /** A new temporary folder by default. */
  dataDir?: string;
};

export type Program = {
  /** The address of its ready line, without a slash at the end; empty for a program without a server. */
  readonly url: string;
  readonly port: number;
  readonly pid: number;
  readonly dataDir: string;
  readonly output: () => string;
  readonly stdout: () => string;
  readonly exited: Promise<number>;
  /** Sends SIGTERM; resolves to the exit code. */
  readonly stop: () => Promise<number>;
  /** Sends SIGKILL. */
  readonly kill: () => Promise<void>;
  readonly pause: () => void;
  readonly resume: () => void;
};

const childOf = (file: string, options: ProgramOptions): { child: Child; dataDir: string } => {
  const dataDir = options.dataDir ?? temporaryFolder("data");
  const env = {
    ...bareEnvironment(),
    HOST: "127.0.0.1",
    PORT: "0",
    WSS_PORT: "0",
    DATA_DIR: dataDir,
    ...options.env,
  };
  return { child: startChild([process.execPath, fromRoot(file)], { cwd: ROOT, env }), dataDir };
};

/** Starts a program of this repository by its file and waits for its line `… is ready at URL`. */
export const startProgram = async (file: string, options: ProgramOptions = {}): Promise<Program> => {
  const { child, dataDir } = childOf(file, options);
  const match = await child.printed(READY, READY_WITHIN_MS).catch(async (error: unknown) => {
    await child.end("SIGKILL");
    throw error;
  });
  const url = (match[1] ?? "").replace(/\/$/, "");
  return {
    url,
    port: url === "" ? 0 : Number(new URL(url).port),
    pid: child.pid,
    dataDir,
    output: child.output,
    stdout: child.stdout,
    exited: child.exited,
    stop: () => child.end(),
    kill: async () => void (await child.end("SIGKILL")),
    pause: () => child.signal("SIGSTOP"),
    resume: () => child.signal("SIGCONT"),
  };
};

/** Runs a program of this repository to its end: for refused starts and for commands. */
export const runProgram = async (
  file: string,
  options: ProgramOptions = {},
): Promise<{ exitCode: number; output: string; stdout: string }> => {
  const { child } = childOf(file, options);
  const exitCode = await child.exited;
  return { exitCode, output: child.output(), stdout: child.stdout() };
};

/** Starts `bun start`: everything in one process, SQLite in a temporary folder. */
export const startArtel = (options?: ProgramOptions): Promise<Program> => startProgram("main.ts", options);

export const startWss = (options?: ProgramOptions): Promise<Program> => startProgram("wss/main.ts", options);

export const startApi = (options?: ProgramOptions): Promise<Program> => startProgram("api/main.ts", options);
