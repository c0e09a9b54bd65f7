import { ROOT } from "../../scripts/paths.ts";
import { own } from "./lifetime.ts";

export type ChildOptions = {
  /** What `taskset -c` takes; `null`: wherever the system likes. */
  readonly cores: string | null;
  readonly env?: Readonly<Record<string, string>>;
  /** Called with what the child sends; only a child of Bun can, and only if this is given. */
  readonly onMessage?: (message: unknown) => void;
};

export type Child = {
  readonly pid: number;
  /** The match of `pattern` in what is printed; throws with the output if the child ends first or says nothing in time. */
  readonly printed: (pattern: RegExp, timeoutMs: number) => Promise<RegExpExecArray>;
  readonly send: (message: unknown) => void;
  readonly signal: (signal: NodeJS.Signals) => void;
  readonly stop: () => Promise<void>;
};

const GRACE_MS = 3_000;
const KEPT_OUTPUT = 64 * 1024;
const LOOK_MS = 10;
const SETPRIV = process.platform === "linux" ? Bun.which("setpriv") : null;

/** Both wrappers exec, so the pid and its signals stay the child's; the kernel ends it with us even if we are killed. */
const wrapped = (command: readonly string[], cores: string | null): string[] => [
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

/** Starts a program that ends with the bench at the latest. */
export const startChild = (command: readonly string[], options: ChildOptions): Child => {
  const { onMessage } = options;
  const child = Bun.spawn(wrapped(command, options.cores), {
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
    for await (const chunk of stream) output = (output + decoder.decode(chunk, { stream: true })).slice(-KEPT_OUTPUT);
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
  const forget = own(stop);

  return {
    pid: child.pid,
    printed: async (pattern, timeoutMs) => {
      const until = performance.now() + timeoutMs;
      for (;;) {
        const match = pattern.exec(output);
        if (match) return match;
        if (!isRunning()) await Promise.race([collected, Bun.sleep(500)]);
        if (isRunning() && performance.now() < until) await Bun.sleep(LOOK_MS);
        else if (!pattern.test(output)) throw new Error(`${command.join(" ")} did not print ${pattern}:\n${output}`);
      }
    },
    send: (message) => child.send(message),
    signal: (signal) => child.kill(signal),
    stop,
  };
};
