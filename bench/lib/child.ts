import { ROOT } from "../../scripts/paths.ts";
import { addCleanup } from "./lifetime.ts";

export type ChildOptions = {
  /** A core list for `taskset -c`; `null` to leave it to the system. */
  readonly cores: string | null;
  readonly env?: Readonly<Record<string, string>>;
  /** Called with IPC messages of the child, which must be a Bun process. Without it there is no IPC channel. */
  readonly onMessage?: (message: unknown) => void;
};

export type Child = {
  readonly pid: number;
  /** Waits for output that matches `pattern`. Rejects with the output if the child exits first or after `timeoutMs`. */
  readonly printed: (pattern: RegExp, timeoutMs: number) => Promise<RegExpExecArray>;
  readonly send: (message: unknown) => void;
  readonly signal: (signal: NodeJS.Signals) => void;
  readonly stop: () => Promise<void>;
};

const GRACE_MS = 3_000;
const MAX_OUTPUT = 64 * 1024;
const POLL_MS = 10;
const SETPRIV = process.platform === "linux" ? Bun.which("setpriv") : null;

/**
 * Both wrappers exec, so pid and signals are the child's own. With setpriv the kernel kills the child if this process
 * dies.
 */
const wrapCommand = (command: readonly string[], cores: string | null): string[] => [
  ...(SETPRIV === null ? [] : [SETPRIV, "--pdeathsig", "KILL", "--"]),
  ...(cores === null ? [] : ["taskset", "-c", cores]),
  ...command,
];

const bareEnvironment = (): Record<string, string> =>
  Object.fromEntries(
    ["PATH", "HOME", "TMPDIR"].flatMap((name) => {
      const value = process.env[name];
      return value === undefined ? [] : [[name, value]];
    }),
  );

/** Starts a program and registers its stop as a cleanup. */
export const startChild = (command: readonly string[], options: ChildOptions): Child => {
  const { onMessage } = options;
  const child = Bun.spawn(wrapCommand(command, options.cores), {
    cwd: ROOT,
    env: { ...bareEnvironment(), LANG: "C.UTF-8", TZ: "UTC", ...options.env },
    stdin: "ignore",
    stdout: "pipe",
    stderr: "pipe",
    ...(onMessage === undefined ? {} : { serialization: "json", ipc: (message: unknown) => onMessage(message) }),
  });
  let output = "";
  const collect = async (stream: ReadableStream<Uint8Array>): Promise<void> => {
    const decoder = new TextDecoder();
    for await (const chunk of stream) output = (output + decoder.decode(chunk, { stream: true })).slice(-MAX_OUTPUT);
  };
  const collected = Promise.all([collect(child.stdout), collect(child.stderr)]);
  const isRunning = () => child.exitCode === null && child.signalCode === null;

  const stop = async (): Promise<void> => {
    forget();
    if (isRunning()) child.kill("SIGTERM");
    const kill = setTimeout(() => child.kill("SIGKILL"), GRACE_MS);
    await child.exited;
    clearTimeout(kill);
  };
  const forget = addCleanup(stop);

  return {
    pid: child.pid,
    printed: async (pattern, timeoutMs) => {
      const until = performance.now() + timeoutMs;
      for (;;) {
        const match = pattern.exec(output);
        if (match) return match;
        if (!isRunning()) await Promise.race([collected, Bun.sleep(500)]);
        if (isRunning() && performance.now() < until) await Bun.sleep(POLL_MS);
        else if (!pattern.test(output)) throw new Error(`${command.join(" ")} did not print ${pattern}:\n${output}`);
      }
    },
    send: (message) => child.send(message),
    signal: (signal) => child.kill(signal),
    stop,
  };
};
